import type { Determination } from '../../contracts/determination.ts';
import type { AutonomyCase, AutonomyClass, By } from '../../contracts/grant.ts';
import type { Disposition } from '../../contracts/investigation.ts';
import type { StateTx, StoredFinding } from '../../ports/state-store.ts';
import { isWrong, wouldDo } from './class-rules.ts';
import { demote } from './demote.ts';
import { askLabels } from './label-tasks.ts';
import type { AutonomyParts } from './parts.ts';
import { traitsOf } from './traits.ts';
import { changedDetectors, changedParts } from './versions.ts';

/** A verdict that a record may rest on: given without having seen what the AI said. */
export interface BlindVerdict {
  readonly from: AutonomyCase['from'];
  readonly verdict: Disposition;
  readonly by: By;
  readonly at: number;
}

/**
 * Adds a finding to the records of its family's classes, those in shadow and those under a grant, and asks for the second readings
 * that are due. A class whose machine is not what its record was made with begins a new record first.
 */
export async function addToRecords(
  tx: StateTx,
  parts: AutonomyParts,
  stored: StoredFinding,
  blind: BlindVerdict,
): Promise<void> {
  const { tenant, family } = stored.finding;
  const classes = (await tx.autonomy.classes(tenant)).filter((each) => each.family === family && each.level > 0);
  if (classes.length === 0) return;
  const traits = await traitsOf(tx, stored.finding);
  for (const { key } of classes) {
    await demoteWhereChanged(tx, parts, tenant, key, traits.versions);
    const each = await tx.autonomy.class(tenant, key);
    if (each !== null) await addCase(tx, parts, each, stored, traits, blind);
  }
}

async function addCase(
  tx: StateTx,
  parts: AutonomyParts,
  each: AutonomyClass,
  { finding, visibleAt }: StoredFinding,
  traits: Awaited<ReturnType<typeof traitsOf>>,
  { from, verdict, by, at }: BlindVerdict,
): Promise<void> {
  const { tenant, key, epoch, subject } = each;
  const { entity, versions, techniques, entities, sources } = traits;
  const inClass = from !== 'miss' && wouldDo(subject, finding);
  const added = await tx.autonomy.addCase({
    tenant,
    key,
    epoch,
    finding: finding.id,
    revision: finding.revision,
    from,
    inClass,
    at: visibleAt,
    entity,
    detectors: versions,
    techniques: [...techniques],
    entities: [...entities],
    sources: [...sources],
    disposition: finding.recommendation.disposition,
    verdict,
    by: { id: by.id, name: by.name },
    determinedAt: at,
  });
  if (!added || !inClass) return;
  if (each.versions !== null && Object.keys(versions).some((id) => each.versions?.detectors[id] === undefined)) {
    await tx.autonomy.putClass({
      ...each,
      versions: { ...each.versions, detectors: { ...each.versions.detectors, ...versions } },
      updatedAt: parts.clock.now(),
    });
  }
  await askLabels(tx, parts, each, at);
}

/**
 * Demotes a class whose model, playbook, prompts or detectors are not those of its record any more. `seen` are versions of detectors that a
 * finding shows, apart from those in use.
 */
export async function demoteWhereChanged(
  tx: StateTx,
  parts: AutonomyParts,
  tenant: string,
  key: string,
  seen: Readonly<Record<string, string>> = {},
): Promise<boolean> {
  const each = await tx.autonomy.class(tenant, key);
  if (each === null || each.versions === null || each.level === 0) return false;
  const { versions, family } = each;
  const changed = [
    ...changedParts(versions, parts.versions(family, tenant)),
    ...changedDetectors(versions.detectors, (id) => seen[id] ?? parts.detectorVersion(id)),
  ];
  if (changed.length === 0) return false;
  const said = `The record was made with another version: ${changed.slice(0, 5).join('; ')}`;
  return demote(tx, parts, tenant, key, { cause: 'versions', said, by: null });
}

/** A later verdict on findings of a record: against the AI it counts, in its favour only adjudication does. */
export async function noteLaterVerdict(tx: StateTx, determination: Determination): Promise<void> {
  const { tenant, finding, verdict, by, at, id } = determination;
  for (const each of await tx.autonomy.casesOf(tenant, finding)) {
    if (each.determinedAt === at && each.by.id === by.id) continue;
    const own = await tx.autonomy.class(tenant, each.key);
    if (own === null || !isWrong(own.subject, verdict)) continue;
    await tx.autonomy.addLabel({ ...labelOn(each), source: id, kind: 'reversed', verdict, by, at });
  }
}

/** Which case a label is about. */
export function labelOn({ tenant, key, epoch, finding }: AutonomyCase) {
  return { tenant, key, epoch, finding };
}
