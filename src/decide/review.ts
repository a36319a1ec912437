import { BridgewatchError } from '../kernel/errors.ts';
import type { StateTx, StoredFinding } from '../ports/state-store.ts';

/** Which claim a person speaks about: the finding, and how it stood when they read it. */
export interface Reviewed {
  readonly tenant: string;
  /** Id or alias. */
  readonly findingId: string;
  readonly expectedRevision: number;
  /** How often somebody had spoken when they read it; absent, nobody had. */
  readonly expectedReviews?: number | undefined;
  /** The determination in force that they mean to reverse, where they had not seen it when they read the finding. */
  readonly reverses?: string | undefined;
}

/**
 * The finding, locked for the rest of the transaction, as the person saw it. What they did not see they cannot have judged, and what
 * somebody else said meanwhile they may not overwrite unawares. Throws `FINDING_UNKNOWN` (404), `FINDING_REVISION_STALE` and
 * `FINDING_REVIEWED_SINCE` (412).
 */
export async function underReview(tx: StateTx, reviewed: Reviewed): Promise<StoredFinding> {
  const { tenant, findingId, expectedRevision, expectedReviews = 0, reverses } = reviewed;
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
  const meant = reverses !== undefined && reverses === stored.determination?.id;
  if (stored.reviews !== expectedReviews && !meant) {
    throw new BridgewatchError(
      'FINDING_REVIEWED_SINCE',
      `${whatHappened(stored)} since you read finding "${findingId}"; read it again, or name in "reverses" the determination that you mean to reverse`,
      412,
    );
  }
  return stored;
}

function whatHappened({ determination, status, updatedAt }: StoredFinding): string {
  const at = (time: number): string => `at ${new Date(time).toISOString()}`;
  if (determination !== null)
    return `${determination.by.name} determined it ${determination.verdict} ${at(determination.at)}`;
  return status === 'closed' ? `a grant closed it ${at(updatedAt)}` : `it was reopened ${at(updatedAt)}`;
}
