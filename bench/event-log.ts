/**
 * How fast the event log takes batches durably, and what compressing them costs. Records are the mordor captures', as recorded; a batch
 * has records up to so many bytes. JSON lines, of two kinds:
 *
 * { compress, batchBytes, mbPerSecond, storedPerRaw }: zstd level, MB of raw JSON a second of CPU time, bytes stored a raw byte.
 * { log, batchBytes, appendsPerSecond, rawMbPerSecond, eventsPerSecond, p50Ms, p99Ms, encodeShare, peakRssMb }: one append after
 * the other, a batch each, encoded within the time; trimmed 64 batches behind. `encodeShare` is the part of the time spent encoding.
 *
 *   node bench/event-log.ts [--data <shared data>] [--seconds <n>] [--folder <on the disk to measure>] [--level <zstd>...]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { constants, zstdCompressSync } from 'node:zlib';
import { openJetStreamLog } from '../src/adapters/jetstream/event-log.ts';
import { openLmdbLog } from '../src/adapters/lmdb/event-log.ts';
import { encodeBatch, ID_BYTES, type LogBatch } from '../src/contracts/log-batch.ts';
import { stableId } from '../src/kernel/ids.ts';
import type { EventLog } from '../src/ports/event-log.ts';
import { startNats } from '../test/nats-server.ts';
import { lanes } from './sigma-lanes.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data' },
    seconds: { type: 'string', default: '5' },
    folder: { type: 'string', default: tmpdir() },
    level: { type: 'string', multiple: true, default: ['1', '3'] },
  },
});
const SIZES = [4 * 1024, 64 * 1024, 1024 * 1024];
const BEHIND = 64;

const lines = (await lanes.mordor?.(40_000, values.data)) ?? [];

function batchesOf(size: number): LogBatch[] {
  const batches: LogBatch[] = [];
  let texts: Buffer[] = [];
  let bytes = 0;
  for (const [at, line] of lines.entries()) {
    const text = Buffer.from(line);
    texts.push(text);
    bytes += text.length;
    if (bytes < size) continue;
    const ids = texts.map((_, nth) => stableId(`${at}`, `${nth}`)).join('');
    batches.push({
      tenant: 'main',
      source: 'bench',
      door: 'bulk',
      receivedAt: 1_700_000_000_000 + at,
      ids: Buffer.from(ids, 'hex').subarray(0, texts.length * ID_BYTES),
      lengths: Uint32Array.from(texts, ({ length }) => length),
      text: Buffer.concat(texts),
    });
    [texts, bytes] = [[], 0];
  }
  return batches;
}

const round = (value: number, digits = 1): number => Number(value.toFixed(digits));

function compress(level: number, size: number): void {
  const batches = batchesOf(size).map(({ ids, text }) => Buffer.concat([ids, text]));
  const params = { [constants.ZSTD_c_compressionLevel]: level };
  let [raw, stored] = [0, 0];
  const start = process.cpuUsage();
  for (const batch of batches) {
    raw += batch.length;
    stored += zstdCompressSync(batch, { params }).length;
  }
  const { user, system } = process.cpuUsage(start);
  const seconds = (user + system) / 1e6;
  const figures = { mbPerSecond: round(raw / 1e6 / seconds), storedPerRaw: round(stored / raw, 3) };
  console.log(JSON.stringify({ compress: level, batchBytes: size, ...figures }));
}

async function measure(name: string, log: EventLog, size: number): Promise<void> {
  const batches = batchesOf(size);
  const times: number[] = [];
  let [raw, events, encoding] = [0, 0, 0];
  const until = performance.now() + Number(values.seconds) * 1000;
  const start = performance.now();
  for (let at = 0; performance.now() < until; at += 1) {
    const batch = batches[at % batches.length] as LogBatch;
    const begun = performance.now();
    const bytes = encodeBatch(batch);
    const encoded = performance.now();
    await log.append([{ lane: at % 16, bytes, events: batch.lengths.length }]);
    times.push(performance.now() - encoded);
    encoding += encoded - begun;
    raw += batch.text.length;
    events += batch.lengths.length;
    if (at % BEHIND === BEHIND - 1)
      for (let lane = 0; lane < 16; lane += 1) await log.trim(lane, (await log.end(lane)) - BEHIND / 16);
  }
  const seconds = (performance.now() - start) / 1000;
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number): number => round(sorted[Math.floor(sorted.length * part)] ?? Number.NaN, 2);
  console.log(
    JSON.stringify({
      log: name,
      batchBytes: size,
      appendsPerSecond: round(times.length / seconds),
      rawMbPerSecond: round(raw / 1e6 / seconds),
      eventsPerSecond: Math.round(events / seconds),
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      encodeShare: round(encoding / 1000 / seconds, 2),
      peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
    }),
  );
}

for (const level of values.level) for (const size of SIZES) compress(Number(level), size);

for (const size of SIZES) {
  const path = mkdtempSync(join(values.folder, 'bw-bench-'));
  const log = openLmdbLog({ path });
  await measure('lmdb', log, size);
  await log.close();
  rmSync(path, { recursive: true, force: true });
}

const nats = await startNats();
if ('missing' in nats) console.log(JSON.stringify({ log: 'jetstream', skipped: nats.missing }));
else {
  for (const size of SIZES) {
    const log = await openJetStreamLog({ servers: [nats.url], name: `bench-${size}`, maxBytes: 2 ** 28 });
    await measure('jetstream', log, size);
    await log.close();
  }
  await nats.stop();
}
