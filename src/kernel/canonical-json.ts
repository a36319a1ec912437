import canonicalizeJson from 'canonicalize';
import { BridgewatchError } from './errors.ts';

/** RFC 8785 canonical JSON. Throws `CANONICAL_JSON_UNDEFINED` for what JSON cannot hold (undefined, functions). */
export function canonicalJson(value: unknown): string {
  const text = canonicalizeJson(value);
  if (text === undefined) {
    throw new BridgewatchError('CANONICAL_JSON_UNDEFINED', `${typeof value} has no JSON form; give an object, array, string, number, boolean or null`);
  }
  return text;
}
