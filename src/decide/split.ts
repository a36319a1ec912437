import type { Detection } from '../contracts/detection.ts';
import type { Finding } from '../contracts/finding.ts';
import { namedPerson } from '../contracts/personal.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import { stableId } from '../kernel/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { By } from '../ports/state/review.ts';
import type { StateTx } from '../ports/state-store.ts';
import { detectorWeight, rulesOnly, weights } from '../score/index.ts';
import { distinct, EVENTS_KEPT, note, type Regrouping, revised } from './regroup.ts';
import { underReview } from './review.ts';
import { checkedReopeningReason } from './verdict-reason.ts';

/**
 * A person takes detections out of a finding into one of their own, which stays apart when the pipeline settles again. Until it does,
 * the new finding claims what its strongest rule alone claims, and says so. Ledger first, in the caller's transaction. Returns the new
 * finding's id. Throws as `underReview`, and `FINDING_SPLIT_*` (400).
 */
export async function splitByPerson(
  tx: StateTx,
  clock: Clock,
  request: Regrouping & { readonly detections: readonly string[] },
): Promise<{ readonly from: string; readonly into: string }> {
  const { tenant } = request;
  const reason = checkedReopeningReason(request.reason);
  const before = await underReview(tx, request);
  const from = before.finding;
  const wanted = new Set(request.detections);
  const taken = from.detections.filter(({ id }) => wanted.has(id));
  const rest = from.detections.filter(({ id }) => !wanted.has(id));
  // The pipeline knows a finding by the detection that founded it.
  const founder = taken.find(({ id }) => stableId('finding', id) === from.id);
  if (founder !== undefined) {
    throw new BridgewatchError(
      'FINDING_SPLIT_FOUNDER',
      `detection "${founder.id}" founded finding "${from.id}" and stays with it; take the others out instead`,
      400,
    );
  }
  if (taken.length !== wanted.size || taken.length === 0 || rest.length === 0 || from.openedBy !== undefined) {
    throw new BridgewatchError(
      'FINDING_SPLIT_BAD',
      `${wanted.size} detections were named, of which ${taken.length} are among the ${from.detections.length} of finding "${from.id}"; name some of them, not all`,
      400,
    );
  }
  const by: By = { id: request.by.id, name: request.by.name, at: clock.now() };
  const into = apart(from, taken, by.name);
  const payload = {
    from: from.id,
    into: into.id,
    detections: taken.map(({ id }) => id),
    by: namedPerson(by),
    reason,
  };
  await note(tx, from, by, 'finding.split', payload);
  await note(tx, into, by, 'finding.split_off', payload);
  const firstSeen = {
    threatProbability: into.threatProbability,
    rulesOnly: rulesOnly(taken),
    disposition: into.recommendation.disposition,
  };
  await tx.findings.put({
    finding: into,
    status: 'open',
    visibleAt: by.at,
    updatedAt: by.at,
    determination: null,
    firstSeen,
    reviews: 0,
  });
  const left = revised(
    { ...from, detections: rest },
    `${taken.length} detections were taken out by ${by.name}; the weights are from before`,
  );
  await tx.findings.put({ ...before, finding: left, updatedAt: by.at });
  await tx.review.split(
    tenant,
    taken.map(({ id }) => ({ detection: id, from: from.id, into: into.id })),
    by,
  );
  // The part that was taken out is no news about an opinion withheld: it is withheld of the part, too.
  const blind = await tx.review.blindAssignment(tenant, from.id);
  if (blind !== null) await tx.review.assignBlind({ ...blind, finding: into.id, at: by.at }, rulesOnly(taken));
  return { from: from.id, into: into.id };
}

/** A finding of these detections alone: what their strongest rule claims, and nothing that was not looked at. */
function apart(from: Finding, taken: readonly Detection[], by: string): Finding {
  const [first] = taken;
  const [strongest] = taken.toSorted((a, b) => detectorWeight(b.detector) - detectorWeight(a.detector));
  const at = taken.map((detection) => detection.at);
  const level = strongest?.detector.level ?? 'informational';
  return {
    ...from,
    id: stableId('finding', 'split', from.id, first?.id ?? ''),
    revision: 1,
    title: strongest?.detector.title ?? from.title,
    family: strongest?.detector.tactics[0] ?? from.family,
    threatProbability: rulesOnly(taken),
    severity: level,
    techniques: [...new Set(taken.flatMap(({ detector }) => detector.techniques))],
    tactics: [...new Set(taken.flatMap(({ detector }) => detector.tactics))],
    entities: distinct(taken.flatMap(({ entities }) => entities)),
    firstEventAt: Math.min(...at),
    lastEventAt: Math.max(...at),
    base: weights.base,
    reasons: [
      {
        term: 'detector',
        text: `${strongest?.detector.title ?? ''} (${level}): the strongest rule alone, since ${by} took this out of another finding`,
        logOdds: strongest === undefined ? 0 : detectorWeight(strongest.detector),
        evidence: strongest?.events ?? [],
      },
    ],
    detections: [...taken],
    events: [...new Set(taken.flatMap(({ events }) => events))].slice(0, EVENTS_KEPT),
    investigation: { playbook: 'none', steps: [], openQuestions: ['Not investigated since it was taken out'] },
    recommendation: {
      disposition: 'inconclusive',
      for: [],
      against: [],
      notChecked: ['Not investigated since it was taken out of another finding'],
      actions: [],
    },
  };
}
