import { keep } from './keep.ts';
import { pipeHeader } from './pipe-header.ts';

const start = /^CEF: ?([01])\|/;
/** Extension keys: the dictionary's are letters and digits; products add `_`, `.`, `-` and brackets. */
const keyUnit = /[A-Za-z0-9_.[\]-]/;
const KEY_LENGTH = 128;

/**
 * A CEF event (ArcSight Common Event Format, versions 0 and 1): header fields by their names in the standard, `extension` by the keys as sent,
 * `labels` from what a custom field is called to its key (`cs1Label=Rule name` -> `Rule name: cs1`), `repeated` what a key held after its first
 * value. Undefined where `text` is none.
 */
export function cefOf(text: string): Record<string, unknown> | undefined {
  const version = start.exec(text);
  if (version === null) return undefined;
  const header = pipeHeader(text, version[0].length, 6);
  if (header === undefined) return undefined;
  const [deviceVendor, deviceProduct, deviceVersion, deviceEventClassId, name, severity] = header.fields;
  const cef: Record<string, unknown> = {
    version: Number(version[1]),
    deviceVendor,
    deviceProduct,
    deviceVersion,
    deviceEventClassId,
    name,
    severity,
  };
  const { extension, repeated } = extensionOf(text.slice(header.end));
  cef.extension = extension;
  const labels = labelsOf(extension);
  if (labels !== undefined) cef.labels = labels;
  if (repeated !== undefined) cef.repeated = repeated;
  return cef;
}

interface Key {
  /** Where the key begins, and where its value does. */
  readonly at: number;
  readonly name: string;
  readonly valueAt: number;
}

function extensionOf(text: string): {
  readonly extension: Record<string, unknown>;
  readonly repeated: Record<string, string[]> | undefined;
} {
  const extension: Record<string, unknown> = {};
  let repeated: Record<string, string[]> | undefined;
  const keys = keysOf(text);
  for (let index = 0; index < keys.length; index += 1) {
    const { name, valueAt } = keys[index] as Key;
    // One blank parts a value from the next key; more belong to the value.
    const next = keys[index + 1]?.at;
    const value = unescaped(text.slice(valueAt, next === undefined ? text.length : Math.max(valueAt, next - 1)));
    if (!Object.hasOwn(extension, name)) keep(extension, name, value);
    else {
      // The first stands: what a product appends from its users' hands must not change what it said itself.
      repeated ??= {};
      if (Object.hasOwn(repeated, name)) repeated[name]?.push(value);
      else keep(repeated, name, [value]);
    }
  }
  return { extension, repeated };
}

/** Every `key=` that stands at the start or behind a blank. An `=` elsewhere (a URL's query) belongs to a value, escaped or not. */
function keysOf(text: string): readonly Key[] {
  const keys: Key[] = [];
  let floor = 0;
  for (let equals = text.indexOf('='); equals >= 0; equals = text.indexOf('=', equals + 1)) {
    let at = equals;
    while (at > floor && equals - at < KEY_LENGTH && keyUnit.test(text[at - 1] ?? '')) at -= 1;
    const opens = at === 0 || (text[at - 1] === ' ' && at - 1 >= floor);
    if (at === equals || !opens) continue;
    keys.push({ at, name: text.slice(at, equals), valueAt: equals + 1 });
    floor = equals + 1;
  }
  return keys;
}

function unescaped(value: string): string {
  if (!value.includes('\\')) return value;
  return value.replace(/\\([\\=|nr])/g, (_, unit: string) => (unit === 'n' ? '\n' : unit === 'r' ? '\r' : unit));
}

function labelsOf(extension: Record<string, unknown>): Record<string, unknown> | undefined {
  let labels: Record<string, unknown> | undefined;
  for (const key in extension) {
    if (!key.endsWith('Label')) continue;
    const custom = key.slice(0, -5);
    const label = extension[key];
    if (typeof label !== 'string' || label === '' || !Object.hasOwn(extension, custom)) continue;
    labels ??= {};
    if (!Object.hasOwn(labels, label)) keep(labels, label, custom);
  }
  return labels;
}
