import type { SourceEvent } from '../../contracts/event.ts';
import type { TuningLine } from '../../contracts/tuning.ts';
import { commonParts } from './common-parts.ts';
import type { TuningField } from './fields.ts';
import { folded } from './literal.ts';

/** A finding of a run, with those of its events that the rule fires on. */
export interface RunFinding {
  readonly id: string;
  readonly events: readonly SourceEvent[];
}

/** A field on which all events agree, and the lines that say so. */
export interface SharedField {
  readonly field: TuningField;
  readonly lines: readonly TuningLine[];
  readonly weight: number;
}

const LONGEST = 512;
const MOST_VALUES = 3;
/** Each value of a list was seen in so many findings: one that came once is no habit. */
const SEEN_IN = 2;
/** Accounts that anything on a machine runs as. */
const everybody =
  /(?:^|\\)(?:system|local service|network service|localservice|networkservice|anonymous logon|root)$|^-$/i;

/** The text of a field as a filter could name it; undefined where it says nothing that a line can hold. */
export function saidBy(event: SourceEvent, { name }: TuningField): string | undefined {
  const value = event.lens.reader(name)(event.record);
  const text = typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
  const isPlain = text.isWellFormed() && text.length <= LONGEST && !hasControl(text);
  return isPlain && text.trim() !== '' && text !== '-' ? text : undefined;
}

/** Signs that a person cannot see in a filter they are to accept. */
function hasControl(text: string): boolean {
  return /\p{Cc}|\p{Cf}|[\u2028\u2029]/u.test(text);
}

/** The fields that all findings of a run share. A field that one event lacks is not shared. */
export function sharedFields(run: readonly RunFinding[], fields: readonly TuningField[]): readonly SharedField[] {
  return fields.flatMap((field) => sharedOf(run, field) ?? []);
}

function sharedOf(run: readonly RunFinding[], field: TuningField): SharedField | undefined {
  const written = new Map<string, string>();
  const seenIn = new Map<string, number>();
  for (const { events } of run) {
    const own = new Set<string>();
    for (const event of events) {
      const value = saidBy(event, field);
      if (value === undefined) return undefined;
      const key = folded(value);
      if (!written.has(key)) written.set(key, value);
      own.add(key);
    }
    for (const key of own) seenIn.set(key, (seenIn.get(key) ?? 0) + 1);
  }
  const values = [...written.values()];
  if (values.length === 0) return undefined;
  if (values.length === 1) return { field, lines: [exact(field, values)], weight: weightOf(field, values) };
  if (values.length <= MOST_VALUES && [...seenIn.values()].every((count) => count >= SEEN_IN))
    return { field, lines: [exact(field, values.toSorted())], weight: weightOf(field, values) - values.length };
  if (!field.inParts) return undefined;
  const lines = commonParts(field.name, values);
  return lines.length === 0 ? undefined : { field, lines, weight: field.weight - 4 + lines.length };
}

function exact({ name }: TuningField, values: string[]): TuningLine {
  return { field: name, modifier: '', values };
}

function weightOf({ aspect, weight }: TuningField, values: readonly string[]): number {
  return aspect === 'account' && values.some((value) => everybody.test(value)) ? 2 : weight;
}
