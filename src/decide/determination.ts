import type { Determination } from '../contracts/determination.ts';
import type { Disposition } from '../contracts/investigation.ts';
import { namedPerson } from '../contracts/personal.ts';
import { stableId } from '../kernel/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { StateStore, StateTx } from '../ports/state-store.ts';
import { demandPerson, type Person } from './person.ts';
import { type Reviewed, underReview } from './review.ts';
import { checkedNote, checkedReason } from './verdict-reason.ts';

/** A person's verdict on a finding at the revision they saw. */
export interface DeterminationRequest extends Reviewed {
  readonly verdict: Disposition;
  /** From the verdict's short list, or `other: ...`. */
  readonly reason: string;
  readonly note: string;
  readonly by: Person;
}

/**
 * Records a determination: the ledger entry first, then the determination, in one transaction. Deciding on a finding
 * already determined reverses it: both stay on record. Throws `DECIDE_*` (400, 403), `FINDING_UNKNOWN` (404) and
 * `FINDING_REVISION_STALE` (412).
 */
export async function determine(
  store: StateStore,
  clock: Clock,
  request: DeterminationRequest,
): Promise<Determination> {
  await demandPerson(store, request.tenant, request.by);
  return store.withTenants([request.tenant], (tx) => recordDetermination(tx, clock, request));
}

/** `determine` within a transaction the caller holds; the caller has called `demandPerson`. */
export async function recordDetermination(
  tx: StateTx,
  clock: Clock,
  request: DeterminationRequest,
): Promise<Determination> {
  const { tenant, verdict, by } = request;
  const reason = checkedReason(verdict, request.reason);
  const note = checkedNote(request.note);
  const { finding, determination: inForce } = await underReview(tx, request);
  const earlier = await tx.determinations.ofFinding(tenant, finding.id);
  const determination: Determination = {
    id: stableId('determination', tenant, finding.id, String(earlier.length + 1)),
    tenant,
    finding: finding.id,
    revision: finding.revision,
    verdict,
    reason,
    note,
    by: { id: by.id, name: by.name },
    at: clock.now(),
    recommended: finding.recommendation.disposition,
    supersededAt: null,
  };
  await tx.ledger.append(tenant, {
    actor: { kind: 'human', id: by.id, version: '' },
    onBehalfOf: null,
    type: 'determination.made',
    subject: { kind: 'finding', id: finding.id, revision: finding.revision },
    payload: {
      determination: determination.id,
      by: namedPerson(determination.by),
      verdict,
      reason,
      note,
      reverses: inForce?.id ?? null,
      threatProbability: finding.threatProbability,
      recommendation: finding.recommendation,
    },
  });
  await tx.determinations.append(determination);
  return determination;
}
