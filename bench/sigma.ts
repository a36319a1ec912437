/**
 * Events a second through the engine, one JSON line a lane and one for correlations:
 * { lane, workers, rules, events, bytes, loadSeconds, eventsPerSecond, jsonParsePerSecond, candidatesMean, candidatesP95, peakRssMb }.
 * Each figure is the median of five runs, each in a fresh process: parse the line, choose the lens, match, write the matches.
 * `jsonParsePerSecond` is bare JSON.parse over the same lines in the same run.
 *
 *   node bench/sigma.ts [--data <shared data>] [--rules <dir>...] [--lane <name>...] [--events <n>] [--runs <n>]
 */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resourceUsage } from 'node:process';
import { parseArgs } from 'node:util';
import { lensOf } from '../src/lenses/index.ts';
import { compileRules } from '../src/sigma/index.ts';
import { median } from './data-options.ts';
import { ruleFiles } from './rule-files.ts';
import { correlationRates } from './sigma-correlations.ts';
import { lanes } from './sigma-lanes.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data' },
    rules: { type: 'string', multiple: true },
    lane: { type: 'string', multiple: true, default: [...Object.keys(lanes), 'correlations'] },
    events: { type: 'string', default: '60000' },
    runs: { type: 'string', default: '5' },
    once: { type: 'boolean', default: false },
  },
});
const rules = values.rules ?? [`${values.data}/sigma/rules`];

if (values.once)
  for (const lane of values.lane)
    console.log(JSON.stringify(lane === 'correlations' ? correlationRates() : await run(lane, Number(values.events))));
else for (const lane of values.lane) console.log(JSON.stringify(medianRun(lane)));

type Figures = Record<string, number | string>;

function medianRun(lane: string): Figures {
  const options = [
    '--data',
    values.data,
    '--events',
    values.events,
    '--lane',
    lane,
    ...rules.flatMap((folder) => ['--rules', folder]),
  ];
  const runs = Array.from({ length: Number(values.runs) }, () => {
    const output = execFileSync(process.execPath, [import.meta.filename, '--once', ...options], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      maxBuffer: 1 << 26,
    });
    return JSON.parse(output) as Figures;
  });
  const [first] = runs;
  return Object.fromEntries(
    Object.entries(first ?? {}).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : median(runs.map((figures) => Number(figures[name]))),
    ]),
  );
}

async function run(lane: string, count: number): Promise<Figures> {
  const make = lanes[lane];
  if (!make) throw new RangeError(`there is no lane ${lane}; the lanes are ${Object.keys(lanes).join(', ')}`);
  const lines = await make(count, values.data);
  const began = performance.now();
  const { engine, rules: compiled } = compileRules(ruleFiles(rules));
  const loadSeconds = (performance.now() - began) / 1000;
  const folder = mkdtempSync(join(tmpdir(), 'sigma-'));
  const output = openSync(join(folder, 'matches.ndjson'), 'w');
  const candidates = new Uint32Array(lines.length);
  const started = performance.now();
  let matches = '';
  for (const [i, line] of lines.entries()) {
    const record = JSON.parse(line) as Record<string, unknown>;
    const lens = lensOf(record);
    for (const { id } of engine.match({ lens, record, origin: lens.origin(record), time: 0 }))
      matches += `{"rule":"${id}","line":${i + 1}}\n`;
    candidates[i] = engine.candidates;
    if (matches.length > 65_536) {
      writeSync(output, matches);
      matches = '';
    }
  }
  writeSync(output, matches);
  const seconds = (performance.now() - started) / 1000;
  closeSync(output);
  rmSync(folder, { recursive: true });
  const parsed = performance.now();
  for (const line of lines) JSON.parse(line);
  const parseSeconds = (performance.now() - parsed) / 1000;
  candidates.sort();
  return {
    lane,
    workers: 1,
    rules: compiled.length,
    events: lines.length,
    bytes: lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0),
    loadSeconds: round(loadSeconds),
    eventsPerSecond: Math.round(lines.length / seconds),
    jsonParsePerSecond: Math.round(lines.length / parseSeconds),
    candidatesMean: round(candidates.reduce((sum, each) => sum + each, 0) / candidates.length),
    candidatesP95: candidates[Math.floor(candidates.length * 0.95)] ?? 0,
    peakRssMb: Math.round(resourceUsage().maxRSS / 1024),
  };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
