import { BridgewatchError } from '../kernel/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { DecisionListener } from '../ports/listeners.ts';
import type { Reader } from '../ports/state/review.ts';
import type { StateTx } from '../ports/state-store.ts';
import { type DeterminationRequest, recordDetermination } from './determination.ts';
import type { Reviewed } from './review.ts';

/** One verdict with one reason for many findings, each as the person saw it. */
export interface BulkRequest extends Omit<DeterminationRequest, keyof Reviewed> {
  readonly tenant: string;
  readonly items: readonly Omit<Reviewed, 'tenant'>[];
  readonly reader: Reader;
}

export interface BulkOutcome {
  readonly determined: readonly { readonly id: string; readonly determination: string }[];
  /** Each by name, with what kept it out. */
  readonly refused: readonly { readonly id: string; readonly code: string; readonly why: string }[];
}

/**
 * Determines what can be, and refuses the rest one by one: blind findings always (a verdict on many is no verdict on each), and what
 * has moved on since it was read. In the caller's transaction; the caller has called `demandPerson`.
 */
export async function determineMany(
  tx: StateTx,
  clock: Clock,
  { items, reader, ...verdict }: BulkRequest,
  listeners: readonly DecisionListener[],
): Promise<BulkOutcome> {
  const determined: { id: string; determination: string }[] = [];
  const refused: { id: string; code: string; why: string }[] = [];
  // In one order for all, so that two people's batches cannot wait for each other.
  for (const item of items.toSorted((a, b) => (a.findingId < b.findingId ? -1 : 1))) {
    const id = item.findingId;
    try {
      await refuseBlind(tx, verdict.tenant, id, reader);
      const made = await recordDetermination(tx, clock, { ...verdict, ...item, fromSession: false }, listeners);
      determined.push({ id, determination: made.id });
    } catch (error) {
      // These are found before anything is written; whatever else fails takes the whole batch with it.
      if (!(error instanceof BridgewatchError) || !refusals.has(error.code)) throw error;
      refused.push({ id, code: error.code, why: error.message });
    }
  }
  return { determined, refused };
}

const refusals: ReadonlySet<string> = new Set([
  'BULK_BLIND',
  'FINDING_UNKNOWN',
  'FINDING_REVISION_STALE',
  'FINDING_REVIEWED_SINCE',
]);

async function refuseBlind(tx: StateTx, tenant: string, findingId: string, reader: Reader): Promise<void> {
  const stored = await tx.findings.get(tenant, findingId);
  if (stored === null) return;
  const withheld = await tx.review.withheld(tenant, reader, [stored.finding.id]);
  if (withheld.size === 0) return;
  throw new BridgewatchError(
    'BULK_BLIND',
    `finding "${findingId}" is decided blind; look at it and determine it by itself`,
    409,
  );
}
