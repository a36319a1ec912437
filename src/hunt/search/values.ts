import type { LakeColumn } from '../../contracts/lake.ts';
import type { Field } from './fields.ts';
import { type Period, readPeriod } from './moment.ts';
import { wrong } from './problem.ts';
import type { Piece, Search, Test } from './syntax.ts';
import type { Run } from './tokens.ts';

/** Where a value stands, for what is said about it. */
export interface Written {
  /** The whole search. */
  readonly search: string;
  readonly at: number;
  /** The term as written. */
  readonly text: string;
  readonly now: number;
}

interface Bounds {
  readonly from: number;
  readonly to: number;
}

/** Reads a field's value. Throws `HUNT_SEARCH_SYNTAX` for what the field cannot be. */
export function readTerm(field: Field, runs: readonly Run[], written: Written): Search {
  const { search, at, text } = written;
  const pieces = piecesOf(runs);
  if (pieces.length === 0)
    throw wrong(search, at, 'there is nothing to look for; ask for any value with field:*, for none with -field:*');
  const term = (columns: readonly LakeColumn[], test: Test): Search => ({ kind: 'term', columns, test, text });
  const isAny = pieces.every((piece) => 'wild' in piece && piece.wild === '*');
  if (isAny) return field.type === 'raw' ? { kind: 'all' } : term(field.columns, { kind: 'present' });
  if (field.type === 'raw') return term(field.columns, { kind: 'words', pieces });
  if (field.type === 'text')
    return term(columnsOf(field, pieces), { kind: 'text', pieces: asText(runs, pieces, written) });
  const said = runs.map((run) => run.text).join('');
  if (field.type === 'flag') {
    if (said !== 'true' && said !== 'false') throw wrong(search, at, `say true or false, not ${JSON.stringify(said)}`);
    return term(field.columns, { kind: 'flag', is: said === 'true' });
  }
  const bounds = field.type === 'number' ? readBounds(said, numberPeriod) : timeBounds(said, written.now);
  if (bounds === undefined) {
    const right =
      field.type === 'number' ? '445, >1024, <=80 or 80..443' : '2026-11-25, >2026-11-25T07:30, 24h or a..b';
    throw wrong(search, at, `${JSON.stringify(said)} is no ${field.type} here; write it like ${right}`);
  }
  return term(field.columns, { kind: field.type, ...bounds });
}

function columnsOf({ columns, pathColumns }: Field, pieces: readonly Piece[]): readonly LakeColumn[] {
  const isPath = pieces.some((piece) => 'text' in piece && /[\\/]/.test(piece.text));
  return isPath && pathColumns !== undefined ? pathColumns : columns;
}

function asText(runs: readonly Run[], pieces: readonly Piece[], { search, at }: Written): readonly Piece[] {
  if (!runs[0]?.quoted && /^[<>]/.test(runs[0]?.text ?? ''))
    throw wrong(search, at, 'only numbers and times have an order; quote the value to look for the sign');
  return pieces;
}

/** Wildcards of the runs that are not quoted, and the text between. */
export function piecesOf(runs: readonly Run[]): readonly Piece[] {
  const pieces: Piece[] = [];
  let text = '';
  const end = (): void => {
    if (text !== '') pieces.push({ text });
    text = '';
  };
  for (const run of runs) {
    for (const sign of run.text) {
      if (!run.quoted && (sign === '*' || sign === '?')) {
        end();
        const last = pieces.at(-1);
        const isTwice = sign === '*' && last !== undefined && 'wild' in last && last.wild === '*';
        if (!isTwice) pieces.push({ wild: sign });
      } else text += sign;
    }
  }
  end();
  return pieces;
}

const operators: Readonly<Record<string, (period: Bounds) => Bounds>> = {
  '>': ({ to }) => ({ from: to + 1, to: Number.POSITIVE_INFINITY }),
  '>=': ({ from }) => ({ from, to: Number.POSITIVE_INFINITY }),
  '<': ({ from }) => ({ from: Number.NEGATIVE_INFINITY, to: from - 1 }),
  '<=': ({ to }) => ({ from: Number.NEGATIVE_INFINITY, to }),
};

function readBounds(said: string, read: (text: string) => Bounds | undefined): Bounds | undefined {
  const [, operator = '', rest = ''] = /^(>=|<=|>|<)?(.*)$/s.exec(said) ?? [];
  const range = /^(.*?)\.\.(.*)$/s.exec(rest);
  if (operator === '' && range !== null) {
    const [, first = '', last = ''] = range;
    const from = first === '' ? { from: Number.NEGATIVE_INFINITY } : read(first);
    const to = last === '' ? { to: Number.POSITIVE_INFINITY } : read(last);
    if (from === undefined || to === undefined || first + last === '') return undefined;
    return { from: from.from, to: to.to };
  }
  const period = read(rest);
  if (period === undefined || operator === '') return period && { from: period.from, to: period.to };
  return operators[operator]?.(period);
}

function numberPeriod(text: string): Bounds | undefined {
  return /^\d{1,9}$/.test(text) ? { from: Number(text), to: Number(text) } : undefined;
}

/** `24h` alone is the time since then. */
function timeBounds(said: string, now: number): Bounds | undefined {
  const period: Period | undefined = readPeriod(said, now);
  if (period?.relative) return { from: period.from, to: Number.POSITIVE_INFINITY };
  return readBounds(said, (text) => readPeriod(text, now));
}
