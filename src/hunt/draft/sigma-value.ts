import type { Piece } from '../search/syntax.ts';
import type { NativeField } from './native-fields.ts';

/** One condition of a selection: `Image|endswith` and its value. */
export interface Condition {
  readonly key: string;
  readonly value: string | number;
  /** What it cannot say as the search does. */
  readonly note?: string;
}

/** A text of the search language as a condition on a record's own field. */
export function textCondition({ name, relation, separator }: NativeField, pieces: readonly Piece[]): Condition {
  if (relation === 'before') return shaped(name, [...pieces, { text: separator }, { wild: '*' }]);
  if (relation === 'same') return shaped(name, pieces);
  const [first] = pieces;
  // What stands after the separator begins with anything: then the separator says nothing any more.
  const isOpen = first !== undefined && 'wild' in first && first.wild === '*';
  const condition = shaped(name, isOpen ? pieces : [{ wild: '*' }, { text: separator }, ...pieces]);
  const isLoose = pieces.some((piece) => 'wild' in piece && piece.wild === '*');
  if (!isLoose) return condition;
  return {
    ...condition,
    note: `${name} holds more than the search looks at (folders, a domain): the rule may match there as well`,
  };
}

/** Wildcards at the ends become modifiers, as rules are written. */
function shaped(name: string, given: readonly Piece[]): Condition {
  let pieces = joined(given);
  const isStar = (piece: Piece | undefined) => piece !== undefined && 'wild' in piece && piece.wild === '*';
  if (pieces.every(isStar)) return { key: name, value: '*' };
  const [opens, ends] = [isStar(pieces[0]), isStar(pieces.at(-1))];
  const middle = pieces.slice(opens ? 1 : 0, ends ? -1 : undefined);
  const modifier = opens && ends ? 'contains' : opens ? 'endswith' : ends ? 'startswith' : '';
  if (modifier !== '') pieces = middle;
  return { key: modifier === '' ? name : `${name}|${modifier}`, value: sigmaText(pieces) };
}

function joined(pieces: readonly Piece[]): readonly Piece[] {
  const all: Piece[] = [];
  for (const piece of pieces) {
    const last = all.at(-1);
    if (last !== undefined && 'text' in last && 'text' in piece) all[all.length - 1] = { text: last.text + piece.text };
    else all.push(piece);
  }
  return all;
}

/**
 * A text as Sigma writes it: `\*` and `\?` for the signs themselves, and a backslash doubled where it would otherwise make one of these, or
 * where another follows.
 */
export function sigmaText(pieces: readonly Piece[]): string {
  let text = '';
  pieces.forEach((piece, at) => {
    if ('wild' in piece) {
      text += piece.wild;
      return;
    }
    const signs = [...piece.text];
    signs.forEach((sign, place) => {
      const isLast = place === signs.length - 1;
      const next = isLast ? (pieces[at + 1] === undefined ? '' : '*') : signs[place + 1];
      if (sign === '*' || sign === '?') text += `\\${sign}`;
      else if (sign === '\\') text += next === undefined || /^[\\*?]?$/.test(next) ? '\\\\' : '\\';
      else text += sign;
    });
  });
  return text;
}
