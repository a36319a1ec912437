import type { RawItem, RawValue } from './syntax.ts';

/** A pattern's text, character by character: a literal character, `*` or `?`. */
export type Token = string | { readonly any: true } | { readonly one: true };

export type OraclePattern =
  | { is: 'wild'; tokens: Token[]; cased: boolean }
  | { is: 'number'; value: number; source: string }
  | { is: 'boolean'; value: boolean }
  | { is: 'null' }
  | { is: 'exists'; wanted: boolean }
  | { is: 'compare'; than: string; limit: number }
  | { is: 'regex'; source: string; flags: string }
  | { is: 'cidr'; network: string }
  | { is: 'field'; field: string; open: [boolean, boolean]; cased: boolean };

interface Draft {
  raw: RawValue;
  tokens: Token[];
  source: string;
  bytes: boolean;
  settled: OraclePattern | undefined;
}

const any: Token = { any: true };
const isAny = (token: Token | undefined): boolean => typeof token === 'object' && 'any' in token;

/** The modifiers of an item applied to its values, one after the other. */
export function oraclePatterns(
  item: RawItem,
  placeholders: Readonly<Record<string, readonly string[]>>,
): OraclePattern[] {
  let drafts = item.values.map(draftOf);
  for (const modifier of item.modifiers) drafts = drafts.flatMap((draft) => step(modifier, draft, placeholders));
  const cased = item.modifiers.includes('cased');
  return drafts.map((draft): OraclePattern => {
    if (draft.settled?.is === 'field') return { ...draft.settled, cased };
    if (draft.settled) return draft.settled;
    const { value, source } = draft.raw;
    if (item.field === undefined) return { is: 'wild', tokens: [any, ...draft.tokens, any], cased };
    const untouched = !item.modifiers.some((modifier) => textual.has(modifier));
    if (untouched && value === null) return { is: 'null' };
    if (untouched && typeof value === 'number') return { is: 'number', value, source };
    if (untouched && typeof value === 'boolean') return { is: 'boolean', value };
    return { is: 'wild', tokens: draft.tokens, cased };
  });
}

const textual = new Set([
  'contains',
  'startswith',
  'endswith',
  'windash',
  'base64',
  'base64offset',
  'utf16le',
  'wide',
  'utf16be',
  'utf16',
  'expand',
]);

function draftOf(raw: RawValue): Draft {
  const source =
    typeof raw.value === 'string' ? raw.value : typeof raw.value === 'boolean' ? String(raw.value) : raw.source;
  return { raw, source, tokens: tokenize(source), bytes: false, settled: undefined };
}

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  for (let rest = source; rest !== ''; ) {
    const escaped = /^\\([*?\\])/.exec(rest);
    if (escaped) tokens.push(escaped[1] ?? '');
    else if (rest.startsWith('*')) tokens.push(any);
    else if (rest.startsWith('?')) tokens.push({ one: true });
    else tokens.push(String.fromCodePoint(rest.codePointAt(0) ?? 0));
    rest = rest.slice(escaped ? 2 : (tokens.at(-1) as string)?.length || 1);
  }
  return tokens;
}

