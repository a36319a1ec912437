import type { JsonObject } from '../../contracts/event.ts';
import { isObject } from '../fields.ts';

/** Converted once per record part; dropped with it. */
const converted = new WeakMap<object, JsonObject>();

function nameOf(item: JsonObject): unknown {
  const attributes = item['#attributes'];
  return item['@Name'] ?? (isObject(attributes) ? attributes.Name : undefined) ?? item.Name;
}

function contentOf(item: JsonObject): unknown {
  return item['#text'] ?? item['@Value'] ?? item.Value ?? item.text;
}

/**
 * EventData whose `Data` is a list of named items (`{"@Name","#text"}`, as XML turns into JSON) as fields by name.
 * Anything else is returned as it is: named fields lie there already, nameless strings stay in `Data`.
 */
export function namedData(eventData: JsonObject): JsonObject {
  const list = eventData.Data;
  if (typeof list !== 'object' || list === null) return eventData;
  const known = converted.get(list);
  if (known !== undefined) return known;
  const items: unknown[] = Array.isArray(list) ? list : [list];
  if (!items.some((item) => isObject(item) && nameOf(item) !== undefined)) return eventData;
  const fields: Record<string, unknown> = Object.create(null);
  for (const [key, value] of Object.entries(eventData)) if (key !== 'Data') fields[key] = value;
  const nameless: unknown[] = [];
  for (const item of items) {
    const name = isObject(item) ? nameOf(item) : undefined;
    if (typeof name === 'string') fields[name] = contentOf(item as JsonObject) ?? '';
    else nameless.push(isObject(item) ? contentOf(item) : item);
  }
  if (nameless.length > 0) fields.Data = nameless;
  converted.set(list, fields);
  return fields;
}
