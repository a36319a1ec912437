import { base64, base64Offsets, utf8Bytes, utf16BigEndian, utf16LittleEndian } from './encoding.ts';
import type { Comparison, Item, Pattern, TimePart } from './pattern.ts';
import { expandPlaceholders, type Placeholders } from './placeholders.ts';
import { RuleFault, type Warn } from './problem.ts';
import type { RawItem, RawValue } from './syntax.ts';
import { any, joinParts, literalOf, type Part, type Parts, parseText } from './text-pattern.ts';

/** A value on its way through the modifiers. `bytes`: the literals are bytes already, not text to be encoded. */
type Draft =
  | Pattern
  | { readonly kind: 'draft'; readonly parts: Parts; readonly bytes: boolean; readonly source: string };
type Text = Draft & { kind: 'draft' };

/** One item while its modifiers are applied. */
interface Bench {
  drafts: Draft[];
  all: boolean;
  cased: boolean;
  negated: boolean;
  part: TimePart | undefined;
  readonly name: string;
  readonly line: number;
  readonly keyword: boolean;
  readonly placeholders: Placeholders;
}

/** No list of values may grow past this by windash or placeholders. */
const maxValues = 20_000;

type Modifier = (bench: Bench, name: string) => void;

const set = (bench: Bench, change: Partial<Bench>): void => {
  Object.assign(bench, change);
};

/** Every modifier of the Sigma modifiers appendix 2.1. */
export const modifiers: ReadonlyMap<string, Modifier> = new Map<string, Modifier>([
  ['contains', (bench, name) => wrap(bench, name, true, true)],
  ['startswith', (bench, name) => wrap(bench, name, false, true)],
  ['endswith', (bench, name) => wrap(bench, name, true, false)],
  ['all', (bench) => set(bench, { all: true })],
  ['cased', (bench) => set(bench, { cased: true })],
  ['neq', (bench) => set(bench, { negated: !bench.negated })],
  ['exists', exists],
  ['windash', (bench, name) => eachText(bench, name, windash)],
  ['base64', (bench, name) => eachText(bench, name, (text) => [encoded(base64(bytesOf(text, name, bench.line)))])],
  [
    'base64offset',
    (bench, name) => eachText(bench, name, (text) => base64Offsets(bytesOf(text, name, bench.line)).map(encoded)),
  ],
  ['utf16le', (bench, name) => eachText(bench, name, wide(utf16LittleEndian, ''))],
  ['wide', (bench, name) => eachText(bench, name, wide(utf16LittleEndian, ''))],
  ['utf16be', (bench, name) => eachText(bench, name, wide(utf16BigEndian, ''))],
  ['utf16', (bench, name) => eachText(bench, name, wide(utf16LittleEndian, '\xff\xfe'))],
  ['re', regex],
  ['i', (bench, name) => regexFlag(bench, name)],
  ['m', (bench, name) => regexFlag(bench, name)],
  ['s', (bench, name) => regexFlag(bench, name)],
  ['lt', (bench) => compare(bench, 'lt')],
  ['lte', (bench) => compare(bench, 'lte')],
  ['gt', (bench) => compare(bench, 'gt')],
  ['gte', (bench) => compare(bench, 'gte')],
  ['minute', (bench) => timePart(bench, 'minute')],
  ['hour', (bench) => timePart(bench, 'hour')],
  ['day', (bench) => timePart(bench, 'day')],
  ['week', (bench) => timePart(bench, 'week')],
  ['month', (bench) => timePart(bench, 'month')],
  ['year', (bench) => timePart(bench, 'year')],
  [
    'cidr',
    (bench, name) =>
      eachText(bench, name, (text) => [{ kind: 'cidr', network: literalOf(text.parts, name, bench.line) }]),
  ],
  [
    'expand',
    (bench, name) =>
      eachText(bench, name, (text) =>
        expandPlaceholders(text.source, text.parts, bench.placeholders, bench.line).map((filled) => ({
          ...text,
          ...filled,
        })),
      ),
  ],
  ['fieldref', fieldReference],
]);

