import { fold, foldsPlainly } from './fold.ts';
import { JsonGate } from './json-gate.ts';
import { EndIndex, InsideIndex, isAscii, type Mark } from './literal-index.ts';
import type { Atom } from './necessary.ts';
import { type Reading, textOfValue } from './reading.ts';

/** The atoms of one field by place, each with the rules that need it. */
export type FiledAtoms = ReadonlyMap<
  Atom['at'],
  ReadonlyMap<string | number, { readonly atom: Atom; readonly rules: number[] }>
>;

/** Finds the rules that one field's value makes candidates. */
export class FieldIndex {
  readonly #slot: number;
  readonly #equals: Map<string, number[]>;
  readonly #equalLengths: Uint8Array;
  readonly #numbers = new Map<number, number[]>();
  readonly #start: EndIndex | undefined;
  readonly #end: EndIndex | undefined;
  readonly #inside: InsideIndex | undefined;

  constructor(slot: number, atoms: FiledAtoms) {
    this.#slot = slot;
    this.#equals = texts(atoms, 'equals');
    for (const { atom, rules } of atoms.get('number')?.values() ?? []) {
      if (atom.at !== 'number') continue;
      add(this.#numbers, atom.value, rules);
      add(this.#equals, atom.source, rules);
    }
    this.#equalLengths = new Uint8Array(1 + Math.max(-1, ...[...this.#equals.keys()].map(({ length }) => length)));
    for (const { length } of this.#equals.keys()) this.#equalLengths[length] = 1;
    const [start, end, inside] = [texts(atoms, 'start'), texts(atoms, 'end'), texts(atoms, 'inside')];
    if (start.size > 0) this.#start = new EndIndex(start, true);
    if (end.size > 0) this.#end = new EndIndex(end, false);
    if (inside.size > 0) this.#inside = new InsideIndex(inside);
  }

  find(reading: Reading, mark: Mark): void {
    const value = reading.value(this.#slot);
    if (typeof value === 'string') this.#findText(reading.folded(this.#slot, value), mark);
    else if (value !== undefined && value !== null) this.#findOther(value, mark);
  }

  #findOther(value: unknown, mark: Mark): void {
    if (Array.isArray(value)) {
      for (const element of value) this.#findOther(element, mark);
      return;
    }
    if (typeof value === 'number') {
      const rules = this.#numbers.get(value);
      if (rules) mark(rules);
    }
    const text = textOfValue(value);
    if (text !== undefined) this.#findText(fold(text), mark);
  }

  #findText(text: string, mark: Mark): void {
    // A look-up hashes the whole text; its length already rules most out.
    if (text.length < this.#equalLengths.length && this.#equalLengths[text.length] === 1) {
      const rules = this.#equals.get(text);
      if (rules) mark(rules);
    }
    if (this.#numbers.size > 0 && looksNumeric(text)) {
      const rules = this.#numbers.get(Number(text));
      if (rules) mark(rules);
    }
    this.#start?.find(text, mark);
    this.#end?.find(text, mark);
    this.#inside?.find(text, mark);
  }
}

/** Finds the rules that keyword searches make candidates: any value of the event counts. */
export class KeywordIndex {
  readonly #inside: InsideIndex;
  /**
   * All texts as one expression over all values at once: JavaScript's engine reads the characters of a string far quicker than
   * code can. It only says that nothing is there, and only of texts where its idea of case is the same.
   */
  readonly #anyOf: RegExp | undefined;
  readonly #gate: JsonGate | undefined;

  constructor(atoms: FiledAtoms) {
    const all = new Map<string, number[]>();
    // Whatever its place, a text that must be found somewhere in a value is inside it.
    for (const place of ['equals', 'start', 'end', 'inside'] as const)
      for (const [text, rules] of texts(atoms, place)) add(all, text, rules);
    this.#inside = new InsideIndex(all);
    const named = [...all.keys()];
    if (named.length <= 200 && named.every((text) => text.length >= 4 && isAscii(text))) {
      this.#anyOf = new RegExp(named.map((text) => text.replace(/[^\w]/g, '\\$&')).join('|'), 'i');
      this.#gate = JsonGate.of(named);
    }
  }

  find(reading: Reading, mark: Mark): void {
    if (reading.json !== undefined && this.#gate?.excludes(reading.json)) return;
    if (this.#anyOf) {
      let all = '';
      reading.eachValue((value) => {
        const text = textOfValue(value);
        if (text !== undefined) all += `${text}\n`;
      });
      if (foldsPlainly(all) && !this.#anyOf.test(all)) return;
    }
    reading.eachValue((value) => {
      const text = textOfValue(value);
      if (text !== undefined) this.#inside.findUnfolded(text, mark);
    });
  }
}

function looksNumeric(text: string): boolean {
  const code = text.charCodeAt(0);
  return (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x2b;
}

function texts(atoms: FiledAtoms, at: Atom['at']): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const { atom, rules } of atoms.get(at)?.values() ?? [])
    if (atom.at !== 'number') found.set(atom.text, [...rules]);
  return found;
}

function add<K>(map: Map<K, number[]>, key: K, rules: readonly number[]): void {
  const known = map.get(key);
  map.set(key, known ? [...new Set([...known, ...rules])].sort((a, b) => a - b) : [...rules]);
}
