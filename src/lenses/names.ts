import { textOf } from './fields.ts';

/** What feeds write for "nobody". */
const nobody = new Set(['-', 'n/a', 'null', '(null)', 'none', 'unknown', 'not available', 'not_translated']);

/** Account name without its domain (`DOMAIN\name`, `name@domain`), lower case; undefined where nobody is named. */
export function userName(value: unknown): string | undefined {
  let name = textOf(value);
  if (name === undefined) return undefined;
  const slash = name.lastIndexOf('\\');
  if (slash >= 0) name = name.slice(slash + 1);
  const at = name.indexOf('@');
  if (at > 0) name = name.slice(0, at);
  name = name.trim().toLowerCase();
  return name === '' || nobody.has(name) ? undefined : name;
}

const v4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/** Host name without its domain, lower case; an address stays whole. */
export function hostName(value: unknown): string | undefined {
  let name = textOf(value);
  if (name === undefined) return undefined;
  if (name.startsWith('\\\\')) name = name.slice(2);
  const dot = name.indexOf('.');
  if (dot >= 0 && !v4.test(name)) name = name.slice(0, dot);
  name = name.trim().toLowerCase();
  return name === '' || nobody.has(name) ? undefined : name;
}

/** Domain name looked up or visited: lower case, no trailing dot; undefined for addresses and emptiness. */
export function domainName(value: unknown): string | undefined {
  const text = textOf(value);
  if (text === undefined || v4.test(text) || text.includes(':')) return undefined;
  const name = (text.endsWith('.') ? text.slice(0, -1) : text).trim().toLowerCase();
  return name === '' || nobody.has(name) ? undefined : name;
}

/** `ip`, `ip:port`, `[v6]:port`; canonical text (RFC 5952 for v6, mapped v4 as v4). Undefined for what is no address. */
export function address(value: unknown): string | undefined {
  const text = textOf(value);
  if (text === undefined) return undefined;
  if (v4.test(text)) return text;
  const bracket = text.startsWith('[') ? text.indexOf(']') : -1;
  if (bracket > 0) return addressV6(text.slice(1, bracket));
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  if (colon === text.lastIndexOf(':')) return v4.test(text.slice(0, colon)) ? text.slice(0, colon) : undefined;
  return addressV6(text);
}

/** Loopback and "any": they name no machine, and every machine has them. */
const nowhere = /^(?:127\.|0\.0\.0\.0$|::$|::1$)/;

/** An address that names another machine or this one on a network: `address` without loopback and 0.0.0.0. */
export function networkAddress(value: unknown): string | undefined {
  const found = address(value);
  return found === undefined || nowhere.test(found) ? undefined : found;
}

const hex = /^[0-9a-f]{1,4}$/;

function addressV6(text: string): string | undefined {
  const percent = text.indexOf('%');
  const bare = (percent >= 0 ? text.slice(0, percent) : text).toLowerCase();
  const lastColon = bare.lastIndexOf(':');
  const tail = bare.slice(lastColon + 1);
  if (v4.test(tail)) return /^(?:::|0:0:0:0:0:)ffff:$/.test(bare.slice(0, lastColon + 1)) ? tail : undefined;
  const halves = bare.split('::');
  if (halves.length > 2) return undefined;
  const head = halves[0] ? halves[0].split(':') : [];
  const rest = halves.length === 2 && halves[1] ? halves[1].split(':') : [];
  const missing = 8 - head.length - rest.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array<string>(halves.length === 2 ? missing : 0).fill('0'), ...rest];
  if (!groups.every((group) => hex.test(group))) return undefined;
  return compress(groups.map((group) => Number.parseInt(group, 16).toString(16)));
}

/** RFC 5952, 4.2: the longest run of two or more zero groups becomes `::`, the first of equals. */
function compress(groups: readonly string[]): string {
  let best = -1;
  let bestLength = 1;
  for (let start = 0; start < groups.length; start += 1) {
    let end = start;
    while (end < groups.length && groups[end] === '0') end += 1;
    if (end - start > bestLength) {
      best = start;
      bestLength = end - start;
    }
  }
  if (best < 0) return groups.join(':');
  return `${groups.slice(0, best).join(':')}::${groups.slice(best + bestLength).join(':')}`;
}
