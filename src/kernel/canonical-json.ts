import canonicalizeJson from 'canonicalize';
import { BridgewatchError } from './errors.ts';

/**
 * RFC 8785 canonical JSON. Telemetry may carry lone surrogates, which the RFC refuses: they become U+FFFD, since a hostile
 * record must not be able to keep a decision off the record. Throws `CANONICAL_JSON_UNDEFINED` for what JSON cannot hold.
 */
export function canonicalJson(value: unknown): string {
  const text = value === undefined ? undefined : canonicalizeJson(wellFormed(value));
  if (text === undefined) {
    throw new BridgewatchError(
      'CANONICAL_JSON_UNDEFINED',
      `${typeof value} has no JSON form; give an object, array, string, number, boolean or null`,
    );
  }
  return text;
}

function wellFormed(value: unknown): unknown {
  const text = JSON.stringify(value);
  // JSON.stringify writes a lone surrogate, and nothing else, as \udXXX.
  if (text === undefined || !text.includes('\\ud')) return value;
  return JSON.parse(text, (_key, inner: unknown) => {
    if (typeof inner === 'string') return inner.toWellFormed();
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).map(([name, member]) => [name.toWellFormed(), member]));
  });
}