/** Applies an item's modifiers in the order written. Throws RuleFault where one is unknown or does not fit its values. */
export function resolveItem(raw: RawItem, placeholders: Placeholders, warn: Warn): Item {
  const name = [raw.field ?? '', ...raw.modifiers].join('|') || 'keywords';
  const bench: Bench = {
    drafts: raw.values.map(draftOf),
    all: false,
    cased: false,
    negated: false,
    part: undefined,
    name,
    line: raw.line,
    keyword: raw.field === undefined,
    placeholders,
  };
  for (const modifier of raw.modifiers) {
    const apply = modifiers.get(modifier);
    if (!apply)
      throw new RuleFault(
        'SIGMA_MODIFIER_UNKNOWN',
        `${name}: modifier ${JSON.stringify(modifier)} is not one of Sigma 2.1`,
        raw.line,
      );
    apply(bench, modifier);
    if (bench.drafts.length > maxValues)
      throw new RuleFault('SIGMA_VALUE_COUNT', `${name}: more than ${maxValues} values after ${modifier}`, raw.line);
  }
  if (bench.all && raw.values.length === 1)
    warn('SIGMA_ALL_SINGLE', `${name}: "all" on a single value does nothing`, raw.line);
  if (bench.keyword) keywords(bench);
  const patterns = bench.drafts.map((draft) => finish(draft, bench));
  return {
    kind: 'item',
    field: raw.field,
    modifiers: raw.modifiers,
    patterns,
    all: bench.all,
    negated: bench.negated,
    part: bench.part,
    line: raw.line,
  };
}

function draftOf({ value, source }: RawValue): Draft {
  if (value === null) return { kind: 'null' };
  if (typeof value === 'boolean') return { kind: 'boolean', value };
  if (typeof value === 'number') return { kind: 'number', value, source };
  return { kind: 'draft', parts: parseText(value), bytes: false, source: value };
}

function finish(draft: Draft, bench: Bench): Pattern {
  if (draft.kind === 'draft') return { kind: 'text', parts: joinParts(draft.parts), cased: bench.cased };
  if (draft.kind === 'field') return { ...draft, cased: bench.cased };
  return draft;
}

/** Numbers and booleans are text to a modifier that wants text; null and what is already settled is not. */
function asText(draft: Draft, bench: Bench, modifier: string): Text {
  if (draft.kind === 'draft') return draft;
  if (draft.kind === 'number')
    return { kind: 'draft', parts: parseText(draft.source), bytes: false, source: draft.source };
  if (draft.kind === 'boolean')
    return { kind: 'draft', parts: [String(draft.value)], bytes: false, source: String(draft.value) };
  throw new RuleFault(
    'SIGMA_MODIFIER_VALUE',
    `${bench.name}: ${modifier} cannot be applied to ${draft.kind === 'null' ? 'null' : `a ${draft.kind} value`}`,
    bench.line,
  );
}

function eachText(bench: Bench, modifier: string, change: (text: Text) => Draft[]): void {
  bench.drafts = bench.drafts.flatMap((draft) => change(asText(draft, bench, modifier)));
}

function wrap(bench: Bench, modifier: string, before: boolean, after: boolean): void {
  bench.drafts = bench.drafts.map((draft): Draft => {
    if (draft.kind === 'field')
      return { ...draft, relation: before && after ? 'contains' : before ? 'endswith' : 'startswith' };
    // A regular expression is found anywhere already.
    if (draft.kind === 'regex' && before && after) return draft;
    const text = asText(draft, bench, modifier);
    return {
      ...text,
      parts: joinParts([...(before ? [any as Part] : []), ...text.parts, ...(after ? [any as Part] : [])]),
    };
  });
}

/** `|cased|`-free keyword values are searched for anywhere in a value (Sigma rules specification, "Keywords search"). */
function keywords(bench: Bench): void {
  bench.drafts = bench.drafts.map((draft): Draft => {
    if (draft.kind === 'regex' || draft.kind === 'cidr' || draft.kind === 'compare') return draft;
    const text = asText(draft, bench, 'a keyword search');
    return { ...text, parts: joinParts([any, ...text.parts, any]) };
  });
}

function exists(bench: Bench): void {
  bench.drafts = bench.drafts.map((draft): Draft => {
    const value =
      draft.kind === 'boolean'
        ? draft.value
        : draft.kind === 'draft'
          ? { true: true, false: false }[draft.source.toLowerCase()]
          : undefined;
    if (value === undefined || bench.keyword)
      throw new RuleFault('SIGMA_MODIFIER_VALUE', `${bench.name}: exists takes a field and true or false`, bench.line);
    return { kind: 'exists', value };
  });
}

