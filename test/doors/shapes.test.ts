import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/contracts/event.ts';
import { readEvents } from '../../src/ingest/doors/hec/body.ts';
import { readJson } from '../../src/ingest/doors/otlp/json.ts';
import { RequestReader } from '../../src/ingest/doors/otlp/request.ts';
import type { Incoming } from '../../src/ingest/index.ts';
import { lensOf } from '../../src/lenses/index.ts';

const shared = join(import.meta.dirname, '../../../shared/data');
/** The first records of each capture: every shape is among them. */
const EACH = 60;

const reading = { eventBytes: 1 << 20, events: 10_000, keptBytes: 1 << 28, depth: 100, receivedAt: 1_714_557_600_000 };

/** What a shipper says of the event beside it, unlike anything in the event. */
const beside = { time: 1_714_557_600, host: 'forwarder', source: 'file.log', sourcetype: 'st' };

const hec = (event: unknown, text?: string): readonly Incoming[] => {
  const envelope = JSON.stringify({ ...beside, event });
  const body = text === undefined ? envelope : `${JSON.stringify(beside).slice(0, -1)},"event":${text}}`;
  return readEvents(Buffer.from(body), {}, reading).records;
};

function anyValue(value: unknown): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  if (value === null || typeof value !== 'object') return {};
  return { kvlistValue: { values: Object.entries(value).map(([key, inner]) => ({ key, value: anyValue(inner) })) } };
}

const otlp = (body: object): readonly Incoming[] => {
  const reader = new RequestReader(reading);
  const resource = { attributes: [{ key: 'host.name', value: { stringValue: 'forwarder' } }] };
  const logRecord = { timeUnixNano: '1714557600000000000', body };
  readJson(
    Buffer.from(JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords: [logRecord] }] }] })),
    reader,
  );
  return reader.result.records;
};

/** Each way an event travels as JSON, with the member its envelope is kept in. */
const ways: readonly (readonly [string, string, (text: string, record: JsonObject) => readonly Incoming[]])[] = [
  ['HEC, an object', 'hec', (text) => hec(undefined, text)],
  ['HEC, JSON in a text', 'hec', (text) => hec(text)],
  ['OTLP, a structured body', 'otel', (_text, record) => otlp(anyValue(record))],
  ['OTLP, JSON in a text', 'otel', (text) => otlp({ stringValue: text })],
];

function* captures(): Generator<string> {
  for (const folder of ['mordor', 'cloudtrail', 'zeek'])
    for (const entry of readdirSync(join(shared, folder), { withFileTypes: true, recursive: true }))
      if (entry.name.endsWith('.ndjson.gz')) yield join(entry.parentPath, entry.name);
}

describe.runIf(existsSync(shared))('telemetry written by others, through an envelope', () => {
  test('is the record it was: same members, lens, time and identity', () => {
    let events = 0;
    const names = new Set<string>();
    for (const file of captures())
      for (const line of gunzipSync(readFileSync(file)).toString('utf8').split('\n').slice(0, EACH)) {
        if (line === '') continue;
        const record: JsonObject = JSON.parse(line);
        const lens = lensOf(record);
        names.add(lens.name);
        for (const [way, envelope, send] of ways) {
          const [sent, ...more] = send(line, record);
          if (sent === undefined || more.length > 0)
            throw new Error(`${way}: ${more.length} more of ${line.slice(0, 200)}`);
          const { [envelope]: kept, ...members } = sent.record;
          expect(members, way).toEqual(record);
          expect(kept).toBeDefined();
          const through = lensOf(sent.record);
          expect([way, through.name, through.time(sent.record), through.nativeId(sent.record)]).toEqual([
            way,
            lens.name,
            lens.time(record),
            lens.nativeId(record),
          ]);
          expect(JSON.parse(sent.raw.toString())).toEqual(sent.record);
        }
        events += 1;
      }
    console.log(`${events} records by ${ways.length} ways, lenses: ${[...names].join(' ')}`);
    expect(events).toBeGreaterThan(5000);
  });
});

test.runIf(!existsSync(shared))('shared telemetry is absent: its checks did not run', () => {
  console.log(`no ${shared}: envelopes were not tried on telemetry written by others`);
});
