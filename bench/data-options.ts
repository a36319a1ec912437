import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';

/** Options every eval and bench takes: where the data lies, which rules, machine output. */
export interface DataOptions {
  readonly data: string;
  readonly rules: readonly string[];
  readonly json: boolean;
  readonly draws: number;
  readonly seeds: number;
}

/**
 * Reads `--data <dir> --rules <dir>... --json --draws <n> --seeds <n>`.
 * Ends the process with status 2 where the data folder is absent: there is nothing to measure.
 */
export function dataOptions(defaults: { data: string; rules: readonly string[] }): DataOptions {
  const { values, positionals } = parseArgs({
    options: {
      data: { type: 'string', default: defaults.data },
      rules: { type: 'string', multiple: true },
      json: { type: 'boolean', default: false },
      evtx: { type: 'boolean', default: false },
      draws: { type: 'string', default: '20' },
      seeds: { type: 'string', default: '20' },
    },
    allowPositionals: true,
  });
  // `--rules a b` reads as one rules folder and a positional; both are meant.
  const rules = values.rules === undefined ? defaults.rules : [...values.rules, ...positionals];
  for (const folder of [values.data, ...rules]) {
    if (existsSync(folder)) continue;
    process.stderr.write(`there is no folder '${folder}'; give one with --data or --rules\n`);
    process.exit(2);
  }
  return { data: values.data, rules, json: values.json, draws: Number(values.draws), seeds: Number(values.seeds) };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
