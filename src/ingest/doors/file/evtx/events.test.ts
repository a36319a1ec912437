import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { processLog, utf16 } from '../../../../../test/support/evtx.ts';
import { readLog } from '../../../../../test/support/evtx-read.ts';
import type { SourceEvent } from '../../../../contracts/event.ts';
import { type IngestLimits, type Reject, readEvents } from '../../../index.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'evtx-events-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function read(name: string, content: Buffer | string, limits: Partial<IngestLimits> = {}) {
  const path = join(folder, name);
  writeFileSync(path, content);
  const rejects: Reject[] = [];
  const events: SourceEvent[] = [];
  const reading = readEvents([path], {
    tenant: 'acme',
    clock: { now: () => Date.UTC(2024, 4, 2) },
    dedupe: true,
    limits,
    onReject: (reject) => rejects.push(reject),
  });
  for await (const batch of reading) events.push(...batch);
  return { events, rejects, counters: reading.counters };
}

const log = processLog(6, 40);
const rendered = readLog([log]).records;

test('an event log is told by its content, whatever it is called, gzip or not', async () => {
  for (const [name, content] of [
    ['security.evtx', log],
    ['upload.json', log],
    ['security.evtx.gz', gzipSync(log)],
  ] as const) {
    const { events, rejects, counters } = await read(name, content);
    expect(rejects).toEqual([]);
    expect(events.map(({ record }) => record)).toEqual(rendered);
    expect(counters).toMatchObject({ events: 240, malformed: 0, bytes: log.length });
    // 256 KiB are read at a time, and no more than one chunk of the log is held.
    expect(counters.peakHeldBytes).toBeLessThanOrEqual(65_536);
  }
});

test('an event is what its JSON would have been: same id, time, origin and text', async () => {
  const fromLog = await read('one.evtx', log);
  const fromJson = await read('one.json', rendered.map((record) => JSON.stringify(record)).join('\n'));
  const facts = ({ id, time, timeSuspect, raw, origin, lens, line }: SourceEvent) => ({
    id,
    time,
    timeSuspect,
    raw,
    origin,
    lens: lens.name,
    line,
  });
  expect(fromLog.events.map(facts)).toEqual(fromJson.events.map(facts));
  const [first] = fromLog.events;
  expect(first?.lens.name).toBe('evtx');
  expect(first?.time).toBe(Date.UTC(2024, 4, 1, 0, 0, 1, 123));
  expect(first?.origin.categories).toContain('process_creation');
});

test('damage is reported with the record it befell, and stops nothing', async () => {
  const copy = Buffer.from(log);
  // The first record of the second chunk has another size at its beginning than at its end.
  copy.writeUInt32LE(1, 4096 + 65_536 + 512 + 4);
  const { events, rejects } = await read('hurt.evtx', copy);
  // The templates and names of a chunk stand in the record that used them first, and can be read there still.
  expect(events).toHaveLength(239);
  expect(rejects.map(({ code, line }) => `${line} ${code}`)).toEqual([
    '0 INGEST_EVTX_CHECKSUM',
    '41 INGEST_EVTX_RECORD',
  ]);
  expect(rejects[1]?.message).toContain('chunk 2, 0x200');
  expect(rejects[1]?.raw?.subarray(0, 4).toString('latin1')).toBe('**\0\0');
});

test('a gzip that breaks off gives the records that came whole', async () => {
  // Stored, not compressed: half the file is half the log.
  const packed = gzipSync(log, { level: 0 });
  const { events, rejects } = await read('cut.gz', packed.subarray(0, Math.floor(packed.length / 2)));
  expect(rejects.at(-1)?.code).toBe('INGEST_GZIP_TRUNCATED');
  expect(events.length).toBeGreaterThan(80);
  expect(events.map(({ record }) => record)).toEqual(rendered.slice(0, events.length));
});

test('a log of which nothing can be read says so once', async () => {
  const copy = Buffer.from(processLog(40, 40));
  const name = utf16('Event\0');
  for (let at = copy.indexOf(name); at >= 0; at = copy.indexOf(name, at + 1)) copy.write('Other', at, 'utf16le');
  const { events, rejects } = await read('nothing.evtx', copy);
  expect(events).toEqual([]);
  expect(rejects.map(({ code }) => code)).toEqual(['INGEST_EVTX_UNREADABLE']);
});

test('the depth limit of the reading holds for event logs', async () => {
  const { rejects, events } = await read('deep.evtx', processLog(1, 2), { depth: 5 });
  expect(events).toEqual([]);
  expect(rejects.map(({ code }) => code)).toEqual(['INGEST_EVTX_TOO_DEEP', 'INGEST_EVTX_TOO_DEEP']);
});
