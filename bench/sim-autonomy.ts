import { parseArgs } from 'node:util';
import { cases } from './autonomy/cases.ts';
import type { Line } from './autonomy/lines.ts';

/**
 * The promises of earned autonomy on simulated classes, at a target of 1 %. `--classes <n>` each (default 10,000), `--seed <text>`, `--json` for
 * lines `{ case, trueError, promotedShare, medianCases, ... }` and `{ case, driftTo, meanReviewsToDemotion, p95, ... }`. Ends with code 1
 * where a promise does not hold.
 */
const { values } = parseArgs({
  options: {
    classes: { type: 'string', default: '10000' },
    seed: { type: 'string', default: 'bridgewatch' },
    json: { type: 'boolean', default: false },
  },
});
const classes = Number(values.classes);
if (!Number.isInteger(classes) || classes < 1) {
  process.stderr.write(`--classes '${values.classes}' is no count: give a whole number from 1\n`);
  process.exit(2);
}

const percent = (share: number) => `${Number((share * 100).toFixed(2))} %`;

function measured(line: Line): string {
  if ('driftTo' in line) {
    return `${line.meanReviewsToDemotion.toFixed(1)} reviews on average, 95 % within ${line.p95}`;
  }
  const parts = [`${percent(line.promotedShare)} promoted`];
  if (line.medianCases !== null) parts.push(`median ${line.medianCases} cases`);
  if (line.wrongShare !== undefined) parts.push(`${percent(line.wrongShare)} above target`);
  if (line.byEvidenceAlone !== undefined) parts.push(`${percent(line.byEvidenceAlone)} by error rate alone`);
  return parts.join(', ');
}

function row(line: Line): string {
  const rate = percent('driftTo' in line ? line.driftTo : line.trueError);
  const verdict = line.holds === null ? '' : line.holds ? 'holds' : 'DOES NOT HOLD';
  return `| ${line.case} | ${rate} | ${measured(line)} | ${line.promise ?? ''} | ${verdict} |`;
}

if (!values.json) {
  process.stdout.write('| case | true error | measured | promise | |\n| --- | --- | --- | --- | --- |\n');
}
for (const line of cases({ seed: values.seed, classes })) {
  process.stdout.write(`${values.json ? JSON.stringify(line) : row(line)}\n`);
  if (line.holds === false) process.exitCode = 1;
}
