import type { Resolved } from './compile.ts';
import type { Condition } from './condition.ts';
import { fold } from './fold.ts';
import type { Item, Pattern } from './pattern.ts';
import { requiredTexts, shapeOf } from './regex-shape.ts';
import { one, type Parts } from './text-pattern.ts';

/** One thing to look for in one field of an event: a folded text at a place, or a number. Field undefined: any value. */
export type Atom =
  | { readonly at: 'equals' | 'start' | 'end' | 'inside'; readonly field: string | undefined; readonly text: string }
  | { readonly at: 'number'; readonly field: string; readonly value: number; readonly source: string };

/** Where a rule holds, at least one of these is found. undefined: nothing is known; empty: it never holds. */
export type Need = readonly Atom[] | undefined;

export type Cost = (atom: Atom) => number;

/** The cheapest need that follows from the condition. What stands under `not` says nothing. */
export function needOf(condition: Condition, selections: ReadonlyMap<string, Resolved>, cost: Cost): Need {
  switch (condition.kind) {
    case 'selection': {
      const selection = selections.get(condition.name);
      return selection && needOfSelection(selection, cost);
    }
    case 'not':
      return undefined;
    case 'and':
      return cheapest(
        condition.of.map((child) => needOf(child, selections, cost)),
        cost,
      );
    case 'or':
      return union(condition.of.map((child) => needOf(child, selections, cost)));
    case 'count': {
      const needs = condition.names.map((name) => needOf({ kind: 'selection', name }, selections, cost));
      // `k of n`: among any n - k + 1 of them one must hold.
      const ranked = needs.filter((need) => need !== undefined).sort((a, b) => priceOf(a, cost) - priceOf(b, cost));
      const enough = needs.length - condition.least + 1;
      return ranked.length < enough ? undefined : union(ranked.slice(0, enough));
    }
  }
}

function needOfSelection(selection: Resolved, cost: Cost): Need {
  if (selection.kind === 'item') return needOfItem(selection, cost);
  const needs = selection.of.map((child) => needOfSelection(child, cost));
  return selection.kind === 'all' ? cheapest(needs, cost) : union(needs);
}

function needOfItem(item: Item, cost: Cost): Need {
  if (item.negated || item.part !== undefined) return undefined;
  const needs = item.patterns.map((pattern) => needOfPattern(pattern, item.field));
  return item.all ? cheapest(needs, cost) : union(needs);
}

function needOfPattern(pattern: Pattern, field: string | undefined): Need {
  switch (pattern.kind) {
    case 'text': {
      const atom = atomOfText(pattern.parts, field);
      return atom && [atom];
    }
    case 'number':
      return field === undefined
        ? undefined
        : [{ at: 'number', field, value: pattern.value, source: fold(pattern.source) }];
    case 'boolean':
      return [{ at: 'equals', field, text: String(pattern.value) }];
    case 'regex': {
      const shape = shapeOf(pattern.source, pattern.flags);
      const texts = shape && requiredTexts(shape);
      return texts?.map((text) => ({ at: 'inside', field, text: fold(text) }));
    }
    default:
      return undefined;
  }
}

function atomOfText(parts: Parts, field: string | undefined): Atom | undefined {
  if (parts.length === 0) return { at: 'equals', field, text: '' };
  let best: Atom | undefined;
  let length = 0;
  for (const [i, part] of parts.entries()) {
    if (typeof part !== 'string') continue;
    const text = fold(part);
    if (text.length <= length) continue;
    length = text.length;
    const at = parts.length === 1 ? 'equals' : i === 0 ? 'start' : i === parts.length - 1 ? 'end' : 'inside';
    best = { at, field, text };
  }
  // `?` beside a literal may stand for a character that folds together with it: only pure `*` patterns pin the place.
  if (best && best.at !== 'number' && best.at !== 'inside' && parts.includes(one)) return { ...best, at: 'inside' };
  return best;
}

function cheapest(needs: readonly Need[], cost: Cost): Need {
  let best: Need;
  for (const need of needs) if (need && (best === undefined || priceOf(need, cost) < priceOf(best, cost))) best = need;
  return best;
}

function union(needs: readonly Need[]): Need {
  const atoms: Atom[] = [];
  for (const need of needs) {
    if (!need) return undefined;
    for (const atom of need) atoms.push(atom);
  }
  return atoms;
}

function priceOf(need: readonly Atom[], cost: Cost): number {
  let price = 0;
  for (const atom of need) price += cost(atom);
  return price;
}

export function atomKey(atom: Atom): string {
  return `${atom.field ?? ''}\n${atom.at}\n${atom.at === 'number' ? atom.value : atom.text}`;
}

/** Every atom a rule could be found by: how often each is named tells how common it is in what rules look at. */
export function atomsOf(selections: ReadonlyMap<string, Resolved>): Atom[] {
  const walk = (selection: Resolved): Atom[] =>
    selection.kind === 'item'
      ? selection.patterns.flatMap((pattern) => needOfPattern(pattern, selection.field) ?? [])
      : selection.of.flatMap(walk);
  return [...selections.values()].flatMap(walk);
}

/** Fields with a handful of values, all common. */
const sameEverywhere = new Set([
  'Company',
  'Product',
  'IntegrityLevel',
  'LogonId',
  'LogonType',
  'User',
  'Channel',
  'Provider_Name',
  'EventType',
  'Signed',
  'Initiated',
]);
const commonFolders = [
  'c:\\windows\\system32\\',
  'c:\\program files',
  'c:\\users\\',
  '\\appdata\\local\\',
  '\\windows\\',
  '\\system32',
  '\\users\\',
  'user',
];

/**
 * A guess at how often an atom is found in an event, times the work it then makes. Short texts are common; so is what many
 * rules name (`\powershell.exe`); a text pinned to an end is rarer than one anywhere.
 */
export function costByUse(uses: ReadonlyMap<string, number>): Cost {
  return (atom) => {
    const shared = 1 + (uses.get(atomKey(atom)) ?? 0);
    if (atom.at === 'number') return 0.2 * shared ** 0.5;
    const { length } = atom.text;
    // What every machine says of itself rules nothing out.
    if (
      atom.field !== undefined &&
      (sameEverywhere.has(atom.field) ||
        commonFolders.some((folder) => folder.startsWith(atom.text) || atom.text === folder))
    )
      return 0.8 * shared;
    const rarity =
      length >= 12 ? 0.02 : length >= 8 ? 0.05 : length >= 6 ? 0.1 : length >= 4 ? 0.25 : length === 3 ? 0.4 : 0.9;
    return rarity * (atom.at === 'inside' ? 1 : 0.5) * shared;
  };
}
