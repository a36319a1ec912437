import type { Resolved } from './compile.ts';
import type { CompiledRule } from './compiled-rule.ts';
import type { LinkedCorrelation } from './correlation-set.ts';
import { Correlator, type CorrelatorOptions } from './correlator.ts';
import type { Origin, SigmaEvent } from './event.ts';
import { type Explanation, explainCondition, explainSelection, type MatchedField, matchedFields } from './explain.ts';
import { fitsLogSource, Plans } from './plan.ts';
import { type FieldTable, Reading } from './reading.ts';
import type { SigmaRule } from './rule.ts';

/** Matches events against detection rules, one event at a time. Not shared between threads; keeps no event. */
export class Engine {
  /** How many rules the index left to be asked for the last event; for measurements. */
  candidates = 0;
  readonly rules: readonly SigmaRule[];
  readonly #compiled: readonly CompiledRule[];
  readonly #byRule = new Map<SigmaRule, CompiledRule>();
  readonly #linked: readonly LinkedCorrelation[];
  readonly #silent: boolean;
  readonly #plans: Plans;
  readonly #reading: Reading;

  /** `fields` is the table the rules were compiled with. */
  constructor(compiled: readonly CompiledRule[], linked: readonly LinkedCorrelation[], fields: FieldTable) {
    this.#compiled = compiled;
    this.#linked = linked;
    this.rules = [...compiled.map(({ rule }) => rule), ...linked.map(({ correlation }) => correlation.rule)];
    this.#silent = linked.length > 0 && compiled.some(({ rule }) => !rule.reported);
    for (const compiled of this.#compiled) this.#byRule.set(compiled.rule, compiled);
    this.#plans = new Plans(this.#compiled, fields);
    this.#reading = new Reading(fields);
  }

  /** The rules that hold for the event, in rule order, without those that only feed a correlation. */
  match(event: SigmaEvent): readonly SigmaRule[] {
    const all = this.matchAll(event);
    return this.#silent ? all.filter(({ reported }) => reported) : all;
  }

  /** As `match`, with the rules that only feed a correlation. */
  matchAll(event: SigmaEvent): readonly SigmaRule[] {
    this.#reading.open(event);
    const plan = this.#plans.of(event.origin);
    const matched = plan.match(this.#reading);
    this.candidates = plan.candidates;
    return matched;
  }

  /** Every condition of `rule` with the value it saw. Throws where the rule is not one of this engine's. */
  explain(rule: SigmaRule, event: SigmaEvent): Explanation {
    const compiled = this.#find(rule);
    this.#reading.open(event);
    const selections = [...compiled.selections].map(([name, selection]) => {
      const lines = explainSelection(selection, this.#reading);
      return { name, matched: lines.matched, lines };
    });
    const condition = explainCondition(
      compiled.resolved.condition,
      new Map(selections.map(({ name, matched }) => [name, matched])),
    );
    const logsourceFits = fitsLogSource(rule.logsource, event.origin);
    return { rule, matched: condition.matched && logsourceFits, logsourceFits, condition, selections };
  }

  /** The fields that decided for a match; none where the rule does not match. */
  matchedFields(rule: SigmaRule, event: SigmaEvent): MatchedField[] {
    const explanation = this.explain(rule, event);
    return explanation.matched ? matchedFields(explanation, this.#find(rule).resolved.condition) : [];
  }

  /** The rules whose matches correlations count. */
  get feeders(): ReadonlySet<SigmaRule> {
    return new Set(this.#linked.flatMap(({ inputs }) => inputs));
  }

  /** The fields that rules for this origin look at -> how many of them do. */
  fieldsFor(origin: Origin): ReadonlyMap<string, number> {
    const rules = new Map<string, number>();
    for (const { rule, resolved } of this.#compiled) {
      if (!fitsLogSource(rule.logsource, origin)) continue;
      for (const field of new Set([...resolved.selections.values()].flatMap(fieldsOf)))
        rules.set(field, (rules.get(field) ?? 0) + 1);
    }
    return rules;
  }

  /** A fresh run of the correlations among the rules, to be fed event by event with what `matchAll` gives. */
  correlator<E extends SigmaEvent>(options: CorrelatorOptions = {}): Correlator<E> {
    return new Correlator<E>(this.#linked, options);
  }

  #find(rule: SigmaRule): CompiledRule {
    const compiled = this.#byRule.get(rule);
    if (!compiled) throw new TypeError(`rule ${rule.id} was not compiled into this engine`);
    return compiled;
  }
}

function fieldsOf(selection: Resolved): string[] {
  if (selection.kind !== 'item') return selection.of.flatMap(fieldsOf);
  return selection.field === undefined ? [] : [selection.field];
}
