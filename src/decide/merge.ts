import type { Finding } from '../contracts/finding.ts';
import { namedPerson } from '../contracts/personal.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { DecisionListener } from '../ports/listeners.ts';
import type { By } from '../ports/state/review.ts';
import type { StateTx, StoredFinding } from '../ports/state-store.ts';
import { distinct, EVENTS_KEPT, note, type Regrouping, revised } from './regroup.ts';
import { type Reviewed, underReview } from './review.ts';
import { checkedReopeningReason } from './verdict-reason.ts';

/**
 * Two findings are one story: the one that became visible first keeps its id, the other leads to it. Ledger first, in the caller's
 * transaction. What was decided about a part was not decided about the whole, so the whole is open again. Returns its id. Throws as
 * `underReview`, and `FINDING_MERGE_BAD` (400).
 */
export async function mergeByPerson(
  tx: StateTx,
  clock: Clock,
  request: Regrouping & { readonly with: Omit<Reviewed, 'tenant'> },
  listeners: readonly DecisionListener[],
): Promise<{ readonly into: string; readonly merged: string }> {
  const { tenant } = request;
  const reason = checkedReopeningReason(request.reason);
  // In one order for all, so that two merges cannot wait for each other.
  for (const id of [request.findingId, request.with.findingId].toSorted()) await tx.findings.get(tenant, id, true);
  const [one, other] = [await underReview(tx, request), await underReview(tx, { tenant, ...request.with })];
  const bad =
    one.finding.id === other.finding.id
      ? 'both ids lead to it already'
      : (one.finding.openedBy ?? other.finding.openedBy) === undefined
        ? null
        : 'what a person opened stays on record as a miss of its own';
  if (bad !== null) {
    throw new BridgewatchError(
      'FINDING_MERGE_BAD',
      `"${request.with.findingId}" cannot be merged with finding "${one.finding.id}": ${bad}; name another one`,
      400,
    );
  }
  const older =
    one.visibleAt < other.visibleAt || (one.visibleAt === other.visibleAt && one.finding.id < other.finding.id);
  const [into, gone] = older ? [one, other] : [other, one];
  const by: By = { id: request.by.id, name: request.by.name, at: clock.now() };
  const payload = {
    merged: gone.finding.id,
    into: into.finding.id,
    title: gone.finding.title,
    determination: gone.determination,
    by: namedPerson(by),
    reason,
  };
  await note(tx, gone.finding, by, 'finding.merged', payload);
  await note(tx, into.finding, by, 'finding.absorbed', payload);
  await tx.findings.alias(tenant, gone.finding.id, into.finding.id);
  const whole = revised(joined(into.finding, gone.finding), `"${gone.finding.title}" was put to this by ${by.name}`);
  await tx.findings.put({ ...into, finding: whole, updatedAt: by.at });
  if (into.status !== 'open') await reopen(tx, { ...into, finding: whole }, by, reason, listeners);
  return { into: whole.id, merged: gone.finding.id };
}

function joined(into: Finding, gone: Finding): Finding {
  const known = new Set(into.detections.map(({ id }) => id));
  return {
    ...into,
    detections: [...into.detections, ...gone.detections.filter(({ id }) => !known.has(id))].toSorted(
      (a, b) => a.at - b.at,
    ),
    events: [...new Set([...into.events, ...gone.events])].slice(0, EVENTS_KEPT),
    entities: distinct([...into.entities, ...gone.entities]),
    techniques: [...new Set([...into.techniques, ...gone.techniques])],
    tactics: [...new Set([...into.tactics, ...gone.tactics])],
    firstEventAt: Math.min(into.firstEventAt, gone.firstEventAt),
    lastEventAt: Math.max(into.lastEventAt, gone.lastEventAt),
  };
}

async function reopen(
  tx: StateTx,
  stored: StoredFinding,
  by: By,
  reason: string,
  listeners: readonly DecisionListener[],
): Promise<void> {
  const { tenant, id, revision } = stored.finding;
  await note(tx, stored.finding, by, 'finding.reopened', { reason, was: stored.status });
  await tx.determinations.reopen({
    tenant,
    finding: id,
    revision,
    reason,
    by: { kind: 'human', id: by.id, name: by.name },
    at: by.at,
  });
  const after: StoredFinding = { ...stored, status: 'open', determination: null, reviews: stored.reviews + 1 };
  for (const listener of listeners) await listener.reopened?.(tx, after);
}
