/**
 * Holds the engine against the slow oracle: every rule of the folders given over events of the data given, matches and
 * explanations. Prints one JSON line of totals and one a difference; exits 1 where there is a difference.
 *
 *   node bench/eval-sigma-oracle.ts [--data <dir or file>...] [--rules <dir>...] [--sample <n>] [--part <i>/<of>]
 *
 * --sample takes about n events at a fixed stride (0: every event). Explanations are compared for matches and for every
 * 50th event against every rule of its log source.
 */
import { parseArgs } from 'node:util';
import { ruleFiles } from './rule-files.ts';
import { compareWithOracle } from './sigma-difference.ts';

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
  },
});
const [part = 0, parts = 1] = values.part.split('/').map(Number);
const totals = await compareWithOracle({
  files: ruleFiles(values.rules),
  data: values.data,
  sample: Number(values.sample),
  part,
  parts,
});
for (const difference of totals.differences) console.log(JSON.stringify({ difference }));
console.log(JSON.stringify({ ...totals, differences: totals.differences.length }));
process.exitCode = totals.differences.length > 0 ? 1 : 0;
