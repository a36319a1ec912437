import type { JsonObject } from '../../contracts/event.ts';
import { lensOf, partitionKey } from '../../lenses/index.ts';
import type { Incoming } from '../intake.ts';
import type { ReadText } from './text-event.ts';

/** What a protocol says about an event that the event itself may not. */
export interface Beside {
  /** The member that keeps the envelope whole: `hec`, `otel`. */
  readonly name: string;
  readonly envelope: JsonObject;
  /** ISO 8601; set as `@timestamp` where the record's lens finds no time. */
  readonly time: string | undefined;
  /** Set as `host` where a record without a shape of its own names none. */
  readonly host: string | undefined;
}

/**
 * A record with its envelope beside it. The record's own text is kept as it is, digit for digit (JSON.parse would round 64-bit numbers), and
 * the members are added at its end.
 */
export function withEnvelope({ record, raw }: ReadText, { name, envelope, time, host }: Beside): Incoming {
  const more: Record<string, unknown> = {};
  const lens = lensOf(record);
  if (time !== undefined && lens.time(record) === undefined) more['@timestamp'] = time;
  const shapeless = lens.name === 'generic' || lens.name === 'syslog';
  if (host !== undefined && shapeless && partitionKey(record) === undefined) more.host = host;
  more[name] = envelope;
  const whole = { ...record, ...more };
  if (raw === undefined) return { record: whole, raw: JSON.stringify(whole) };
  const end = raw.lastIndexOf('}');
  const comma = Object.keys(record).length > 0 ? ',' : '';
  return { record: whole, raw: `${raw.slice(0, end)}${comma}${JSON.stringify(more).slice(1)}` };
}
