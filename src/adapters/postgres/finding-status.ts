import { and, eq, sql } from 'drizzle-orm';
import type { FindingStatus } from '../../contracts/finding.ts';
import type { NoteChange } from './changes.ts';
import type { Queries } from './connection.ts';
import { findings } from './schema.ts';

/**
 * Moves a finding to where its review stands now, and counts the step: whoever writes next must have seen it. What was withheld is
 * so no longer once somebody has spoken, so its place in the queue follows its probability again.
 */
export async function setFindingStatus(
  queries: Queries,
  changed: NoteChange,
  finding: { readonly tenant: string; readonly id: string; readonly status: FindingStatus; readonly at: number },
): Promise<void> {
  await queries
    .update(findings)
    .set({
      status: finding.status,
      updatedAt: finding.at,
      reviews: sql`${findings.reviews} + 1`,
      ...(finding.status === 'determined' ? { rank: sql`${findings.threatProbability}` } : {}),
    })
    .where(and(eq(findings.tenantId, finding.tenant), eq(findings.id, finding.id)));
  changed(finding.tenant, 'finding', finding.id);
}
