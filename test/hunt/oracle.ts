import fc from 'fast-check';
import type { LakeColumn, LakeValue } from '../../src/contracts/lake.ts';

export type Told = Partial<Record<LakeColumn, LakeValue>>;

/** A search as someone writes it, and what it means: made together, so that neither is read from the other. */
export interface Asked {
  readonly text: string;
  readonly finds: (row: Told) => boolean;
}

type Part = { readonly literal: string } | { readonly wild: '*' | '?' };

/** Every way of laying the parts over the signs is tried. @returns the places after a match that begins at `at` */
function ends(
  parts: readonly Part[],
  signs: readonly string[],
  at: number,
  same: (a: string, b: string) => boolean,
): Set<number> {
  let places = new Set([at]);
  for (const part of parts) {
    const next = new Set<number>();
    for (const place of places) {
      if ('literal' in part) {
        const wanted = [...part.literal];
        if (wanted.every((sign, step) => same(sign, signs[place + step] ?? ''))) next.add(place + wanted.length);
      } else if (part.wild === '?') {
        if (place < signs.length) next.add(place + 1);
      } else for (let after = place; after <= signs.length; after += 1) next.add(after);
    }
    places = next;
  }
  return places;
}

const anyCase = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
const asciiCase = (a: string, b: string): boolean => a === b || (/^[a-z]$/i.test(a) && anyCase(a, b));
const isRun = (sign: string | undefined): boolean => sign !== undefined && /^[a-zA-Z0-9]$/.test(sign);

function inRaw(parts: readonly Part[], raw: string): boolean {
  const written = parts.map((part) =>
    'literal' in part ? { literal: JSON.stringify(part.literal).slice(1, -1) } : part,
  );
  const [first, last] = [written[0], written.at(-1)];
  const signs = [...raw];
  for (let at = 0; at <= signs.length; at += 1) {
    const before = signs.slice(0, at).join('');
    const isEdge = !isRun(signs[at - 1]) || /\\(?:[bfnrt]|u[0-9a-fA-F]{4})$/.test(before);
    if (first !== undefined && 'literal' in first && isRun(first.literal[0]) && !isEdge) continue;
    for (const end of ends(written, signs, at, asciiCase)) {
      if (last === undefined || !('literal' in last) || !isRun(last.literal.at(-1)) || !isRun(signs[end])) return true;
    }
  }
  return false;
}

export const bits = [
  'a',
  'B',
  'web01',
  'é',
  'É',
  'ß',
  '%',
  '_',
  '!',
  "'",
  "''",
  '"',
  '\\',
  '/',
  '$1',
  ';--',
  ' ',
  '*',
  '?',
  '(',
  ')',
  ':',
  '-',
  '.',
  '\n',
  'DROP TABLE events',
  'OR',
  '\\u0041',
  '<',
  '>',
];
const literal = fc.array(fc.constantFrom(...bits), { minLength: 1, maxLength: 3 }).map((all) => all.join(''));
const part: fc.Arbitrary<Part> = fc.oneof(
  literal.map((text) => ({ literal: text })),
  fc.constantFrom<Part>({ wild: '*' }, { wild: '?' }),
);
/** Two quoted texts side by side would be one with a quote in it. */
const parts = fc
  .array(part, { minLength: 1, maxLength: 4 })
  .filter((all) => all.every((each, at) => !('literal' in each) || !('literal' in (all[at + 1] ?? {}))));

function spell(pattern: readonly Part[]): string {
  return pattern.map((each) => ('literal' in each ? `"${each.literal.replaceAll('"', '""')}"` : each.wild)).join('');
}

const isAll = (pattern: readonly Part[]): boolean => pattern.every((each) => 'wild' in each && each.wild === '*');

const textTerm: fc.Arbitrary<Asked> = fc
  .tuple(
    fc.constantFrom<[string, LakeColumn[], LakeColumn[]?]>(
      ['host', ['host']],
      ['USER', ['user']],
      ['process', ['process_name'], ['process']],
      ['cmd', ['command_line']],
      ['ip', ['source_address', 'remote_address']],
    ),
    parts,
  )
  .map(([[name, plain, pathed], pattern]) => {
    const isPath = pattern.some((each) => 'literal' in each && /[\\/]/.test(each.literal));
    const columns = isPath ? (pathed ?? plain) : plain;
    return {
      text: `${name}:${spell(pattern)}`,
      finds: (row) =>
        columns.some((column) => {
          const value = row[column];
          if (typeof value !== 'string') return false;
          const signs = [...value];
          return isAll(pattern) || ends(pattern, signs, 0, anyCase).has(signs.length);
        }),
    };
  });

