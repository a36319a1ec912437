import type { ModelVersion, ShadowScore } from '../../contracts/learning.ts';
import type { Features } from '../../contracts/model.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FindingListener } from '../../ports/listeners.ts';
import type { StateTx } from '../../ports/state-store.ts';
import { weigh } from '../../score/index.ts';

/** Versions that are asked about every finding: the champion and the newest others. */
const IN_SHADOW = 5;

/** The champion, and the newest versions beside it. */
export async function askedVersions(
  tx: StateTx,
  tenant: string,
): Promise<{ readonly champion: ModelVersion; readonly others: readonly ModelVersion[] } | null> {
  const champion = await tx.models.champion(tenant);
  if (champion === null) return null;
  const newest = await tx.models.versions(tenant, IN_SHADOW + 1);
  return { champion, others: newest.filter(({ id }) => id !== champion.id).slice(0, IN_SHADOW) };
}

/** What versions say of a story, beside the champion: by the arithmetic that scores. */
export function shadowScores(
  champion: ModelVersion,
  versions: readonly ModelVersion[],
  story: { readonly id: string; readonly revision: number; readonly features: Features },
  at: number,
): ShadowScore[] {
  const { id: finding, revision, features } = story;
  const championProbability = weigh(champion.model, features).probability;
  return versions.map(({ tenant, id: version, model }) => ({
    tenant,
    finding,
    revision,
    version,
    probability: weigh(model, features).probability,
    champion: champion.id,
    championProbability,
    at,
  }));
}

/** Every version in shadow says its own of each finding that becomes visible or claims something else, in that transaction. */
export function shadowing(clock: Clock): Required<Pick<FindingListener, 'opened' | 'revised'>> {
  const score: Required<FindingListener>['opened'] = async (tx, { finding }) => {
    const { id, tenant, revision, features } = finding;
    if (features === undefined) return;
    const asked = await askedVersions(tx, tenant);
    if (asked === null) return;
    const { champion, others } = asked;
    await tx.models.addScores(shadowScores(champion, [champion, ...others], { id, revision, features }, clock.now()));
  };
  return { opened: score, revised: score };
}
