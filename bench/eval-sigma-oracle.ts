/**
 * Holds the engine against the slow oracle: every rule of the folders given over events of the data given, matches and
 * explanations. Prints the totals so far every 10,000 events, then one JSON line a difference and one of totals; exits 1
 * where there is a difference.
 *
 *   node bench/eval-sigma-oracle.ts [--data <dir or file>...] [--rules <dir>...] [--sample <n>] [--part <i>/<of>]
 *     [--explain-every <n>]
 *
 * --sample takes about n events at a fixed stride (0: every event). Explanations are compared for the first 200 matches of
 * each rule, then for every 20th, and every --explain-every events (default 50) for every rule of the event's log source.
 */
import { parseArgs } from 'node:util';
import { ruleFiles } from './rule-files.ts';
import { compareWithOracle, type DifferenceTotals } from './sigma-difference.ts';

const { values } = parseArgs({
  options: {
    data: {
      type: 'string',
      multiple: true,
      default: ['../shared/data/mordor/events', '../shared/data/sigma/regression_data'],
    },
    rules: {
      type: 'string',
      multiple: true,
      default: ['rules', 'rules-emerging-threats', 'rules-threat-hunting'].map(
        (name) => `../shared/data/sigma/${name}`,
      ),
    },
    sample: { type: 'string', default: '2000' },
    part: { type: 'string', default: '0/1' },
    'explain-every': { type: 'string', default: '50' },
  },
});
const [part = 0, parts = 1] = values.part.split('/').map(Number);
const totals = await compareWithOracle({
  files: ruleFiles(values.rules),
  data: values.data,
  sample: Number(values.sample),
  part,
  parts,
  explainEvery: Number(values['explain-every']),
  onProgress: (sofar) => print('progress', sofar),
});
for (const difference of totals.differences) console.log(JSON.stringify({ difference }));
print('totals', totals);
process.exitCode = totals.differences.length > 0 ? 1 : 0;

function print(name: string, figures: DifferenceTotals): void {
  console.log(JSON.stringify({ [name]: { ...figures, differences: figures.differences.length } }));
}
