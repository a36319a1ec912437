import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { FromLoad, LoadOptions, ToLoad } from './load.ts';
import { cpuMs, memoryMb, quantile } from './resources.ts';
import type { FromServer, ServerOptions } from './server.ts';

/**
 * `npm run bench:pipeline -- [--seconds 600] [--json] [--rules <dir>...] [--workers 2] [--event-bytes 1500] [--rate <n>]`
 *
 * Everything between a sender and the lake, in the processes that production has: the `_bulk` door, the log with fsync, lenses, all
 * rules, detections, the lake and its merging. First as fast as it goes without a growing backlog for `--seconds`; then at half that rate
 * for a quarter of the time (at most two minutes), for the latencies. The load generator is a process of its own; its CPU is taken
 * out of the rate: what was measured on all cores is scaled to what is left of them without it. Both figures are printed.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    json: { type: 'boolean', default: false },
    rules: { type: 'string', multiple: true },
    workers: { type: 'string', default: '2' },
    'event-bytes': { type: 'string', default: '1500' },
    'events-per-request': { type: 'string', default: '500' },
    connections: { type: 'string', default: '8' },
    rate: { type: 'string', default: '1000000' },
    keep: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const publicRules = [
  '../shared/data/sigma/rules',
  '../shared/data/sigma/rules-emerging-threats',
  '../shared/data/sigma/rules-threat-hunting',
];
const found = publicRules.filter(existsSync);
const rules = values.rules ?? (found.length > 0 ? found : ['rules']);
const folder = mkdtempSync(join(tmpdir(), 'bw-pipeline-'));
const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** Events that may wait between receipt and lake while the rate is looked for: some seconds of work. */
const BACKLOG = 200_000;
const CORES = 2;

writeFileSync(
  join(folder, 'mark.yml'),
  'title: Bench mark\nid: 5b1f1bd2-0000-4000-8000-00000000bebc\nlevel: low\nlogsource: {category: process_creation, product: windows}\ndetection: {s: {CommandLine|contains: bw-mark-}, condition: s}\n',
);
mkdirSync(join(folder, 'sample'));
await once(fork('src/main.ts', ['sample', '--out', join(folder, 'sample')], { stdio: 'ignore' }));
const token = 'bench';
const told: ServerOptions = {
  dataDir: join(folder, 'data'),
  rules: [...rules, join(folder, 'mark.yml')],
  workers: Number(values.workers),
  token,
};
const state = {
  restarts: 0,
  lakeEvents: 0,
  unmergedBytes: 0,
  detections: 0,
  receipted: 0,
  refused: 0,
  sentBytes: 0,
  loadCpuMs: 0,
};
let latencies: number[] = [];
const sentAt = new Map<string, number>();
let visibleMs: number[] = [];
let pids: readonly number[] = [];

const server = child('server.ts', told);
const { promise: opened, resolve: isOpen } = Promise.withResolvers<string>();
const { promise: closed, resolve: isClosed } = Promise.withResolvers<void>();
server.on('message', (message: FromServer) => {
  if (message.kind === 'open') {
    isOpen(message.url);
  } else if (message.kind === 'closed') isClosed();
  else {
    pids = message.pids;
    state.restarts = message.restarts;
    state.lakeEvents = message.lakeEvents;
    state.detections = message.detections;
    state.unmergedBytes = message.unmergedBytes;
    for (const [mark, at] of message.visible) {
      const sent = sentAt.get(mark);
      if (sent !== undefined) visibleMs.push(at - sent);
      sentAt.delete(mark);
    }
  }
});
const url = await opened;
const loading: LoadOptions = {
  url,
  token,
  events: join(folder, 'sample', 'telemetry', 'windows-endpoints.ndjson'),
  connections: Number(values.connections),
  eventsPerRequest: Number(values['events-per-request']),
  eventBytes: Number(values['event-bytes']),
};
const load = child('load.ts', loading);
load.on('message', (message: FromLoad) => {
  state.receipted = message.events;
  state.sentBytes = message.bytes;
  state.refused = message.refused;
  state.loadCpuMs = message.cpuMs;
  latencies.push(...message.latencies);
  for (const [mark, at] of message.marked) sentAt.set(mark, at);
});
const toLoad = (message: ToLoad): void => void load.send(message);

