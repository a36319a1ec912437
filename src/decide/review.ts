import { BridgewatchError } from '../kernel/errors.ts';
import type { StateTx, StoredFinding } from '../ports/state-store.ts';

/** Which claim a person speaks about: the finding, and the revision they had before them. */
export interface Reviewed {
  readonly tenant: string;
  /** Id or alias. */
  readonly findingId: string;
  readonly expectedRevision: number;
}

/**
 * The finding, locked for the rest of the transaction, at the revision the person saw. What they did not see they
 * cannot have judged. Throws `FINDING_UNKNOWN` (404) and `FINDING_REVISION_STALE` (412).
 */
export async function underReview(
  tx: StateTx,
  { tenant, findingId, expectedRevision }: Reviewed,
): Promise<StoredFinding> {
  const stored = await tx.findings.get(tenant, findingId, true);
  if (stored === null) {
    throw new BridgewatchError(
      'FINDING_UNKNOWN',
      `no finding "${findingId}" in this tenant; ids come from the queue`,
      404,
    );
  }
  if (stored.finding.revision !== expectedRevision) {
    throw new BridgewatchError(
      'FINDING_REVISION_STALE',
      `finding "${findingId}" is at revision ${stored.finding.revision}, not ${expectedRevision}; read it again before you decide`,
      412,
    );
  }
  return stored;
}
