/** Longest part of a user agent that is read: what tells programs apart stands at its beginning. */
const READ = 400;
const LONGEST = 160;

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isHex(code: number): boolean {
  return isDigit(code) || (code >= 97 && code <= 102);
}

/**
 * A user agent with what changes by itself taken out, so that an update is no new program: lower case, versions (runs of digits, with the
 * dots, underscores and hexadecimal tails in them) as `#`, each run of `#` once. `Chrome/120.0.6099.71` and `Chrome/121.0.0.0` are one.
 * One pass, no expression that could backtrack.
 */
export function agentFamily(agent: string): string {
  const text = agent.slice(0, READ).toLowerCase();
  let out = '';
  for (let at = 0; at < text.length && out.length < LONGEST; at += 1) {
    const code = text.charCodeAt(at);
    if (!isDigit(code)) {
      // A long hexadecimal word (a device's or session's id) is a number as well.
      const end = isHex(code) ? hexEnd(text, at) : at;
      if (end - at >= 8) {
        out += '#';
        at = end - 1;
      } else out += text[at] ?? '';
      continue;
    }
    let end = at;
    while (end < text.length && isVersion(text.charCodeAt(end))) end += 1;
    if (!out.endsWith('#')) out += '#';
    at = end - 1;
  }
  return out;
}

function isVersion(code: number): boolean {
  return isHex(code) || code === 46 || code === 95 || code === 45;
}

function hexEnd(text: string, from: number): number {
  let end = from;
  let digits = 0;
  while (end < text.length && isHex(text.charCodeAt(end))) {
    if (isDigit(text.charCodeAt(end))) digits += 1;
    end += 1;
  }
  return digits > 0 ? end : from;
}

const systems: readonly (readonly [string, string])[] = [
  ['android', 'Android'],
  ['iphone', 'iOS'],
  ['ipad', 'iOS'],
  ['windows', 'Windows'],
  ['mac os', 'macOS'],
  ['macintosh', 'macOS'],
  ['darwin', 'macOS'],
  ['cros', 'ChromeOS'],
  ['linux', 'Linux'],
];
const programs: readonly (readonly [string, string])[] = [
  ['edg', 'Edge'],
  ['opr/', 'Opera'],
  ['firefox', 'Firefox'],
  ['chrome', 'Chrome'],
  ['crios', 'Chrome'],
  ['safari', 'Safari'],
];

/** A client in words, coarser than its family: `Chrome on Windows`; a program that is no browser by its first word, `aws-cli`. */
export function clientName(agent: string): string {
  const text = agent.slice(0, READ).toLowerCase();
  const system = systems.find(([sign]) => text.includes(sign))?.[1];
  const browser = text.startsWith('mozilla/') ? programs.find(([sign]) => text.includes(sign))?.[1] : undefined;
  const end = text.search(/[\s/(;,]/);
  const word = (end === -1 ? text : text.slice(0, end)).slice(0, 60) || 'unnamed';
  const program = browser ?? word;
  return system === undefined ? program : `${program} on ${system}`;
}
