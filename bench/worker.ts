import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openLakeBuffer } from '../src/adapters/duckdb/buffer.ts';
import { openWorkStore } from '../src/adapters/sqlite/work-store.ts';
import { systemClock } from '../src/adapters/system-clock.ts';
import { loadRules } from '../src/cli/load.ts';
import { LANES } from '../src/contracts/log-batch.ts';
import { correlatedObservation, createMatching, LaneWorker } from '../src/detect/index.ts';
import { eventsOf, Intake } from '../src/ingest/index.ts';
import { RecentIds } from '../src/kernel/recent-ids.ts';
import { compileRules } from '../src/sigma/index.ts';
import { MemoryLog } from '../test/support/memory-log.ts';

/**
 * CPU of one worker an event, from a log in memory to the lake: `node bench/worker.ts --events <ndjson> [--rules <dir>...] [--count n]`.
 * Prints `{ events, bytesPerEvent, cpuMicrosPerEvent, eventsPerCpuSecond, without: {...} }`; each `without` leaves one part out.
 */
const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '/tmp/sample/telemetry/windows-endpoints.ndjson' },
    rules: { type: 'string', multiple: true, default: ['rules'] },
    count: { type: 'string', default: '60000' },
  },
});
const lines = readFileSync(values.events, 'utf8')
  .split('\n', Number(values.count))
  .filter((line) => line !== '');
const { engine } = compileRules(loadRules(values.rules));

async function cpuMs(leaveOut: 'nothing' | 'rules' | 'lake'): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), 'bw-worker-bench-'));
  const log = new MemoryLog();
  const intake = new Intake({ log, clock: systemClock, incarnation: 'bench' });
  for (let at = 0; at < lines.length; at += 500) {
    const records = lines.slice(at, at + 500).map((raw) => ({ record: JSON.parse(raw), raw }));
    await intake.deliver({ source: { tenant: 'bench', id: 'bench' }, door: 'bulk', records });
  }
  const work = openWorkStore({ path: join(dir, 'work') });
  const buffer = await openLakeBuffer({ dir: join(dir, 'lake'), writer: 'bench', memoryMb: 160 });
  const match = createMatching(engine, 'bench');
  const done = new AbortController();
  log.more = async () => done.abort();
  const worker = new LaneWorker({
    claim: work.claim('worker-0'),
    lanes: Array.from({ length: LANES }, (_, lane) => lane),
    log,
    work,
    buffer:
      leaveOut === 'lake'
        ? { ...buffer, rows: 0, rawBytes: 0, add: () => {}, flush: async () => [], close: async () => {} }
        : buffer,
    clock: systemClock,
    marker: { unfinished: () => undefined, begin: () => {}, end: () => {} },
    recent: new RecentIds(),
    unpack: eventsOf,
    match: leaveOut === 'rules' ? () => undefined : (_tenant, event) => match(event),
    correlated: correlatedObservation(engine.feeders),
    onPoison: ({ message }) => process.stderr.write(`${message}\n`),
  });
  const before = process.cpuUsage();
  await worker.run(done.signal);
  const { user, system } = process.cpuUsage(before);
  await buffer.close();
  await work.close();
  rmSync(dir, { recursive: true, force: true });
  return (user + system) / 1000;
}

await cpuMs('nothing');
const all = await cpuMs('nothing');
const withoutRules = await cpuMs('rules');
const withoutLake = await cpuMs('lake');
const micros = (ms: number): number => Number(((ms * 1000) / lines.length).toFixed(1));
process.stdout.write(
  `${JSON.stringify({
    events: lines.length,
    bytesPerEvent: Math.round(lines.reduce((sum, line) => sum + line.length, 0) / lines.length),
    rules: engine.rules.length,
    cpuMicrosPerEvent: micros(all),
    eventsPerCpuSecond: Math.round((lines.length / all) * 1000),
    without: { rules: micros(withoutRules), lake: micros(withoutLake) },
  })}\n`,
);
