import { namedPerson } from '../contracts/personal.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { DecisionListener } from '../ports/listeners.ts';
import type { StateStore, StateTx, StoredFinding } from '../ports/state-store.ts';
import { aboutAVerdict } from './blind.ts';
import { demandPerson, type Person } from './person.ts';
import { type Reviewed, underReview } from './review.ts';
import { voidReviews } from './review-task.ts';
import { checkedReopeningReason } from './verdict-reason.ts';

/** A person puts a determined or closed finding back into the queue. */
export interface ReopeningRequest extends Reviewed {
  readonly reason: string;
  readonly by: Person;
}

/** What a reopening left behind. `determination` is the one that no longer holds, null where a grant had closed; both stay on record. */
export interface Reopening {
  readonly finding: string;
  readonly revision: number;
  readonly determination: string | null;
  readonly reason: string;
  readonly by: Person;
  readonly at: number;
}

/**
 * Reopens a determined or closed finding: the ledger entry first, then the change, in one transaction. Throws `DECIDE_*`
 * (400, 403), `FINDING_UNKNOWN` (404), `FINDING_NOT_DETERMINED` (409), `FINDING_REVISION_STALE` and
 * `FINDING_REVIEWED_SINCE` (412).
 */
export async function reopen(
  store: StateStore,
  clock: Clock,
  request: ReopeningRequest,
  listeners: readonly DecisionListener[] = [],
): Promise<Reopening> {
  await demandPerson(store, request.tenant, request.by);
  return store.withTenants([request.tenant], (tx) => recordReopening(tx, clock, request, listeners));
}

/** `reopen` within a transaction the caller holds; the caller has called `demandPerson`. */
export async function recordReopening(
  tx: StateTx,
  clock: Clock,
  request: ReopeningRequest,
  listeners: readonly DecisionListener[] = [],
): Promise<Reopening> {
  const { tenant } = request;
  const reason = checkedReopeningReason(request.reason);
  const before = await underReview(tx, request);
  const { finding, determination, status } = before;
  if (status === 'open') {
    throw new BridgewatchError(
      'FINDING_NOT_DETERMINED',
      `finding "${finding.id}" is open already; only a determined or closed finding can be reopened`,
      409,
    );
  }
  const by = { id: request.by.id, name: request.by.name };
  const at = clock.now();
  await tx.ledger.append(tenant, {
    actor: { kind: 'human', id: by.id, version: '' },
    onBehalfOf: null,
    type: 'finding.reopened',
    subject: { kind: 'finding', id: finding.id, revision: finding.revision },
    payload: {
      by: namedPerson(by),
      reason,
      was: status,
      determination: determination?.id ?? null,
      verdict: determination?.verdict ?? null,
    },
  });
  await tx.determinations.reopen({
    tenant,
    finding: finding.id,
    revision: finding.revision,
    reason,
    by: { kind: 'human', ...by },
    at,
  });
  await voidReviews(tx, clock, finding, aboutAVerdict, 'the finding was reopened');
  const after: StoredFinding = {
    ...before,
    status: 'open',
    determination: null,
    reviews: before.reviews + 1,
    updatedAt: at,
  };
  for (const listener of listeners) await listener.reopened?.(tx, after);
  return { finding: finding.id, revision: finding.revision, determination: determination?.id ?? null, reason, by, at };
}
