import type { MatchedField } from '../contracts/detection.ts';
import type { SourceEvent } from '../contracts/event.ts';
import { plainText } from '../contracts/plain-text.ts';

/** Characters of a value or pattern that decided. */
const FIELD_LIMIT = 1000;

export function plainField({ selection, field, value, pattern }: MatchedField): MatchedField {
  return { selection, field, value: plainText(value, FIELD_LIMIT), pattern: plainText(pattern, FIELD_LIMIT) };
}

/** Asks the record, not the clock: a time in the future is suspect only until it comes, and a replay must give the same answer. */
export function suspect({ timeSuspect, lens, record }: SourceEvent): { timeSuspect?: true } {
  return timeSuspect && lens.time(record) === undefined ? { timeSuspect: true } : {};
}
