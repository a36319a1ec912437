import type { JsonObject, Lens } from '../contracts/event.ts';
import { ecs } from './ecs.ts';
import { isObject, pathReader, type Reader, textAt } from './fields.ts';

/** Where a field that has no place in ECS lies: in a structured body, in the record's attributes, in its resource's. */
const roots = ['body', 'otel.attributes', 'otel.resource'];

function reader(field: string): Reader {
  const readers = [ecs.reader(field), ...roots.map((root) => pathReader(`${root}.${field}`))];
  return (record) => {
    for (const read of readers) {
      const value = read(record);
      if (value !== undefined) return value;
    }
    return undefined;
  };
}

/**
 * OpenTelemetry log records as the OTLP door writes them: ECS names where the semantic conventions have them, everything as sent under `otel`.
 * A record in a shape of its own that came by OTLP is read by that shape's lens. Native id: the attribute `log.record.uid`.
 */
export const otel: Lens = {
  ...ecs,
  name: 'otel',
  matches: (record: JsonObject) => isObject(record.otel) && isObject(record.otel.resource),
  nativeId: textAt('otel.attributes.log.record.uid'),
  reader,
};
