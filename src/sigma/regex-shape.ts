/**
 * Takes a regular expression apart as far as two questions need: which texts must occur in whatever it matches, and how many
 * steps a backtracking engine could need. Only syntax that RE2 and JavaScript read alike is understood; anything else is
 * undefined, and the expression then runs on RE2 without a gate.
 */
export interface RegexShape {
  readonly sequence: Sequence;
  readonly insensitive: boolean;
  /** Without leading inline flags: JavaScript takes them apart from the expression. */
  readonly body: string;
  readonly flags: string;
}

type Sequence = readonly RegexNode[];
type RegexNode =
  | { readonly kind: 'char'; readonly char: string }
  | { readonly kind: 'set' }
  | { readonly kind: 'anchor'; readonly start: boolean }
  | { readonly kind: 'group'; readonly of: readonly Sequence[] }
  | { readonly kind: 'repeat'; readonly of: RegexNode; readonly min: number; readonly max: number };

export function shapeOf(source: string, givenFlags: string): RegexShape | undefined {
  const leading = /^\(\?([ims]+)\)/.exec(source);
  const body = leading ? source.slice(leading[0].length) : source;
  const flags = [...new Set(givenFlags + (leading?.[1] ?? ''))].join('');
  if (!/^[\u0020-\u007e]*$/.test(body)) return undefined;
  const reader = new Reader(body);
  const of = reader.alternatives(0);
  if (of === undefined || !reader.done) return undefined;
  const [only] = of;
  const sequence: Sequence = of.length === 1 && only ? only : [{ kind: 'group', of }];
  return { sequence, insensitive: flags.includes('i'), body, flags };
}

