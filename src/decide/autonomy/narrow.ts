import { isCrownJewel } from '../../contracts/context.ts';
import type { AutonomyClass, Grant } from '../../contracts/grant.ts';
import type { StateTx, StoredFinding } from '../../ports/state-store.ts';
import { type Coverage, novelties } from '../../reliability/index.ts';
import type { AutonomyParts } from './parts.ts';
import { exposureDraw, exposureOf } from './shadow.ts';
import { traitsOf } from './traits.ts';

const names = { detectors: 'detector', techniques: 'technique', entities: 'entity', sources: 'source' } as const;
/** Reasons named one by one; the rest are counted. */
const MOST_NAMED = 10;

/**
 * Why a grant does not reach a finding, each as the end of the sentence "goes to a person because ..."; empty where it does. A grant
 * reaches no further than its record: whatever detector, technique, telling entity or source is absent from it is for people.
 */
export async function reasonsForPerson(
  tx: StateTx,
  parts: AutonomyParts,
  { tenant }: AutonomyClass,
  grant: Grant,
  stored: StoredFinding,
): Promise<string[]> {
  const { finding } = stored;
  const traits = await traitsOf(tx, finding);
  const absent = novelties(coverageOf(grant), traits);
  const jewels = (await tx.context.holding(tenant, parts.clock.now(), finding.entities)).filter(isCrownJewel);
  const desk = (await tx.review.desks(tenant, [finding.id])).get(finding.id);
  const exposed = exposureDraw(parts.draw, tenant, finding.id) < (await exposureOf(tx, tenant, grant.id));
  const blind = await tx.review.blindAssignment(tenant, finding.id);
  const reasons = [
    ...(finding.openedBy === undefined ? [] : ['a person opened it']),
    ...(stored.reviews === 0 ? [] : ['it was decided before and opened again']),
    ...(desk?.assignee == null ? [] : [`${desk.assignee.name} works on it`]),
    ...(blind === null ? [] : ['it is decided before the AI is heard']),
    ...(exposed ? [] : ['the grant does not run on this share of findings yet']),
    ...jewels.slice(0, 1).map(({ entity }) => `${entity.value} is a crown jewel`),
    ...(traits.whole ? [] : ['it has more events than are kept, so it cannot be known whole']),
    ...absent
      .slice(0, MOST_NAMED)
      .map(({ kind, value }) => `its ${names[kind]} ${shown(value)} is absent from the record`),
    ...(absent.length > MOST_NAMED
      ? [`${absent.length - MOST_NAMED} more of its parts are absent from the record`]
      : []),
  ];
  return reasons;
}

function coverageOf({ coverage }: Grant): Coverage {
  return {
    detectors: new Set(coverage.detectors),
    techniques: new Set(coverage.techniques),
    entities: new Set(coverage.entities),
    sources: new Set(coverage.sources),
  };
}

function shown(value: string): string {
  return value.slice(0, 120).replace('|', ' ');
}