function step(modifier: string, draft: Draft, placeholders: Readonly<Record<string, readonly string[]>>): Draft[] {
  const put = (tokens: Token[], bytes = draft.bytes): Draft => ({ ...draft, tokens, bytes });
  const settle = (settled: OraclePattern): Draft[] => [{ ...draft, settled }];
  const { settled } = draft;
  if (settled?.is === 'field' && ['contains', 'startswith', 'endswith'].includes(modifier)) {
    return settle({ ...settled, open: [modifier !== 'startswith', modifier !== 'endswith'] });
  }
  switch (modifier) {
    case 'contains':
      return settled ? [draft] : [put([any, ...draft.tokens, any])];
    case 'startswith':
      return [put([...draft.tokens, any])];
    case 'endswith':
      return [put([any, ...draft.tokens])];
    case 'windash':
      return windash(draft.tokens).map((tokens) => put(tokens));
    case 'wide':
    case 'utf16le':
    case 'utf16be':
    case 'utf16': {
      const tokens = draft.tokens.flatMap((token): Token[] =>
        typeof token === 'string' ? units(token, modifier === 'utf16be') : [token],
      );
      return [put(modifier === 'utf16' ? ['\u00ff', '\u00fe', ...tokens] : tokens, true)];
    }
    case 'base64':
    case 'base64offset': {
      const bytes = draft.bytes
        ? draft.tokens.map((token) => String(token).charCodeAt(0))
        : [...new TextEncoder().encode(draft.tokens.join(''))];
      const texts = modifier === 'base64' ? [base64(bytes)] : [0, 1, 2].map((shift) => innerBase64(bytes, shift));
      return texts.map((text) => ({ ...put([...text], true), source: text }));
    }
    case 're':
      return settle({ is: 'regex', source: draft.source, flags: '' });
    case 'i':
    case 'm':
    case 's':
      return settled?.is === 'regex' ? settle({ ...settled, flags: settled.flags + modifier }) : [draft];
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return settle({ is: 'compare', than: modifier, limit: Number(draft.raw.value) });
    case 'cidr':
      return settle({ is: 'cidr', network: draft.tokens.join('') });
    case 'exists':
      return settle({ is: 'exists', wanted: String(draft.raw.value).toLowerCase() === 'true' });
    case 'fieldref': {
      const [first, last] = [draft.tokens[0], draft.tokens.at(-1)];
      const field = draft.tokens.filter((token) => typeof token === 'string').join('');
      return settle({ is: 'field', field, open: [isAny(first), isAny(last)], cased: false });
    }
    case 'expand':
      return expand(draft, placeholders);
    default:
      return [draft];
  }
}

function windash(tokens: readonly Token[]): Token[][] {
  const word = (token: Token | undefined) => typeof token === 'string' && /^\w$/.test(token);
  let variants: Token[][] = [[]];
  for (const [i, token] of tokens.entries()) {
    const dash = typeof token === 'string' && '-/–—―'.includes(token) && !word(tokens[i - 1]) && word(tokens[i + 1]);
    variants = variants.flatMap((variant) => (dash ? [...'-/–—―'] : [token]).map((choice) => [...variant, choice]));
  }
  return variants;
}

function units(character: string, bigEndian: boolean): string[] {
  return character.split('').flatMap((unit) => {
    const pair = [unit.charCodeAt(0) % 256, Math.floor(unit.charCodeAt(0) / 256)].map((byte) =>
      String.fromCharCode(byte),
    );
    return bigEndian ? pair.reverse() : pair;
  });
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const bitsOf = (bytes: readonly number[]): string => bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('');

function base64(bytes: readonly number[]): string {
  const sextets = bitsOf(bytes).match(/.{1,6}/g) ?? [];
  const text = sextets.map((bits) => alphabet[Number.parseInt(bits.padEnd(6, '0'), 2)]).join('');
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}

/** Only the characters whose six bits all come from the value, with `shift` unknown bytes before it. */
function innerBase64(bytes: readonly number[], shift: number): string {
  const bits = '?'.repeat(8 * shift) + bitsOf(bytes);
  return (bits.match(/.{6}/g) ?? [])
    .filter((sextet) => !sextet.includes('?'))
    .map((sextet) => alphabet[Number.parseInt(sextet, 2)])
    .join('');
}

function expand(draft: Draft, placeholders: Readonly<Record<string, readonly string[]>>): Draft[] {
  const found = draft.tokens.findIndex(
    (token, i) => token === '%' && draft.tokens[i - 1] !== '\\' && nameAt(draft.tokens, i) !== undefined,
  );
  if (found === -1) {
    const tokens = draft.tokens.filter((token, i) => !(token === '\\' && draft.tokens[i + 1] === '%'));
    return [{ ...draft, tokens, source: draft.source.replaceAll('\\%', '%') }];
  }
  const name = nameAt(draft.tokens, found) ?? '';
  return (placeholders[name] ?? []).flatMap((value) => {
    const rest = expand({ ...draft, tokens: draft.tokens.slice(found + name.length + 2), source: '' }, placeholders);
    const source = draft.source.replace(`%${name}%`, () => value);
    const head = draft.tokens.slice(0, found).filter((token, i, all) => !(token === '\\' && all[i + 1] === '%'));
    return rest.map((tail) => ({ ...draft, source, tokens: [...head, ...tokenize(value), ...tail.tokens] }));
  });
}

function nameAt(tokens: readonly Token[], at: number): string | undefined {
  const rest = tokens
    .slice(at)
    .map((token) => (typeof token === 'string' ? token : ' '))
    .join('');
  return /^%([\w.-]+)%/.exec(rest)?.[1];
}
