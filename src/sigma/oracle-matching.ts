import type { Token } from './oracle-patterns.ts';

/** A character folded by itself. */
function foldOne(character: string): string {
  if (character === 'ı') return character;
  return [...character.toLowerCase().toUpperCase()].map((upper) => upper.toLowerCase()).join('');
}

export function oracleFold(whole: string): string {
  return /^[\0-~]*$/.test(whole) ? whole.toLowerCase() : [...whole].map(foldOne).join('');
}

const isOne = (token: Token): boolean => typeof token === 'object' && 'one' in token;

/** A pattern made ready to be held against texts: as they are, and (what the caller folds once) folded. */
export function wildMatcher(tokens: readonly Token[], cased: boolean): (text: string, folded: string) => boolean {
  const pieces = [''];
  for (const token of tokens) {
    if (typeof token === 'string') pieces[pieces.length - 1] += token;
    else pieces.push('');
  }
  const wanted = cased ? pieces : pieces.map(oracleFold);
  if (!tokens.some(isOne)) return (text, folded) => inOrder(wanted, cased ? text : folded);
  const ready = cased ? tokens : tokens.map((token) => (typeof token === 'string' ? foldOne(token) : token));
  // The walk is slow, so a piece that is nowhere in the text ends it before it begins.
  return (text, folded) =>
    wanted.every((piece) => (cased ? text : folded).includes(piece)) &&
    walk(ready, cased ? [...text] : [...text].map(foldOne));
}

/** Pattern against text by dynamic programming over units; `?` takes a character with all the units it folds to. */
function walk(tokens: readonly Token[], characters: readonly string[]): boolean {
  const whole = characters.join('');
  const endOf = new Map<number, number>();
  let at = 0;
  for (const character of characters) {
    endOf.set(at, at + character.length);
    at += character.length;
  }
  // The positions in the text where the tokens so far can end.
  let reach = new Set([0]);
  for (const token of tokens) {
    const next = new Set<number>();
    for (const position of reach) {
      if (typeof token === 'string') {
        if (whole.startsWith(token, position)) next.add(position + token.length);
      } else if ('one' in token) {
        const end = endOf.get(position);
        if (end !== undefined) next.add(end);
      } else {
        for (let j = position; j <= whole.length; j++) next.add(j);
        // Positions come in rising order: the first one reaches all that the others do.
        break;
      }
    }
    reach = next;
  }
  return reach.has(whole.length);
}

function inOrder(pieces: readonly string[], text: string): boolean {
  if (pieces.length === 1) return text === pieces[0];
  let from = 0;
  for (const [i, piece] of pieces.entries()) {
    if (i === 0) {
      if (text.slice(0, piece.length) !== piece) return false;
      from = piece.length;
    } else if (i === pieces.length - 1) {
      const start = text.length - piece.length;
      return start >= from && text.slice(start) === piece;
    } else {
      const found = text.indexOf(piece, from);
      if (found < 0) return false;
      from = found + piece.length;
    }
  }
  return true;
}

function address(text: string): { bits: bigint; v6: boolean } | undefined {
  const v4 = (dotted: string): bigint | undefined => {
    const bytes = dotted.split('.');
    if (bytes.length !== 4 || !bytes.every((byte) => /^(0|[1-9]\d{0,2})$/.test(byte) && Number(byte) < 256))
      return undefined;
    return bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  };
  if (!text.includes(':')) {
    const bits = v4(text);
    return bits === undefined ? undefined : { bits: (0xffffn << 32n) | bits, v6: false };
  }
  let plain = text.replace(/%[\w.-]*$/, '');
  const dotted = /^(.*:)([\d.]+\.[\d.]+)$/.exec(plain);
  if (dotted) {
    const bits = v4(dotted[2] ?? '');
    if (bits === undefined) return undefined;
    plain = `${dotted[1]}${(bits >> 16n).toString(16)}:${(bits & 0xffffn).toString(16)}`;
  }
  const gap = plain.split('::').length - 1;
  const given = plain.split(':').filter((group) => group !== '').length;
  if (gap > 1 || given > (gap === 1 ? 7 : 8)) return undefined;
  const filled = gap === 1 ? plain.replace('::', `:${'0:'.repeat(8 - given)}`).replace(/^:|:$/g, '') : plain;
  const groups = filled.split(':');
  if (groups.length !== 8 || !groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return { bits: groups.reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n), v6: true };
}

export function oracleCidr(network: string, text: string): boolean {
  const [base = '', length] = network.split('/');
  const net = address(base);
  const host = address(text);
  if (!net || !host || text.length > 100) return false;
  const prefix = length === undefined ? 128 : Number(length) + (net.v6 ? 0 : 96);
  if (net.v6 && !host.v6) return false;
  return net.bits >> BigInt(128 - prefix) === host.bits >> BigInt(128 - prefix);
}

export function oracleTime(part: string, value: unknown): number | undefined {
  let text = typeof value === 'string' ? value : '';
  if (typeof value === 'number' || /^\d{9,14}(\.\d+)?$/.test(text)) {
    const number = Number(value);
    const date = new Date(Math.abs(number) < 1e11 ? number * 1000 : number);
    if (Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999 || date.getUTCFullYear() < 0) return undefined;
    text = date.toISOString();
  }
  const [year, month, day] = [text.slice(0, 4), text.slice(5, 7), text.slice(8, 10)];
  if (!/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])/.test(text)) return undefined;
  const clock = /^[T ](\d\d):(\d\d)/.exec(text.slice(10));
  if (part === 'hour' || part === 'minute') return clock ? Number(clock[part === 'hour' ? 1 : 2]) : undefined;
  if (part !== 'week') return Number({ year, month, day }[part]);
  // ISO 8601, by walking to the Thursday of the week and counting the Thursdays of its year.
  const thursday = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  while (thursday.getUTCDay() !== 1) thursday.setUTCDate(thursday.getUTCDate() - 1);
  thursday.setUTCDate(thursday.getUTCDate() + 3);
  let week = 0;
  const weekYear = thursday.getUTCFullYear();
  while (thursday.getUTCFullYear() === weekYear) {
    week++;
    thursday.setUTCDate(thursday.getUTCDate() - 7);
  }
  return week;
}
