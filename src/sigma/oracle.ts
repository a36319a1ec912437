import { RE2JS } from 're2js';
import type { SigmaEvent } from './event.ts';
import { applyFilters } from './filter-rule.ts';
import { type OraclePattern, oracleCidr, oraclePatterns, oracleTime, wildMatch } from './oracle-patterns.ts';
import { type DetectionRule, parseRules, type RuleFile } from './parse.ts';
import { applyPipelines } from './pipeline.ts';
import type { SigmaRule } from './rule.ts';
import type { CompileOptions } from './rule-set.ts';
import type { RawItem, Selection } from './syntax.ts';

/**
 * A slow evaluator that the engine is held against. It looks at every rule for every event, keeps nothing between them, and
 * shares with the engine only the reading of YAML, filters and pipelines: modifiers, patterns, conditions and values are
 * written a second time here and in oracle-patterns.ts, as plainly as can be.
 */
export interface OracleVerdict {
  readonly matched: boolean;
  readonly selections: readonly { readonly name: string; readonly line: OracleLine }[];
}

/** The shape of an explanation, with only what can be compared. */
export type OracleLine =
  | { readonly kind: 'all' | 'any'; readonly matched: boolean; readonly of: readonly OracleLine[] }
  | { readonly kind: 'item'; readonly matched: boolean; readonly field: string | undefined };

interface Judged {
  readonly rule: SigmaRule;
  readonly detection: DetectionRule;
  readonly placeholders: Readonly<Record<string, readonly string[]>>;
}

export class Oracle {
  readonly #rules: readonly Judged[];

  /** `rules`: those that compiled; the others are left out here too. */
  constructor(files: readonly RuleFile[], rules: readonly SigmaRule[], options: CompileOptions = {}) {
    const compiled = new Map(rules.map((rule) => [`${rule.file}:${rule.line}`, rule]));
    this.#rules = applyFilters(parseRules(files), []).flatMap((detection) => {
      const rule = compiled.get(`${detection.rule.file}:${detection.rule.line}`);
      if (!rule) return [];
      const changed = applyPipelines(detection, options.pipelines ?? [], options.placeholders ?? {});
      return [{ rule, detection: changed.rule, placeholders: changed.placeholders }];
    });
  }

  match(event: SigmaEvent): SigmaRule[] {
    return this.#rules
      .filter((each) => fromLogSource(each.rule, event) && this.#judge(each, event, true).matched)
      .map(({ rule }) => rule);
  }

  explain(rule: SigmaRule, event: SigmaEvent): OracleVerdict | undefined {
    const found = this.#rules.find((each) => each.rule === rule);
    if (!found) return undefined;
    const verdict = this.#judge(found, event, false);
    return { ...verdict, matched: verdict.matched && fromLogSource(rule, event) };
  }

  #judge(each: Judged, event: SigmaEvent, lazily: boolean): OracleVerdict {
    const { detection, placeholders } = each;
    const lines = new Map<string, OracleLine>();
    const look = (name: string): boolean => {
      let line = lines.get(name);
      const selection = detection.selections.get(name);
      if (!line && selection) {
        line = evaluate(selection, event, placeholders);
        lines.set(name, line);
      }
      return line?.matched ?? false;
    };
    const names = [...detection.selections.keys()];
    if (!lazily) names.forEach(look);
    const matched = detection.conditions.some(({ source }) => evaluateCondition(source, names, look));
    return { matched, selections: [...lines].map(([name, line]) => ({ name, line })) };
  }
}

function fromLogSource({ logsource }: SigmaRule, { origin }: SigmaEvent): boolean {
  if (logsource.product && logsource.product !== origin.product) return false;
  if (logsource.service && logsource.service !== origin.service) return false;
  return !logsource.category || origin.categories.some((category) => category === logsource.category);
}

function evaluateCondition(source: string, names: readonly string[], look: (name: string) => boolean): boolean {
  const words = source.replace(/[()]/g, ' $& ').trim().split(/\s+/);
  const next = (): string => words.shift() ?? '';
  const is = (word: string): boolean => words[0]?.toLowerCase() === word;
  const or = (): boolean => {
    let value = and();
    while (is('or')) {
      next();
      const right = and();
      value = value || right;
    }
    return value;
  };
  const and = (): boolean => {
    let value = not();
    while (is('and')) {
      next();
      const right = not();
      value = value && right;
    }
    return value;
  };
  const not = (): boolean => {
    if (is('not')) {
      next();
      return !not();
    }
    const word = next();
    if (word === '(') {
      const value = or();
      next();
      return value;
    }
    if (!is('of')) return look(word);
    next();
    const target = next();
    const pattern = new RegExp(
      `^${target
        .split('*')
        .map((piece) => piece.replace(/[^\w]/g, '\\$&'))
        .join('.*')}$`,
      's',
    );
    const chosen =
      target.toLowerCase() === 'them'
        ? names.filter((name) => name[0] !== '_')
        : names.filter((name) => pattern.test(name));
    const held = chosen.filter(look).length;
    if (word.toLowerCase() === 'all') return held === chosen.length;
    return held >= (word.toLowerCase() === 'any' ? 1 : Number(word));
  };
  return or();
}

