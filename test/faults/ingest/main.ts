import { parseArgs } from 'node:util';
import { killUntil } from './kills.ts';
import { isRight, run } from './run.ts';

/**
 * `npm run test:faults [-- --kills 200] [--seed 1] [--json]`
 *
 * The ingest plane in its own processes, under load, killed over and over. Exits 1 unless every event that has a receipt is in the lake
 * once and every hit is detected once.
 */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const kills = Number(values.kills);
const report = await run(
  (bench) =>
    killUntil(kills, bench, (so) =>
      process.stderr.write(`${so} of ${kills} kills, ${bench.sender.receipted} events receipted\n`),
    ),
  { seed: Number(values.seed), knocking: 0.1 },
);
process.stdout.write(`${values.json ? JSON.stringify(report) : JSON.stringify(report, undefined, 2)}\n`);
process.exit(isRight(report) ? 0 : 1);