const maxDepth = 50;
const escapedCharacters: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f', v: '\v' };

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get done(): boolean {
    return this.#at === this.#text.length;
  }

  alternatives(depth: number): Sequence[] | undefined {
    if (depth > maxDepth) return undefined;
    const of: RegexNode[][] = [[]];
    while (!this.done && this.#text[this.#at] !== ')') {
      if (this.#text[this.#at] === '|') {
        this.#at++;
        of.push([]);
        continue;
      }
      const atom = this.#atom(depth);
      const node = atom && this.#quantified(atom);
      if (!node) return undefined;
      of.at(-1)?.push(node);
    }
    return of;
  }

  #atom(depth: number): RegexNode | undefined {
    const char = this.#text.charAt(this.#at++);
    if (char === '(') return this.#group(depth);
    if (char === '[') return this.#set();
    if (char === '.') return { kind: 'set' };
    if (char === '^' || char === '$') return { kind: 'anchor', start: char === '^' };
    if (char === '\\') return this.#escape();
    if (char === '*' || char === '+' || char === '?' || (char === '{' && /^\d/.test(this.#text.slice(this.#at))))
      return undefined;
    return { kind: 'char', char };
  }

  #group(depth: number): RegexNode | undefined {
    if (this.#text[this.#at] === '?') {
      if (this.#text[this.#at + 1] !== ':') return undefined;
      this.#at += 2;
    }
    const of = this.alternatives(depth + 1);
    if (!of || this.#text[this.#at] !== ')') return undefined;
    this.#at++;
    return { kind: 'group', of };
  }

  #escape(): RegexNode | undefined {
    const char = this.#text.charAt(this.#at++);
    if (/[dwsDWS]/.test(char)) return { kind: 'set' };
    if (char === 'b' || char === 'B') return { kind: 'anchor', start: false };
    const control = escapedCharacters[char];
    if (control !== undefined) return { kind: 'char', char: control };
    if (char === 'x') {
      const hex = /^[0-7][0-9a-f]/i.exec(this.#text.slice(this.#at));
      if (!hex) return undefined;
      this.#at += 2;
      return { kind: 'char', char: String.fromCharCode(Number.parseInt(hex[0], 16)) };
    }
    return char !== '' && /[^A-Za-z0-9]/.test(char) ? { kind: 'char', char } : undefined;
  }

  #set(): RegexNode | undefined {
    if (this.#text[this.#at] === '^') this.#at++;
    if (this.#text[this.#at] === ']') return undefined;
    while (!this.done && this.#text[this.#at] !== ']') {
      if (this.#text.startsWith('[:', this.#at)) return undefined;
      if (this.#text[this.#at++] === '\\' && !this.#escape()) return undefined;
    }
    if (this.done) return undefined;
    this.#at++;
    return { kind: 'set' };
  }

  #quantified(atom: RegexNode): RegexNode | undefined {
    const found = /^(?:([*+?])|\{(\d{1,4})(,?)(\d{0,4})\})\??/.exec(this.#text.slice(this.#at, this.#at + 16));
    if (!found) return atom;
    this.#at += found[0].length;
    if (/^[*+?{]/.test(this.#text.slice(this.#at)) || atom.kind === 'anchor') return undefined;
    const [, sign, least, comma, most] = found;
    if (sign)
      return { kind: 'repeat', of: atom, min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : Number.POSITIVE_INFINITY };
    const min = Number(least);
    return { kind: 'repeat', of: atom, min, max: comma ? (most ? Number(most) : Number.POSITIVE_INFINITY) : min };
  }
}

/** Texts of which one occurs in whatever the expression matches; undefined where no such set is known. */
export function requiredTexts({ sequence }: RegexShape): readonly string[] | undefined {
  return required(sequence);
}

const maxAlternatives = 40;

function required(sequence: Sequence): readonly string[] | undefined {
  let best: readonly string[] | undefined;
  let run = '';
  const offer = (texts: readonly string[] | undefined) => {
    if (texts && texts.length <= maxAlternatives && shortest(texts) > (best ? shortest(best) : 1)) best = texts;
  };
  const walk = (nodes: Sequence): void => {
    for (const node of nodes) {
      if (node.kind === 'char') run += node.char;
      else if (node.kind === 'group' && node.of.length === 1 && node.of[0]) walk(node.of[0]);
      else {
        // An anchor takes no room, but what stands behind a line's end is another line.
        offer([run]);
        run = '';
        if (node.kind === 'group') offer(requiredOfEach(node.of));
        else if (node.kind === 'repeat' && node.min > 0) offer(required([node.of]));
      }
    }
  };
  walk(sequence);
  offer([run]);
  return best;
}

function requiredOfEach(alternatives: readonly Sequence[]): readonly string[] | undefined {
  const texts: string[] = [];
  for (const alternative of alternatives) {
    const own = required(alternative);
    if (!own) return undefined;
    texts.push(...own);
  }
  return texts;
}

const shortest = (texts: readonly string[]): number => Math.min(...texts.map((text) => text.length));

/**
 * The longest text on which a backtracking engine stays under `steps`; 0 where no bound is known. Worst case: every repeat
 * of single characters multiplies by the length, every choice by its branches; a repeat over anything that can itself vary
 * has no bound.
 */
export function backtrackingLimit(shape: RegexShape, steps: number): number {
  const work = workOf(shape.sequence);
  if (!work) return 0;
  const anchored = shape.sequence[0]?.kind === 'anchor' && shape.sequence[0].start && !shape.flags.includes('m');
  const power = work.power + (anchored ? 0 : 1);
  return power === 0 ? Number.POSITIVE_INFINITY : Math.floor((steps / work.factor) ** (1 / power));
}

interface Work {
  readonly power: number;
  readonly factor: number;
}

function workOf(sequence: Sequence): Work | undefined {
  let power = 0;
  let factor = 1;
  for (const node of sequence) {
    const work = workOfNode(node);
    if (!work) return undefined;
    power += work.power;
    factor *= work.factor;
  }
  return { power, factor };
}

function workOfNode(node: RegexNode): Work | undefined {
  if (node.kind === 'group') {
    const works = node.of.map(workOf);
    let power = 0;
    let factor = 0;
    for (const work of works) {
      if (!work) return undefined;
      power = Math.max(power, work.power);
      factor += work.factor;
    }
    return { power, factor };
  }
  if (node.kind !== 'repeat') return { power: 0, factor: 1 };
  if (node.max === 1) {
    const work = workOfNode(node.of);
    return work && { ...work, factor: work.factor + 1 };
  }
  if (!isFixed(node.of)) return undefined;
  const spread = node.max - node.min;
  if (spread === 0) return { power: 0, factor: Math.max(1, node.max) };
  return spread <= 8 ? { power: 0, factor: spread + 1 } : { power: 1, factor: 1 };
}

/** A single character, or a fixed row of them: each round of its repeat can match in one way only. */
function isFixed(node: RegexNode): boolean {
  if (node.kind === 'char' || node.kind === 'set') return true;
  return (
    node.kind === 'group' && node.of.length === 1 && (node.of[0] ?? []).every(isFixed) && (node.of[0] ?? []).length > 0
  );
}
