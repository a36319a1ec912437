import { stringify } from 'yaml';
import type { TuningLine } from '../../contracts/tuning.ts';
import { stableId } from '../../kernel/ids.ts';
import type { LogSource } from '../../sigma/index.ts';
import { literalText } from './literal.ts';

/** Of which rule a filter is. */
export interface FilterSubject {
  readonly id: string;
  readonly title: string;
  readonly logsource: LogSource;
}

/**
 * The Sigma filter document (Sigma 2.1, meta rules) that takes away from a rule what meets all lines.
 *
 * @param said what the run was, for whoever reads the document; `date` as `2026-11-25`
 */
export function filterText(
  { id, title, logsource }: FilterSubject,
  lines: readonly TuningLine[],
  said: { readonly description: string; readonly date: string },
): string {
  return stringify(
    {
      title: `Not meant by: ${title}`.slice(0, 200),
      id: uuidOf(stableId('sigma-filter', id, JSON.stringify(lines))),
      status: 'experimental',
      description: said.description,
      date: said.date,
      logsource,
      filter: { rules: [id], selection: selectionOf(lines), condition: 'not selection' },
    },
    { lineWidth: 0 },
  );
}

function selectionOf(lines: readonly TuningLine[]): Record<string, string | string[]> {
  const selection: Record<string, string | string[]> = {};
  for (const { field, modifier, values } of lines) {
    const written = values.map(literalText);
    selection[modifier === '' ? field : `${field}|${modifier}`] = written.length === 1 ? (written[0] ?? '') : written;
  }
  return selection;
}

function uuidOf(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
