import type { TuningLine } from '../../contracts/tuning.ts';
import type { Aspect, TuningField } from './fields.ts';
import { folded } from './literal.ts';
import { type RunFinding, type SharedField, saidBy, sharedFields } from './shared.ts';

/** Lines that events must all meet, and the findings of the run they were made from. */
export interface Selection {
  readonly lines: readonly TuningLine[];
  readonly from: readonly string[];
  /** How much the lines pin down together. */
  readonly weight: number;
}

/** Fewer findings are no run. */
export const LEAST_RUN = 3;
const MOST_FIELDS = 4;
const MOST_GROUPS = 8;
const anchors: ReadonlySet<Aspect> = new Set(['program', 'parent', 'account', 'place', 'object']);

/**
 * Selections that would remove a run of findings or a good part of it: of the whole run and of every group in it that agrees on one value, the
 * fields that pin it down most, and the same with the least of them left out.
 *
 * @param isImplied whether the rule itself demands what a line says: such a line takes nothing from what a filter hides
 */
export function selectionsOf(
  run: readonly RunFinding[],
  fields: readonly TuningField[],
  isImplied: (line: TuningLine) => boolean = () => false,
): readonly Selection[] {
  const found = new Map<string, Selection>();
  for (const group of groupsOf(run, fields)) {
    const telling = sharedFields(group, fields).filter(({ lines }) => !lines.every(isImplied));
    const best = bestOfAspects(telling);
    for (let count = Math.min(MOST_FIELDS, best.length); count >= Math.min(2, best.length) && count > 0; count--) {
      const chosen = best.slice(0, count);
      // Free text alone could be written by anybody; it stands alone only where nothing better is shared.
      if (chosen.every(({ field }) => field.aspect === 'words') && best.some(({ field }) => field.aspect !== 'words'))
        continue;
      const lines = chosen.flatMap(({ lines }) => lines);
      const key = JSON.stringify(lines);
      const weight = chosen.reduce((sum, { weight }) => sum + weight, 0);
      if (!found.has(key)) found.set(key, { lines, from: group.map(({ id }) => id), weight });
    }
  }
  return [...found.values()];
}

/** The run, and the groups in it that agree on the value of one field, largest first. */
function groupsOf(run: readonly RunFinding[], fields: readonly TuningField[]): readonly (readonly RunFinding[])[] {
  const groups = new Map<string, readonly RunFinding[]>();
  for (const field of fields) {
    if (!anchors.has(field.aspect)) continue;
    for (const [value, group] of Map.groupBy(run, (finding) => oneValue(finding, field)))
      if (value !== undefined && group.length >= LEAST_RUN && group.length < run.length)
        groups.set(group.map(({ id }) => id).join(' '), group);
  }
  return [run, ...[...groups.values()].toSorted((a, b) => b.length - a.length).slice(0, MOST_GROUPS)];
}

function oneValue({ events }: RunFinding, field: TuningField): string | undefined {
  const values = new Set(events.map((event) => folded(saidBy(event, field) ?? '')));
  const [only] = values;
  return values.size === 1 && only !== '' ? only : undefined;
}

/** Of each aspect the field that pins down most, heaviest first. */
function bestOfAspects(shared: readonly SharedField[]): readonly SharedField[] {
  return [...Map.groupBy(shared, ({ field }) => field.aspect).values()]
    .flatMap((same) => same.toSorted((a, b) => b.weight - a.weight).slice(0, 1))
    .toSorted((a, b) => b.weight - a.weight);
}
