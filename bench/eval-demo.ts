/**
 * The demo over further seeds: how many findings, how many of the planted intrusions are among them, at what rank. Prints each
 * seed, the worst and the median. `--seeds <n>` (default 20), `--data <dir>` keeps the samples, `--rules <dir>...`, `--json`.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryLake } from '../src/adapters/memory-lake/lake.ts';
import { systemClock } from '../src/adapters/system-clock.ts';
import { loadPlaybooks, loadRules } from '../src/cli/load.ts';
import { Planted } from '../src/demo/score.ts';
import { readEvents } from '../src/ingest/index.ts';
import { writeSample } from '../src/sample/index.ts';
import { compileRules } from '../src/sigma/index.ts';
import { createPipeline } from '../src/topology.ts';
import { dataOptions, median } from './data-options.ts';

/** Seed 1 is the demo's own; the evaluation uses others. */
const FIRST_SEED = 101;

const scratch = mkdtempSync(join(tmpdir(), 'bridgewatch-eval-'));
const options = dataOptions({ data: scratch, rules: ['rules'] });
const { engine } = compileRules(loadRules(options.rules));
const rows = [];
try {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + options.seeds; seed++) {
    const row = await measure(seed);
    rows.push(row);
    process.stdout.write(
      options.json
        ? `${JSON.stringify(row)}\n`
        : `seed ${seed}: ${row.events} events, ${row.detections} detections, ${row.findings} findings, planted ${row.plantedFound}/${row.planted}, ranks ${row.ranks.join(' ')}, ${row.seconds.toFixed(1)} s\n`,
    );
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

const found = rows.map(({ planted, plantedFound }) => plantedFound / planted);
const summary = {
  seeds: rows.length,
  plantedFound: {
    worst: Math.min(...found),
    median: median(found),
    all: rows.filter(({ planted, plantedFound }) => planted === plantedFound).length,
  },
  findings: {
    worst: Math.max(...rows.map(({ findings }) => findings)),
    median: median(rows.map(({ findings }) => findings)),
  },
  lowestRank: {
    worst: Math.max(...rows.flatMap(({ ranks }) => ranks)),
    median: median(rows.map(({ ranks }) => Math.max(...ranks))),
  },
};
process.stdout.write(
  options.json
    ? `${JSON.stringify({ summary })}\n`
    : `\nworst: ${(summary.plantedFound.worst * 100).toFixed(0)} % of planted, ${summary.findings.worst} findings, last planted at rank ${summary.lowestRank.worst}\nmedian: ${(summary.plantedFound.median * 100).toFixed(0)} % of planted, ${summary.findings.median} findings, last planted at rank ${summary.lowestRank.median}; all planted found in ${summary.plantedFound.all} of ${summary.seeds}\n`,
);

async function measure(seed: number) {
  const started = performance.now();
  const folder = join(options.data, `seed-${seed}`);
  mkdirSync(folder, { recursive: true });
  const { telemetry, truth } = writeSample(folder, { seed });
  const lake = new MemoryLake();
  const pipeline = createPipeline({ tenant: 'eval', engine, lake, playbooks: loadPlaybooks() });
  for await (const batch of readEvents([telemetry], {
    tenant: 'eval',
    clock: systemClock,
    dedupe: true,
    onReject: () => undefined,
  }).batches)
    pipeline.push(batch);
  pipeline.end();
  const { surfaced } = pipeline.settle();
  const planted = new Planted(truth, lake);
  const ranks = new Map<string, number>();
  for (const [rank, finding] of surfaced.entries()) {
    const intrusion = planted.of(finding);
    if (intrusion !== undefined && !ranks.has(intrusion)) ranks.set(intrusion, rank + 1);
  }
  if (options.data === scratch) rmSync(folder, { recursive: true, force: true });
  return {
    seed,
    events: lake.size,
    detections: pipeline.detections.length,
    findings: surfaced.length,
    planted: truth.intrusions.length,
    plantedFound: ranks.size,
    ranks: [...ranks.values()],
    seconds: (performance.now() - started) / 1000,
  };
}
