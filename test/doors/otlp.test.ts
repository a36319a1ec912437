import { gzipSync } from 'node:zlib';
import { type AnyValueMap, SeverityNumber } from '@opentelemetry/api-logs';
import { OTLPLogExporter as JsonExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import protobuf from 'protobufjs';
import { request } from 'undici';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { type IngestHttp, openIngestHttp } from '../../src/ingest/http/index.ts';
import { Intake, otlpDoor } from '../../src/ingest/index.ts';
import type { Appended } from '../../src/ports/event-log.ts';
import { loggedEvents } from '../support/logged.ts';
import { MemoryLog } from '../support/memory-log.ts';
import { sourcesByToken } from '../support/sources.ts';

const TOKEN = 'otlp-token-0123456789';
const source = { tenant: 'acme', id: 'collector' };

/** A log whose first appends fail, as a full disk's do. */
class FailingLog extends MemoryLog {
  failures = 0;
  override async append(batches: readonly Appended[]): Promise<void> {
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error('no space');
    }
    await super.append(batches);
  }
}

let log = new FailingLog();
let intake: Intake;
let door: IngestHttp;

beforeEach(async () => {
  const clock = { now: () => Date.UTC(2024, 4, 1) };
  log = new FailingLog();
  intake = new Intake({ log, clock, incarnation: 'one', pendingBytes: 1024 * 1024 });
  const sources = sourcesByToken({ [TOKEN]: source });
  door = await openIngestHttp({ intake, sources, clock, host: '127.0.0.1', port: 0, doors: [otlpDoor] });
  return () => door.close();
});

interface Sending {
  readonly type?: string;
  readonly token?: string;
  readonly gzip?: boolean;
}

async function send(body: string | Buffer, { type = 'application/json', token = TOKEN, gzip = false }: Sending = {}) {
  const answer = await request(`${door.url}/v1/logs`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': type,
      ...(gzip && { 'content-encoding': 'gzip' }),
    },
    body: gzip ? gzipSync(body) : body,
  });
  return { status: answer.statusCode, headers: answer.headers, bytes: Buffer.from(await answer.body.arrayBuffer()) };
}

const answers = protobuf.parse(`
  syntax = "proto3";
  message Response { PartialSuccess partial_success = 1; }
  message PartialSuccess { int64 rejected_log_records = 1; string error_message = 2; }
  message Status { int32 code = 1; string message = 2; }
`).root;
const decoded = (type: 'Response' | 'Status', bytes: Buffer) => {
  const message = answers.lookupType(type);
  return message.toObject(message.decode(bytes), { longs: Number });
};

describe.each([
  ['JSON', JsonExporter],
  ['protobuf', ProtobufExporter],
])('the exporter of the OpenTelemetry SDK, %s', (_name, Exporter) => {
  async function exported(records: number, compression: 'gzip' | 'none'): Promise<void> {
    vi.stubEnv('OTEL_EXPORTER_OTLP_COMPRESSION', compression);
    const exporter = new Exporter({ url: `${door.url}/v1/logs`, headers: { authorization: `Bearer ${TOKEN}` } });
    const provider = new LoggerProvider({
      processors: [new BatchLogRecordProcessor({ exporter, maxExportBatchSize: 100, maxQueueSize: 10_000 })],
    });
    const logger = provider.getLogger('test', '1.0');
    const details: AnyValueMap = {
      list: [1, 'two', true, null],
      bytes: new Uint8Array([0, 1, 255]),
      deep: { a: { b: 1.5 } },
    };
    for (let at = 0; at < records; at += 1)
      logger.emit({
        timestamp: [1_714_557_600, at],
        severityNumber: SeverityNumber.WARN,
        severityText: 'WARN',
        eventName: 'user.login',
        body: at % 2 === 0 ? `login ${at}` : { number: at, details },
        attributes: { 'host.name': `ws${at % 5}`, 'user.name': 'ana', 'source.address': '10.0.0.7', n: at },
      });
    await provider.forceFlush();
    await provider.shutdown();
    vi.unstubAllEnvs();
  }

  test.each(['gzip', 'none'] as const)(
    'every record arrives once, whole and in order by host: %s',
    async (compression) => {
      await exported(1000, compression);
      const events = loggedEvents(log);
      expect(events).toHaveLength(1000);
      const byHost = new Map<unknown, number[]>();
      for (const { record, lane } of events) {
        const { attributes } = record.otel as { attributes: { n: number; 'host.name': string } };
        const seen = byHost.get(attributes['host.name']) ?? [];
        seen.push(attributes.n);
        byHost.set(attributes['host.name'], seen);
        expect(lane).toBe(
          events.find((one) => (one.record.host as { name: string }).name === attributes['host.name'])?.lane,
        );
      }
      expect(
        [...byHost.values()].every(
          (seen) => seen.length === 200 && seen.every((n, at) => at === 0 || n > Number(seen[at - 1])),
        ),
      ).toBe(true);
      const first = events.find(({ record }) => record.message === 'login 0')?.record;
      expect(first).toMatchObject({
        '@timestamp': '2024-05-01T10:00:00.000Z',
        host: { name: 'ws0' },
        user: { name: 'ana' },
        source: { ip: '10.0.0.7' },
        event: { action: 'user.login' },
        log: { level: 'WARN' },
        otel: { severityNumber: 13, severityText: 'WARN', scope: { name: 'test', version: '1.0' } },
      });
      expect(first).toMatchObject({ otel: { resource: { 'telemetry.sdk.name': 'opentelemetry' } } });
      expect(
        events.find(({ record }) => (record.body as { number?: number } | undefined)?.number === 1)?.record.body,
      ).toEqual({
        number: 1,
        details: { list: [1, 'two', true, null], bytes: 'AAH/', deep: { a: { b: 1.5 } } },
      });
      expect(intake.counters.of(source)).toMatchObject({ received: 1000, rejected: {} });
    },
  );

  test('what could not be made durable is answered with 503, which the exporter sends again: nothing lost, nothing twice', async () => {
    log.failures = 1;
    await exported(50, 'gzip');
    const ids = loggedEvents(log).map(({ id }) => id);
    expect(ids).toHaveLength(50);
    expect(new Set(ids).size).toBe(50);
  });
});

