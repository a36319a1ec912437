import type { ClassVersions } from '../../contracts/autonomy.ts';
import type { AutonomyCase } from '../../contracts/grant.ts';
import type { AutonomyParts, MachineVersions } from './parts.ts';

/** Said of each part that is not what the record was made with; empty where all is as it was. */
export function changedParts(bound: ClassVersions, now: MachineVersions): string[] {
  const names = { model: 'the model', playbook: 'the playbook', prompts: 'the prompts' } as const;
  return (['model', 'playbook', 'prompts'] as const)
    .filter((part) => bound[part] !== now[part])
    .map((part) => `${names[part]} changed (${bound[part].slice(0, 12)} -> ${now[part].slice(0, 12)})`);
}

/** Detectors of the record that are another version in `versions`. One that is no longer used has not changed: it says nothing. */
export function changedDetectors(
  bound: Readonly<Record<string, string>>,
  versions: AutonomyParts['detectorVersion'],
): string[] {
  return Object.entries(bound)
    .filter(([id, version]) => (versions(id) ?? version) !== version)
    .map(([id]) => `detector ${id} changed`);
}

/** The detectors of a record with their versions; the latest case speaks, and a record never holds two of one. */
export function detectorsOf(cases: readonly AutonomyCase[]): Record<string, string> {
  return Object.assign({}, ...cases.map(({ detectors }) => detectors));
}