let peakMb = 0;
const memory: number[] = [];
let anonymousMb = 0;
/** At the peak: server, workers, keeper. */
let peakEach: readonly number[] = [];
const watch = setInterval(() => {
  const { all, anonymous, each } = memoryMb(pids);
  memory.push(all);
  if (all > peakMb) peakEach = each;
  peakMb = Math.max(peakMb, all);
  anonymousMb = Math.max(anonymousMb, anonymous);
}, 1000);
const throttle = setInterval(
  () => toLoad({ kind: 'pause', paused: state.receipted - state.lakeEvents > BACKLOG }),
  100,
);

toLoad({ kind: 'rate', eventsPerSecond: Number(values.rate) });
await sleep(Math.min(20, seconds / 4));
const start = { ...state, at: performance.now(), cpuMs: cpuMs(pids) };
await sleep(seconds);
const end = { ...state, at: performance.now(), cpuMs: cpuMs(pids) };
const elapsed = (end.at - start.at) / 1000;
const measured = (end.lakeEvents - start.lakeEvents) / elapsed;
const loadCores = (end.loadCpuMs - start.loadCpuMs) / 1000 / elapsed;
const serverCores = (end.cpuMs - start.cpuMs) / 1000 / elapsed;
const sustained = measured * (CORES / Math.max(0.1, CORES - loadCores));
const backlogAtEnd = end.receipted - end.lakeEvents;
const backlogGrowth = backlogAtEnd - (start.receipted - start.lakeEvents);
say(
  `sustained ${Math.round(measured)}/s measured, ${Math.round(sustained)}/s without the load generator's ${loadCores.toFixed(2)} cores`,
);

clearInterval(throttle);
toLoad({ kind: 'pause', paused: true });
await until(() => state.lakeEvents >= state.receipted, 120);
latencies = [];
visibleMs = [];
sentAt.clear();
toLoad({ kind: 'pause', paused: false });
toLoad({ kind: 'rate', eventsPerSecond: measured / 2 });
await sleep(Math.min(120, Math.max(10, seconds / 4)));
toLoad({ kind: 'end' });
await until(() => state.lakeEvents >= state.receipted, 60);
clearInterval(watch);
const drained = state.receipted - state.lakeEvents;
server.send('close');
await closed;

const { mergedBytesPerRawByte } = await import('./merged.ts');
const diskBytesPerRawByte = await mergedBytesPerRawByte(told.dataDir);
const line = {
  sustainedEventsPerSecond: Math.round(sustained),
  measuredEventsPerSecond: Math.round(measured),
  loadGeneratorCores: round(loadCores),
  serverCores: round(serverCores),
  receiptP99Ms: round(quantile(latencies, 0.99)),
  receiptP50Ms: round(quantile(latencies, 0.5)),
  visibleP99Ms: round(quantile(visibleMs, 0.99)),
  visibleP50Ms: round(quantile(visibleMs, 0.5)),
  marksSeen: visibleMs.length,
  peakRssMb: Math.round(peakMb),
  medianRssMb: Math.round(quantile(memory, 0.5)),
  peakEachMb: peakEach,
  peakAnonymousMb: Math.round(anonymousMb),
  diskBytesPerRawByte: round(diskBytesPerRawByte, 4),
  backlogAtEnd,
  backlogGrowth,
  unmergedMbAtEnd: Math.round(end.unmergedBytes / 1e6),
  notInLakeAfterDrain: drained,
  restarts: state.restarts,
  detections: state.detections,
  refusedRequests: end.refused,
  bytesPerEvent: Math.round(end.sentBytes / Math.max(1, end.receipted)),
  seconds: Math.round(elapsed),
  rules: rules.join(' '),
};
process.stdout.write(`${values.json ? JSON.stringify(line) : JSON.stringify(line, null, 2)}\n`);
if (!values.keep) rmSync(folder, { recursive: true, force: true });
else say(`kept: ${folder}`);
process.exit(0);

function child(module: string, options: unknown): ChildProcess {
  return fork(join(import.meta.dirname, module), [JSON.stringify(options)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

function once(process: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    process.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`ended with ${code}`))));
  });
}

function sleep(s: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, s * 1000));
}

async function until(reached: () => boolean, mostSeconds: number): Promise<void> {
  const began = performance.now();
  while (!reached() && performance.now() - began < mostSeconds * 1000) await sleep(0.1);
}

function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