describe('answers', () => {
  const body = (records: string) => `{"resourceLogs":[{"scopeLogs":[{"logRecords":[${records}]}]}]}`;
  const good = '{"body":{"stringValue":"good"},"timeUnixNano":"1714557600000000000"}';
  const long = `{"body":{"stringValue":"${'x'.repeat(1024 * 1024)}"}}`;

  test('empty for all taken, partial success for some, in the request’s encoding; a resend has the same ids', async () => {
    expect(await send(body(good))).toMatchObject({ status: 200, bytes: Buffer.from('{}') });
    const partial = await send(body(`${good},${long},${good}`), { gzip: true });
    expect(partial.status).toBe(200);
    expect(JSON.parse(partial.bytes.toString())).toEqual({
      partialSuccess: { rejectedLogRecords: '1', errorMessage: 'a record has more than 1048576 bytes' },
    });
    await send(body(`${good},${long},${good}`));
    const ids = loggedEvents(log).map(({ id }) => id);
    expect(ids).toHaveLength(5);
    expect(new Set(ids).size).toBe(3);
    expect(intake.counters.of(source)).toMatchObject({ received: 5, rejected: { INGEST_RECORD_TOO_LONG: 2 } });
    const empty = await send(Buffer.alloc(0), { type: 'application/x-protobuf' });
    expect([empty.status, empty.headers['content-type'], empty.bytes.length]).toEqual([
      200,
      'application/x-protobuf',
      0,
    ]);
    // A log record that is cut off inside.
    const cut = await send(Buffer.from([0x0a, 6, 0x12, 4, 0x12, 2, 0x2a, 9]), { type: 'application/x-protobuf' });
    expect(decoded('Response', cut.bytes)).toMatchObject({ partialSuccess: { rejectedLogRecords: 1 } });
  });

  test('google.rpc.Status for what cannot be read, in the request’s encoding', async () => {
    const json = await send('{"resourceLogs":');
    expect([json.status, JSON.parse(json.bytes.toString())]).toMatchObject([400, { code: 3 }]);
    const binary = await send(Buffer.from([0x0a, 9]), { type: 'application/x-protobuf' });
    expect([binary.status, binary.headers['content-type']]).toEqual([400, 'application/x-protobuf']);
    expect(decoded('Status', binary.bytes)).toMatchObject({
      code: 3,
      message: expect.stringContaining('INGEST_OTLP_BODY'),
    });
    expect((await send('x', { type: 'text/plain' })).status).toBe(415);
    const unknown = await send(body(good), { token: 'wrong' });
    expect([unknown.status, JSON.parse(unknown.bytes.toString())]).toMatchObject([401, { code: 16 }]);
    const bomb = await send(Buffer.alloc(80 * 1024 * 1024), { gzip: true });
    expect(bomb.status).toBe(413);
    expect(intake.counters.of(source)?.rejected).toEqual({
      INGEST_OTLP_BODY: 2,
      INGEST_OTLP_ENCODING: 1,
      INGEST_BODY_EXPANDS: 1,
    });
    expect(loggedEvents(log)).toEqual([]);
  });

  test('429 with Retry-After while more waits than should', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const append = log.append.bind(log);
    log.append = async (batches) => {
      await gate;
      await append(batches);
    };
    const nearly = `{"body":{"stringValue":"${'x'.repeat(700_000)}"}}`;
    const first = send(body(`${nearly},${nearly}`));
    while (!intake.busy) await new Promise((resolve) => setImmediate(resolve));
    const second = await send(body(good));
    expect([second.status, second.headers['retry-after'], JSON.parse(second.bytes.toString())]).toMatchObject([
      429,
      '1',
      { code: 8 },
    ]);
    release();
    expect((await first).status).toBe(200);
    expect(intake.counters.of(source)).toMatchObject({ received: 2, slowed: 1 });
  });
});
