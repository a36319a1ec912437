/**
 * Windows event logs: how fast they are read, and whether what is read is what a reference rendered.
 *
 * `dense`: a log as a busy host writes it, each chunk filled with process starts of 23 fields; read from memory. `events` and
 * `text` are with the JSON text that every event carries. `pipeline`: the same log from a file, with ids and lens, as
 * `detect` reads it. `reference`: the logs of `--data` against the JSON beside each.
 *
 *   node bench/evtx.ts [--data <folder with *.evtx, and *.json of the same name>] [--megabytes <n>]
 */
import { appendFileSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { EvtxReader } from '../src/ingest/doors/file/evtx/reader.ts';
import { readEvents } from '../src/ingest/index.ts';
import { denseChunk, eventLog } from '../test/support/evtx.ts';
import { compareWithReference } from '../test/support/evtx-reference.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data/sigma/regression_data' },
    megabytes: { type: 'string', default: '128' },
    json: { type: 'boolean', default: true },
  },
});

interface Start {
  readonly wall: number;
  readonly cpu: NodeJS.CpuUsage;
}

const start = (): Start => ({ wall: performance.now(), cpu: process.cpuUsage() });

/** On a busy machine the wall clock measures the neighbours; processor time does not. */
function report(name: string, events: number, bytes: number, started: Start): void {
  const seconds = (performance.now() - started.wall) / 1000;
  const { user, system } = process.cpuUsage(started.cpu);
  const cpuSeconds = (user + system) / 1e6;
  const line = {
    case: name,
    events,
    megabytes: Math.round(bytes / 1024 / 1024),
    seconds: Number(seconds.toFixed(2)),
    cpuSeconds: Number(cpuSeconds.toFixed(2)),
    eventsPerCpuSecond: Math.round(events / cpuSeconds),
    eventsPerSecond: Math.round(events / seconds),
    megabytesPerSecond: Math.round(bytes / 1024 / 1024 / seconds),
    peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
  console.log(JSON.stringify(line));
}

const chunks = Math.ceil(Number(values.megabytes) * 16);
const chunk = denseChunk();

let events = 0;
let characters = 0;
const reader = new EvtxReader(
  {
    record: (record) => {
      events += 1;
      characters += JSON.stringify(record).length;
    },
    reject: (code, _, detail) => {
      throw new Error(`${code}: ${detail}`);
    },
  },
  100,
);
let started = start();
reader.feed(eventLog());
for (let n = 0; n < chunks; n += 1) reader.feed(chunk);
reader.end();
report('dense', events, chunks * chunk.length, started);
console.log(JSON.stringify({ case: 'text', charactersPerEvent: Math.round(characters / events) }));

const folder = mkdtempSync(join(tmpdir(), 'evtx-'));
try {
  const file = join(folder, 'log');
  writeFileSync(file, eventLog());
  for (let n = 0; n < chunks; n += 16) appendFileSync(file, Buffer.concat(Array(Math.min(16, chunks - n)).fill(chunk)));
  started = start();
  let read = 0;
  const reading = readEvents([file], {
    tenant: 'bench',
    clock: { now: () => 0 },
    dedupe: false,
    onReject: ({ message }) => {
      throw new Error(message);
    },
  });
  for await (const batch of reading) read += batch.length;
  report('pipeline', read, reading.counters.bytes, started);
} finally {
  rmSync(folder, { recursive: true });
}

const files = globSync('**/*.evtx', { cwd: values.data }).sort();
if (files.length === 0)
  console.log(JSON.stringify({ case: 'reference', skipped: `no event logs in '${values.data}'` }));
else console.log(JSON.stringify({ case: 'reference', ...compareWithReference(values.data, files) }));
