import type { Condition } from './condition.ts';
import { fold } from './fold.ts';
import type { Item } from './pattern.ts';
import { type FieldTable, type Reading, textOfValue } from './reading.ts';
import { someElement, type Test, testOf } from './tests.ts';
import { timePartOf } from './time-part.ts';

export type Holds = (reading: Reading) => boolean;

/** A selection with its modifiers applied. */
export type Resolved = Item | { readonly kind: 'all' | 'any'; readonly of: readonly Resolved[]; readonly line: number };

/** A selection as a tree that can be asked (`holds`) and walked (by explanations). */
export type CompiledSelection =
  | CompiledItem
  | {
      readonly kind: 'all' | 'any';
      readonly of: readonly CompiledSelection[];
      readonly holds: Holds;
      readonly work: number;
    };

export interface CompiledItem {
  readonly kind: 'item';
  readonly item: Item;
  /** Where the field's value lies in a reading; -1 for keyword searches. */
  readonly slot: number;
  /** One for each of `item.patterns`, in order. */
  readonly tests: readonly Test[];
  readonly holds: Holds;
  /** A guess at the work of asking, to ask what costs little first. */
  readonly work: number;
}

export function compileSelection(selection: Resolved, fields: FieldTable): CompiledSelection {
  if (selection.kind === 'item') return compileItem(selection, fields);
  const of = selection.of.map((child) => compileSelection(child, fields));
  const tests = byWork(of);
  const work = of.reduce((sum, child) => sum + child.work, 0);
  return { kind: selection.kind, of, holds: selection.kind === 'all' ? allOf(tests) : anyOf(tests), work };
}

/** No test has an effect, so the order is free: of `all` the first that fails ends it. */
function byWork(of: readonly { readonly holds: Holds; readonly work: number }[]): Holds[] {
  return of.toSorted((a, b) => a.work - b.work).map(({ holds }) => holds);
}

/** A regular expression or a search through all values costs as much as some twenty looks for a text. */
function workOf(item: Item): number {
  const regexes = item.patterns.filter(({ kind }) => kind === 'regex').length;
  return (item.patterns.length + 20 * regexes) * (item.field === undefined ? 20 : 1);
}

function workOfCondition(condition: Condition, selections: ReadonlyMap<string, CompiledSelection>): number {
  if (condition.kind === 'selection') return selections.get(condition.name)?.work ?? 0;
  if (condition.kind === 'not') return workOfCondition(condition.of, selections);
  if (condition.kind === 'count')
    return condition.names.reduce((sum, name) => sum + (selections.get(name)?.work ?? 0), 0);
  return condition.of.reduce((sum, child) => sum + workOfCondition(child, selections), 0);
}

export function compileCondition(condition: Condition, selections: ReadonlyMap<string, CompiledSelection>): Holds {
  switch (condition.kind) {
    case 'selection':
      return selections.get(condition.name)?.holds ?? (() => false);
    case 'not': {
      const inner = compileCondition(condition.of, selections);
      return (reading) => !inner(reading);
    }
    case 'and': {
      const of = condition.of.map((child) => ({
        holds: compileCondition(child, selections),
        work: workOfCondition(child, selections),
      }));
      return allOf(byWork(of));
    }
    case 'or':
      return anyOf(condition.of.map((child) => compileCondition(child, selections)));
    case 'count': {
      const chosen = byWork(condition.names.flatMap((name) => selections.get(name) ?? []));
      if (condition.least === 1) return anyOf(chosen);
      if (condition.least === chosen.length) return allOf(chosen);
      return (reading) => {
        let held = 0;
        for (const holds of chosen) if (holds(reading) && ++held === condition.least) return true;
        return false;
      };
    }
  }
}

function allOf(tests: readonly Holds[]): Holds {
  const [only] = tests;
  if (tests.length === 1 && only) return only;
  return (reading) => {
    for (const test of tests) if (!test(reading)) return false;
    return true;
  };
}

function anyOf(tests: readonly Holds[]): Holds {
  const [only] = tests;
  if (tests.length === 1 && only) return only;
  return (reading) => {
    for (const test of tests) if (test(reading)) return true;
    return false;
  };
}

function compileItem(item: Item, fields: FieldTable): CompiledItem {
  const tests = item.patterns.map((pattern) => testOf(pattern, fields, item.line));
  const slot = item.field === undefined ? -1 : fields.slot(item.field);
  const positive = itemTest(item, slot, tests);
  const holds: Holds = item.negated ? (reading) => !positive(reading) : positive;
  return { kind: 'item', item, slot, tests, holds, work: workOf(item) };
}

function itemTest(item: Item, slot: number, tests: readonly Test[]): Holds {
  const each = tests.map(
    (test): Holds =>
      (reading) =>
        meets(test, item, slot, reading),
  );
  if (item.all) return allOf(each);
  if (slot === -1 || item.part !== undefined) return anyOf(each);
  return anyValueTest(slot, tests, anyOf(each));
}

/** The common case made quick: any of the patterns over one string. Anything else goes by `slow`. */
function anyValueTest(slot: number, tests: readonly Test[], slow: Holds): Holds {
  const overFolded = tests.flatMap((test) => (test.sees === 'folded' ? [test.test] : []));
  const overText = tests.flatMap((test) => (test.sees === 'text' ? [test.test] : []));
  const overValue = tests.flatMap((test) => (test.sees === 'value' || test.sees === 'presence' ? [test.test] : []));
  if (tests.some((test) => test.sees === 'event')) return slow;
  const onlyFolded = overFolded.length === tests.length;
  return (reading) => {
    const value = reading.value(slot);
    if (typeof value !== 'string') return onlyFolded && (value === undefined || value === null) ? false : slow(reading);
    if (overFolded.length > 0) {
      const text = reading.folded(slot, value);
      for (let i = 0; i < overFolded.length; i++) if (overFolded[i]?.(text)) return true;
    }
    for (let i = 0; i < overValue.length; i++) if (overValue[i]?.(value)) return true;
    for (let i = 0; i < overText.length; i++) if (overText[i]?.(value)) return true;
    return false;
  };
}

/** Whether one pattern is met by the event. The rule for one pattern; explanations ask it too. */
export function meets(test: Test, item: Item, slot: number, reading: Reading): boolean {
  if (slot === -1) return keywordMet(test, reading);
  const value = reading.value(slot);
  if (test.sees === 'presence') return test.test(value);
  const { part } = item;
  if (part !== undefined)
    return someElement(value, (element) => meetsScalar(test, timePartOf(part, element), slot, reading));
  return someElement(value, (element) => meetsScalar(test, element, slot, reading));
}

function meetsScalar(test: Test, value: unknown, slot: number, reading: Reading): boolean {
  if (test.sees === 'value' || test.sees === 'presence') return test.test(value);
  if (test.sees === 'event') return test.test(value, reading);
  const text = textOfValue(value);
  if (text === undefined) return false;
  if (test.sees === 'text') return test.test(text);
  return test.test(
    reading.value(slot) === value && typeof value === 'string' ? reading.folded(slot, value) : fold(text),
  );
}

function keywordMet(test: Test, reading: Reading): boolean {
  if (test.sees === 'folded') return reading.foldedKeywords().some(test.test);
  if (test.sees === 'text') return reading.keywords().some(test.test);
  return test.sees === 'value' && reading.keywords().some(test.test);
}