function evaluate(
  selection: Selection,
  event: SigmaEvent,
  placeholders: Readonly<Record<string, readonly string[]>>,
): OracleLine {
  if (selection.kind === 'raw')
    return { kind: 'item', field: selection.field, matched: evaluateItem(selection, event, placeholders) };
  const of = selection.of.map((child) => evaluate(child, event, placeholders));
  const held = of.filter(({ matched }) => matched).length;
  return { kind: selection.kind, of, matched: selection.kind === 'all' ? held === of.length : held > 0 };
}

function evaluateItem(
  item: RawItem,
  event: SigmaEvent,
  placeholders: Readonly<Record<string, readonly string[]>>,
): boolean {
  const patterns = oraclePatterns(item, placeholders);
  const part = item.modifiers.find((modifier) => ['minute', 'hour', 'day', 'week', 'month', 'year'].includes(modifier));
  const meets = (pattern: OraclePattern): boolean => {
    if (item.field === undefined) {
      let met = false;
      event.lens.someValue(event.record, (value) => {
        if (['string', 'number', 'boolean', 'bigint'].includes(typeof value))
          met ||= meetsValue(pattern, String(value), event);
        return false;
      });
      return met;
    }
    const whole = event.lens.reader(item.field)(event.record);
    if (pattern.is === 'exists') return (whole !== undefined) === pattern.wanted;
    const values = Array.isArray(whole) ? (whole.flat(20) as unknown[]) : [whole];
    return values.some((value) => meetsValue(pattern, part === undefined ? value : oracleTime(part, value), event));
  };
  const held = patterns.filter(meets).length;
  const met = item.modifiers.includes('all') ? held === patterns.length : held > 0;
  const inversions = item.modifiers.filter((modifier) => modifier === 'neq').length;
  return inversions % 2 === 1 ? !met : met;
}

function meetsValue(pattern: OraclePattern, value: unknown, event: SigmaEvent): boolean {
  if (pattern.is === 'null') return value === null || value === undefined;
  if (value === null || value === undefined || typeof value === 'object') return false;
  const text = String(value);
  switch (pattern.is) {
    case 'wild':
      return wildMatch(pattern.tokens, text, pattern.cased);
    case 'number': {
      if (typeof value === 'number') return value === pattern.value;
      if (typeof value === 'bigint') return text === pattern.source;
      if (typeof value !== 'string') return false;
      if (wildMatch([...pattern.source], text, false)) return true;
      return (
        /^[+-]?[0-9]+(\.[0-9]+)?$/.test(text) &&
        Number(text) === pattern.value &&
        !(Math.abs(pattern.value) > Number.MAX_SAFE_INTEGER)
      );
    }
    case 'boolean':
      return typeof value === 'boolean'
        ? value === pattern.value
        : typeof value === 'string' && text.toLowerCase() === String(pattern.value);
    case 'compare': {
      if (typeof value === 'boolean' || (typeof value === 'string' && !/^[+-]?[0-9]+(\.[0-9]+)?$/.test(text)))
        return false;
      const number = Number(value);
      return (
        {
          lt: number < pattern.limit,
          lte: number <= pattern.limit,
          gt: number > pattern.limit,
          gte: number >= pattern.limit,
        }[pattern.than] ?? false
      );
    }
    case 'regex': {
      const bits =
        (pattern.flags.includes('i') ? RE2JS.CASE_INSENSITIVE : 0) |
        (pattern.flags.includes('m') ? RE2JS.MULTILINE : 0) |
        (pattern.flags.includes('s') ? RE2JS.DOTALL : 0);
      return RE2JS.compile(pattern.source, bits).matcher(text).find();
    }
    case 'cidr':
      return oracleCidr(pattern.network, text);
    case 'field': {
      const other = event.lens.reader(pattern.field)(event.record);
      const others = Array.isArray(other) ? (other.flat(20) as unknown[]) : [other];
      return others.some((candidate) => {
        if (candidate === null || candidate === undefined || typeof candidate === 'object') return false;
        const tokens = [...String(candidate)];
        return wildMatch(
          [
            ...(pattern.open[0] ? [{ any: true as const }] : []),
            ...tokens,
            ...(pattern.open[1] ? [{ any: true as const }] : []),
          ],
          text,
          pattern.cased,
        );
      });
    }
    default:
      return false;
  }
}
