import type { Table } from './export.ts';

/** Signs at which a spreadsheet takes a cell for a formula: telemetry is hostile, and exports are opened with a double click. */
const formula = /^[=+\-@\t\r]/;

/** A line of CSV (RFC 4180) with its end. A text that a spreadsheet would run gets an apostrophe before it. */
export function csvLine(values: readonly unknown[]): string {
  return `${values.map(cell).join(',')}\r\n`;
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const safe = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Rows as one JSON object a line. */
export function ndjson({ columns, rows }: Table): string {
  const names = distinctNames(columns);
  return rows
    .map((row) => `${JSON.stringify(Object.fromEntries(names.map((name, at) => [name, row[at] ?? null])))}\n`)
    .join('');
}

/** Names of columns, each once: SQL may give two columns the same. */
export function distinctNames(columns: Table['columns']): readonly string[] {
  const taken = new Set<string>();
  return columns.map(({ name }) => {
    let free = name;
    for (let again = 2; taken.has(free.toLowerCase()); again += 1) free = `${name}_${again}`;
    taken.add(free.toLowerCase());
    return free;
  });
}
