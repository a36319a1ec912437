/**
 * Events a second through the bulk door and the intake, before an event log that keeps nothing and takes `--append-ms` for an append, as a disk would; one JSON line:
 * { events, bytesPerEvent, bodyEvents, connections, appendMs, gzip, seconds, eventsPerSecond, cpuMicrosPerEvent, loadCpuMicrosPerEvent, peakRssMb }.
 * The load comes from a process of its own, with bodies made beforehand; its CPU is told apart. `cpuMicrosPerEvent` is all threads of the receiving process.
 *
 *   node bench/bulk.ts [--events <n>] [--body <events>] [--connections <n>] [--append-ms <n>] [--gzip]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { resourceUsage } from 'node:process';
import { setTimeout as later } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { systemClock } from '../src/adapters/system-clock.ts';
import { bulkDoor, Intake, openIngestHttp } from '../src/ingest/index.ts';
import { MemoryLog } from '../test/support/memory-log.ts';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '200000' },
    body: { type: 'string', default: '500' },
    connections: { type: 'string', default: '4' },
    'append-ms': { type: 'string', default: '2' },
    gzip: { type: 'boolean', default: false },
  },
});

class ForgetfulLog extends MemoryLog {
  override async append(): Promise<void> {
    await later(Number(values['append-ms']));
  }
}

const intake = new Intake({ log: new ForgetfulLog(), clock: systemClock, incarnation: 'bench' });
const source = { tenant: 'main', id: 'bench' };
const sources = { byToken: (token: string) => (token === 'bench' ? source : undefined), byPeer: () => undefined };
const http = await openIngestHttp({
  intake,
  sources,
  clock: systemClock,
  host: '127.0.0.1',
  port: 0,
  doors: [bulkDoor],
});

const load = fork(new URL('./bulk-load.ts', import.meta.url), [
  http.url,
  values.events,
  values.body,
  values.connections,
  String(values.gzip),
]);
// It warms the door up with a tenth first, then says so.
await once(load, 'message');
const [began, cpu] = [performance.now(), process.cpuUsage()];
const before = intake.counters.of(source)?.received ?? 0;
load.send('go');
const [told] = (await once(load, 'message')) as [{ cpuMicros: number; bytes: number; events: number }];
const used = process.cpuUsage(cpu);
const seconds = (performance.now() - began) / 1000;
const taken = (intake.counters.of(source)?.received ?? 0) - before;
if (taken !== told.events) throw new Error(`${told.events} events were sent, ${taken} taken`);
console.log(
  JSON.stringify({
    events: taken,
    bytesPerEvent: Math.round(told.bytes / told.events),
    bodyEvents: Number(values.body),
    connections: Number(values.connections),
    appendMs: Number(values['append-ms']),
    gzip: values.gzip,
    seconds: Number(seconds.toFixed(2)),
    eventsPerSecond: Math.round(taken / seconds),
    cpuMicrosPerEvent: Number(((used.user + used.system) / taken).toFixed(1)),
    loadCpuMicrosPerEvent: Number((told.cpuMicros / taken).toFixed(1)),
    peakRssMb: Math.round(resourceUsage().maxRSS / 1024),
  }),
);
load.disconnect();
await http.close();
