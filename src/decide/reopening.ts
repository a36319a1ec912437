import { namedPerson } from '../contracts/personal.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { StateStore, StateTx } from '../ports/state-store.ts';
import { demandPerson, type Person } from './person.ts';
import { type Reviewed, underReview } from './review.ts';
import { checkedReopeningReason } from './verdict-reason.ts';

/** A person puts a determined finding back into the queue. */
export interface ReopeningRequest extends Reviewed {
  readonly reason: string;
  readonly by: Person;
}

/** What a reopening left behind. `determination` is the one that no longer holds; it stays on record. */
export interface Reopening {
  readonly finding: string;
  readonly revision: number;
  readonly determination: string;
  readonly reason: string;
  readonly by: Person;
  readonly at: number;
}

/**
 * Reopens a determined finding: the ledger entry first, then the change, in one transaction. Throws `DECIDE_*`
 * (400, 403), `FINDING_UNKNOWN` (404), `FINDING_NOT_DETERMINED` (409) and `FINDING_REVISION_STALE` (412).
 */
export async function reopen(store: StateStore, clock: Clock, request: ReopeningRequest): Promise<Reopening> {
  await demandPerson(store, request.tenant, request.by);
  return store.withTenants([request.tenant], (tx) => recordReopening(tx, clock, request));
}

/** `reopen` within a transaction the caller holds; the caller has called `demandPerson`. */
export async function recordReopening(tx: StateTx, clock: Clock, request: ReopeningRequest): Promise<Reopening> {
  const { tenant } = request;
  const reason = checkedReopeningReason(request.reason);
  const { finding, determination } = await underReview(tx, request);
  if (determination === null) {
    throw new BridgewatchError(
      'FINDING_NOT_DETERMINED',
      `finding "${finding.id}" is open already; only a determined finding can be reopened`,
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
    payload: { by: namedPerson(by), reason, determination: determination.id, verdict: determination.verdict },
  });
  await tx.determinations.reopen({
    tenant,
    finding: finding.id,
    revision: finding.revision,
    reason,
    by: { kind: 'human', ...by },
    at,
  });
  return { finding: finding.id, revision: finding.revision, determination: determination.id, reason, by, at };
}
