import type { CompiledRule } from './compiled-rule.ts';
import type { Origin } from './event.ts';
import { FieldIndex, KeywordIndex } from './field-index.ts';
import { type Atom, atomKey, atomsOf, type Cost, costByUse, needOf } from './necessary.ts';
import type { FieldTable, Reading } from './reading.ts';
import type { LogSource, SigmaRule } from './rule.ts';

/** A rule attribute that is given must be the event's; one that the event leaves open is not met. */
export function fitsLogSource(source: LogSource, origin: Origin): boolean {
  return (
    (source.product === undefined || source.product === origin.product) &&
    (source.service === undefined || source.service === origin.service) &&
    (source.category === undefined || origin.categories.includes(source.category))
  );
}

/** Origins beyond these are not kept: an attacker who can name them must not fill the memory with plans. */
const maxPlans = 2_000;

/** One plan for each kind of origin, made when its first event comes. */
export class Plans {
  readonly #rules: readonly CompiledRule[];
  readonly #fields: FieldTable;
  readonly #cost: Cost;
  readonly #plans = new Map<string, Plan>();
  #last: { readonly origin: Origin; readonly plan: Plan } | undefined;

  constructor(rules: readonly CompiledRule[], fields: FieldTable) {
    this.#rules = rules;
    this.#fields = fields;
    const uses = new Map<string, number>();
    for (const { resolved } of rules) {
      for (const key of new Set(atomsOf(resolved.selections).map(atomKey))) uses.set(key, (uses.get(key) ?? 0) + 1);
    }
    this.#cost = costByUse(uses);
  }

  of(origin: Origin): Plan {
    const last = this.#last;
    if (
      last &&
      last.origin.categories === origin.categories &&
      last.origin.product === origin.product &&
      last.origin.service === origin.service
    )
      return last.plan;
    const key = `${origin.product ?? ''}\n${origin.service ?? ''}\n${origin.categories.join('\n')}`;
    let plan = this.#plans.get(key);
    if (!plan) {
      if (this.#plans.size >= maxPlans) this.#plans.clear();
      plan = new Plan(
        this.#rules.filter(({ rule }) => fitsLogSource(rule.logsource, origin)),
        this.#fields,
        this.#cost,
      );
      this.#plans.set(key, plan);
    }
    this.#last = { origin, plan };
    return plan;
  }
}

const none: readonly SigmaRule[] = [];

/**
 * The rules that can match events of one origin, with an index from what each of them needs to be found: for each event only
 * the candidates are asked. Sound as long as every need follows from its rule; the oracle tests hold it to that.
 */
export class Plan {
  /** Candidates of the last event, for measurements. */
  candidates = 0;
  readonly #rules: readonly CompiledRule[];
  readonly #always: readonly number[];
  readonly #fields: readonly FieldIndex[];
  readonly #keywords: KeywordIndex | undefined;
  readonly #stamps: Float64Array;
  #event = 0;
  readonly #found: Int32Array;
  readonly #mark = (rules: readonly number[]): void => {
    for (let i = 0; i < rules.length; i++) {
      const rule = rules[i] as number;
      if (this.#stamps[rule] === this.#event) continue;
      this.#stamps[rule] = this.#event;
      this.#found[this.candidates++] = rule;
    }
  };

  constructor(rules: readonly CompiledRule[], fields: FieldTable, cost: Cost) {
    this.#rules = rules;
    const always: number[] = [];
    const byField = new Map<
      string | undefined,
      Map<Atom['at'], Map<string | number, { atom: Atom; rules: number[] }>>
    >();
    for (const [i, { resolved }] of rules.entries()) {
      const need = needOf(resolved.condition, resolved.selections, cost);
      if (need === undefined) always.push(i);
      else for (const atom of need) file(atom, i, byField);
    }
    this.#always = always;
    this.#stamps = new Float64Array(rules.length);
    this.#found = new Int32Array(rules.length);
    this.#fields = [...byField].flatMap(([field, atoms]) =>
      field === undefined ? [] : [new FieldIndex(fields.slot(field), atoms)],
    );
    const keywords = byField.get(undefined);
    this.#keywords = keywords && new KeywordIndex(keywords);
  }

  match(reading: Reading): readonly SigmaRule[] {
    this.#event++;
    this.candidates = 0;
    for (const field of this.#fields) field.find(reading, this.#mark);
    this.#keywords?.find(reading, this.#mark);
    this.#mark(this.#always);
    const found = this.#found;
    sortFirst(found, this.candidates);
    let matched: SigmaRule[] | undefined;
    for (let i = 0; i < this.candidates; i++) {
      const candidate = this.#rules[found[i] as number];
      if (candidate?.holds(reading)) {
        if (matched) matched.push(candidate.rule);
        else matched = [candidate.rule];
      }
    }
    return matched ?? none;
  }
}

function file(
  atom: Atom,
  rule: number,
  byField: Map<string | undefined, Map<Atom['at'], Map<string | number, { atom: Atom; rules: number[] }>>>,
): void {
  let places = byField.get(atom.field);
  if (!places) {
    places = new Map();
    byField.set(atom.field, places);
  }
  let texts = places.get(atom.at);
  if (!texts) {
    texts = new Map();
    places.set(atom.at, texts);
  }
  const key = atom.at === 'number' ? `${atom.value} ${atom.source}` : atom.text;
  const known = texts.get(key);
  if (!known) texts.set(key, { atom, rules: [rule] });
  else if (known.rules.at(-1) !== rule) known.rules.push(rule);
}

/** Sorts the first `count` numbers in place. Candidates are few and come in short rising runs: insertion suits them. */
function sortFirst(numbers: Int32Array, count: number): void {
  if (count > 200) {
    numbers.subarray(0, count).sort();
    return;
  }
  for (let i = 1; i < count; i++) {
    const number = numbers[i] as number;
    let at = i;
    while (at > 0 && (numbers[at - 1] as number) > number) {
      numbers[at] = numbers[at - 1] as number;
      at--;
    }
    numbers[at] = number;
  }
}
