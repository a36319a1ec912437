import { verdictReasons } from '../contracts/determination.ts';
import type { Disposition } from '../contracts/investigation.ts';
import { determine } from '../decide/index.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventLake } from '../ports/event-lake.ts';
import type { StateStore } from '../ports/state-store.ts';
import type { GroundTruth } from '../sample/index.ts';
import { Planted } from './score.ts';

/**
 * Decides every open finding as someone who knows what was planted: the demo's stand-in for a person, through the same
 * function that a person's click calls. Returns how many determinations it made.
 */
export async function decideAsAnalyst(
  store: StateStore,
  clock: Clock,
  {
    tenant,
    analyst,
    truth,
    lake,
  }: { tenant: string; analyst: { id: string; name: string }; truth: GroundTruth; lake: Pick<EventLake, 'event'> },
): Promise<number> {
  const planted = new Planted(truth, lake);
  const { items } = await store.withTenants([tenant], (tx) => tx.findings.page(tenant, { status: 'open' }, null, 500));
  for (const { finding } of items) {
    const verdict: Disposition = planted.of(finding) === undefined ? 'benign' : 'threat';
    await determine(store, clock, {
      tenant,
      findingId: finding.id,
      expectedRevision: finding.revision,
      verdict,
      reason: verdictReasons[verdict][0] ?? '',
      note: 'Decided by the demo analyst, who knows what was planted',
      by: analyst,
    });
  }
  return items.length;
}
