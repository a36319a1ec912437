import type { Whence } from '../contracts/event.ts';
import { textOf } from './fields.ts';

/** What is kept of a user agent: browsers' are under 250 characters, the longest SDKs' under 400. */
const AGENT = 512;
const PLACE = 100;

/** Country names in English, as Okta and GuardDuty write them -> ISO 3166 code. Made when the first such name is read. */
let codes: Map<string, string> | undefined;

function codeOf(name: string): string | undefined {
  if (codes === undefined) {
    codes = new Map();
    const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
    for (let first = 97; first <= 122; first += 1) {
      for (let second = 97; second <= 122; second += 1) {
        const code = String.fromCharCode(first, second);
        const region = code.toUpperCase();
        const known = names.of(region)?.toLowerCase();
        // Codes given up (DD, NH) answer with the name of what they became.
        if (known !== undefined && new Intl.Locale(`und-${region}`).region === region) codes.set(known, code);
      }
    }
  }
  return codes.get(name);
}

function countryOf(value: unknown): string | undefined {
  const text = textOf(value)?.slice(0, PLACE).trim().toLowerCase();
  if (text === undefined || text === '' || text === 'unknown' || text === 'null') return undefined;
  return text.length === 2 ? text : (codeOf(text) ?? text);
}

/** `AS701`, `701` and 701 are one network; a name is taken as written, in lower case. */
function networkOf(value: unknown): string | undefined {
  const text = textOf(value)?.slice(0, PLACE).trim().toLowerCase();
  if (text === undefined || text === '' || text === '0' || text === 'unknown' || text === 'null') return undefined;
  return /^\d{1,10}$/.test(text) ? `as${text}` : text;
}

function degreesOf(value: unknown, limit: number): number | undefined {
  if (typeof value === 'string' && (value === '' || value.length > 24)) return undefined;
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && Math.abs(number) <= limit ? number : undefined;
}

/**
 * Where an act came from, as a record names it; undefined where it says nothing of it, so that other records cost no object. Coordinates out of
 * range, or 0 and 0 (how products write "not found"), are none.
 */
export function whenceOf(
  country: unknown,
  network: unknown,
  latitude?: unknown,
  longitude?: unknown,
): Whence | undefined {
  if (country === undefined && network === undefined && latitude === undefined) return undefined;
  const where = countryOf(country);
  const through = networkOf(network);
  const north = degreesOf(latitude, 90);
  const east = degreesOf(longitude, 180);
  const isSomewhere = north !== undefined && east !== undefined && (north !== 0 || east !== 0);
  if (where === undefined && through === undefined && !isSomewhere) return undefined;
  return {
    country: where,
    network: through,
    latitude: isSomewhere ? north : undefined,
    longitude: isSomewhere ? east : undefined,
  };
}

/** A user agent as the program wrote it, at most 512 characters of it. */
export function agentOf(value: unknown): string | undefined {
  const text = textOf(value);
  return text === undefined || text.length <= AGENT ? text : text.slice(0, AGENT);
}