/** A dash counts where a flag starts: no word before it, a word after it (as in pySigma, `\B[-/]\b`). */
const dashes = ['-', '/', '\u2013', '\u2014', '\u2015'];
const flagStart = /\B[-/\u2013\u2014\u2015]\b/g;

function windash(text: Text): Draft[] {
  let variants: Part[][] = [[]];
  for (const part of text.parts) {
    const choices = typeof part === 'string' ? windashText(part) : [part];
    if (variants.length * choices.length > maxValues) return Array.from({ length: maxValues + 1 }, () => text);
    variants = variants.flatMap((variant) => choices.map((choice) => [...variant, choice]));
  }
  return variants.map((parts) => ({ ...text, parts }));
}

function windashText(literal: string): string[] {
  let variants = [''];
  let from = 0;
  for (const found of literal.matchAll(flagStart)) {
    const between = literal.slice(from, found.index);
    variants = variants.flatMap((variant) => dashes.map((dash) => variant + between + dash));
    from = found.index + 1;
    if (variants.length > maxValues) break;
  }
  return variants.map((variant) => variant + literal.slice(from));
}

const encoded = (source: string): Draft => ({
  kind: 'draft',
  parts: source === '' ? [] : [source],
  bytes: true,
  source,
});

function bytesOf(text: Text, modifier: string, line: number): string {
  const literal = literalOf(text.parts, modifier, line);
  return text.bytes ? literal : utf8Bytes(literal);
}

function wide(encode: (text: string) => string, mark: string): (text: Text) => Draft[] {
  return (text) => {
    const parts = text.parts.map((part) => (typeof part === 'string' ? encode(part) : part));
    return [{ ...text, bytes: true, parts: joinParts([mark, ...parts]) }];
  };
}

/** A regular expression is the value as written: Sigma's own escapes and wildcards mean nothing in it. */
function regex(bench: Bench, modifier: string): void {
  eachText(bench, modifier, (text) => [{ kind: 'regex', source: text.source, flags: '' }]);
}

function regexFlag(bench: Bench, flag: string): void {
  bench.drafts = bench.drafts.map((draft) => {
    if (draft.kind !== 'regex')
      throw new RuleFault('SIGMA_MODIFIER_ORDER', `${bench.name}: ${flag} belongs after re`, bench.line);
    return draft.flags.includes(flag) ? draft : { ...draft, flags: draft.flags + flag };
  });
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)$/;

function compare(bench: Bench, than: Comparison): void {
  bench.drafts = bench.drafts.map((draft): Draft => {
    if (draft.kind === 'number') return { kind: 'compare', than, value: draft.value };
    if (draft.kind === 'draft' && decimal.test(draft.source))
      return { kind: 'compare', than, value: Number(draft.source) };
    throw new RuleFault('SIGMA_MODIFIER_VALUE', `${bench.name}: ${than} takes a number`, bench.line);
  });
}

function timePart(bench: Bench, part: TimePart): void {
  if (bench.keyword) throw new RuleFault('SIGMA_MODIFIER_VALUE', `${bench.name}: ${part} needs a field`, bench.line);
  if (bench.part !== undefined)
    throw new RuleFault('SIGMA_MODIFIER_ORDER', `${bench.name}: one part of a time only`, bench.line);
  bench.part = part;
}

function fieldReference(bench: Bench, modifier: string): void {
  if (bench.keyword) throw new RuleFault('SIGMA_MODIFIER_VALUE', `${bench.name}: fieldref needs a field`, bench.line);
  eachText(bench, modifier, (text) => {
    const before = text.parts.at(0) === any;
    const after = text.parts.length > 1 && text.parts.at(-1) === any;
    const inner = text.parts.slice(before ? 1 : 0, after ? -1 : undefined);
    const field = literalOf(inner, modifier, bench.line);
    if (field === '')
      throw new RuleFault('SIGMA_MODIFIER_VALUE', `${bench.name}: fieldref takes the name of a field`, bench.line);
    const relation = before && after ? 'contains' : before ? 'endswith' : after ? 'startswith' : 'equals';
    return [{ kind: 'field', field, relation, cased: false }];
  });
}