const wordTerm: fc.Arbitrary<Asked> = parts.map((pattern) => ({
  text: spell(pattern),
  finds: ({ raw }) => isAll(pattern) || (typeof raw === 'string' && inRaw(pattern, raw)),
}));

const ordered = (name: string, column: LakeColumn, value: fc.Arbitrary<number>, spelled: (value: number) => string) =>
  fc
    .tuple(fc.constantFrom('', '>', '>=', '<', '<=', '..', 'a..', '..b'), value, value)
    .map(([operator, one, two]): Asked => {
      const [a, b] = [spelled(one), spelled(two)];
      const tests: Record<string, [string, (at: number) => boolean]> = {
        '': [a, (at) => at === one],
        '>': [`>${a}`, (at) => at > one],
        '>=': [`>=${a}`, (at) => at >= one],
        '<': [`<${a}`, (at) => at < one],
        '<=': [`<=${a}`, (at) => at <= one],
        '..': [`${a}..${b}`, (at) => at >= one && at <= two],
        'a..': [`${a}..`, (at) => at >= one],
        '..b': [`..${b}`, (at) => at <= two],
      };
      const [text, test] = tests[operator] as [string, (at: number) => boolean];
      return {
        text: `${name}:${text}`,
        finds: (row) => typeof row[column] === 'number' && test(row[column]),
      };
    });

export const EPOCH = Date.UTC(2026, 10, 25, 12);
const portTerm = ordered('port', 'remote_port', fc.nat(5), String);
const timeTerm = ordered(
  'time',
  'time',
  fc.nat(5).map((ms) => EPOCH + ms),
  (at) => new Date(at).toISOString(),
);
const flagTerm = fc
  .boolean()
  .map((is): Asked => ({ text: `time_suspect:${is}`, finds: (row) => row.time_suspect === is }));

/** Any search over the rows of `rowOf`, with parentheses only where they are needed. */
export const asked: fc.Arbitrary<Asked> = fc.letrec<{ tree: Asked & { level: number } }>((tie) => {
  const leaf = fc.oneof(textTerm, wordTerm, portTerm, timeTerm, flagTerm).map((each) => ({ ...each, level: 2 }));
  const wrap = (each: Asked & { level: number }, level: number): string =>
    each.level < level ? `(${each.text})` : each.text;
  const pair = fc.tuple(tie('tree'), tie('tree'), fc.constantFrom(' AND ', ' ', ' OR ')).map(([left, right, join]) => {
    const isOr = join === ' OR ';
    const level = isOr ? 0 : 1;
    return {
      text: `${wrap(left, level)}${join}${wrap(right, level)}`,
      finds: (row: Told) => (isOr ? left.finds(row) || right.finds(row) : left.finds(row) && right.finds(row)),
      level,
    };
  });
  const not = fc.tuple(tie('tree'), fc.constantFrom('-', 'NOT ')).map(([inner, sign]) => ({
    // Two signs in a row are refused, as a slip.
    text: `${sign}${sign === '-' && inner.text.startsWith('-') ? `(${inner.text})` : wrap(inner, 2)}`,
    finds: (row: Told) => !inner.finds(row),
    level: 2,
  }));
  return { tree: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, pair, not) };
}).tree;

/** The lake keeps no empty text: what says nothing is absent. */
const words = fc.option(
  fc.array(fc.constantFrom(...bits), { minLength: 1, maxLength: 3 }).map((all) => all.join('')),
  { nil: null },
);

/** A row that says little, of the signs that searches are made of. */
export const told: fc.Arbitrary<Told> = fc.record({
  host: words,
  user: words,
  process: words,
  process_name: words,
  command_line: words,
  source_address: words,
  remote_address: words,
  remote_port: fc.option(fc.nat(5), { nil: null }),
  time: fc.nat(5).map((ms) => EPOCH + ms),
  time_suspect: fc.boolean(),
  raw: fc.option(
    words.map((said) => JSON.stringify({ said })),
    { nil: null, freq: 10 },
  ),
});
