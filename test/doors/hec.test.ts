import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { request } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type IngestHttp, openIngestHttp } from '../../src/ingest/http/index.ts';
import { hecDoor, Intake } from '../../src/ingest/index.ts';
import type { Appended } from '../../src/ports/event-log.ts';
import { loggedEvents } from '../support/logged.ts';
import { MemoryLog } from '../support/memory-log.ts';
import { sourcesByToken } from '../support/sources.ts';

const TOKEN = 'b7d1c7c0-1111-4222-8333-444455556666';
const CHANNEL = 'FE0ECFAD-13D5-401B-847D-77833BD77131';
const source = { tenant: 'acme', id: 'forwarders' };

/** A log whose appends can be held back. */
class GatedLog extends MemoryLog {
  gate: Promise<void> = Promise.resolve();
  asked = 0;
  override async append(batches: readonly Appended[]): Promise<void> {
    this.asked += 1;
    await this.gate;
    await super.append(batches);
  }
}

let log = new GatedLog();
let intake: Intake;
let door: IngestHttp;
let now = Date.UTC(2024, 4, 1);

async function open(pendingBytes = 64 * 1024 * 1024): Promise<void> {
  const clock = { now: () => now };
  log = new GatedLog();
  intake = new Intake({ log, clock, incarnation: 'one', pendingBytes });
  const sources = sourcesByToken({ [TOKEN]: source });
  door = await openIngestHttp({ intake, sources, clock, host: '127.0.0.1', port: 0, doors: [hecDoor] });
}

interface Sending {
  readonly headers?: Record<string, string>;
  readonly token?: string | undefined;
  readonly method?: 'POST' | 'GET';
}

async function send(
  path: string,
  body?: string | Buffer,
  { headers = {}, token = TOKEN, method = 'POST' }: Sending = {},
) {
  const authorization: Record<string, string> = token === '' ? {} : { authorization: `Splunk ${token}` };
  const answer = await request(`${door.url}/services/collector${path}`, {
    method,
    headers: { ...authorization, ...headers },
    body: body ?? null,
  });
  return { status: answer.statusCode, headers: answer.headers, json: await answer.body.json() };
}

beforeEach(async () => {
  now = Date.UTC(2024, 4, 1);
  await open();
  return () => door.close();
});

describe('events', () => {
  test('an answer of code 0 comes after the append, and not before', async () => {
    let release: () => void = () => undefined;
    log.gate = new Promise((resolve) => {
      release = resolve;
    });
    let answered = false;
    const sent = send('/event', '{"event":"a","host":"h1"}').then((answer) => {
      answered = true;
      return answer;
    });
    while (log.asked === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    release();
    expect(await sent).toMatchObject({ status: 200, json: { text: 'Success', code: 0 } });
    expect(loggedEvents(log)).toMatchObject([
      { tenant: 'acme', source: 'forwarders', door: 'hec', record: { message: 'a', host: 'h1', hec: { host: 'h1' } } },
    ]);
  });

  test('every path of the event endpoint, gzip, and Basic with the token as password', async () => {
    const basic = `Basic ${Buffer.from(`x:${TOKEN}`).toString('base64')}`;
    for (const path of ['', '/event', '/event/1.0'])
      expect((await send(path, `{"event":{"path":"${path}"}}`)).json).toEqual({ text: 'Success', code: 0 });
    const zipped = gzipSync('{"event":{"path":"gzip"}}\n{"event":{"path":"gzip"}}');
    expect((await send('/event', zipped, { headers: { 'content-encoding': 'gzip' } })).status).toBe(200);
    expect((await send('/event', '{"event":"b"}', { token: '', headers: { authorization: basic } })).status).toBe(200);
    expect(loggedEvents(log).map(({ record }) => record.path ?? record.message)).toEqual([
      '',
      '/event',
      '/event/1.0',
      'gzip',
      'gzip',
      'b',
    ]);
    expect(intake.counters.of(source)).toMatchObject({ received: 6, rejected: {} });
  });

  test('events before a fault are taken, it and what follows are not; sent again they have the same ids', async () => {
    const body = '{"event":"a","time":1714521600}{"event":"b","time":1714521600}{"host":"h"}{"event":"d"}';
    const answer = { text: 'Event field is required', code: 12, 'invalid-event-number': 2 };
    expect(await send('/event', body)).toMatchObject({ status: 400, json: answer });
    expect(await send('/event', body)).toMatchObject({ status: 400, json: answer });
    const [a, b, again, more] = loggedEvents(log);
    expect([a?.record.message, b?.record.message, more?.record.message]).toEqual(['a', 'b', 'b']);
    expect([again?.id, more?.id]).toEqual([a?.id, b?.id]);
    expect(a?.id).not.toBe(b?.id);
    expect(intake.counters.of(source)?.rejected).toEqual({ INGEST_HEC_EVENT_MISSING: 2 });
  });

  test('raw lines, with what the URL says of them', async () => {
    expect((await send('/raw?host=fw1&source=s&sourcetype=cisco%3Aasa&index=net', 'one\ntwo\n')).json).toEqual({
      text: 'Success',
      code: 0,
    });
    expect((await send('/raw/1.0', 'three')).status).toBe(200);
    expect(loggedEvents(log).map(({ record }) => record)).toEqual([
      { message: 'one', host: 'fw1', hec: { host: 'fw1', source: 's', sourcetype: 'cisco:asa', index: 'net' } },
      { message: 'two', host: 'fw1', hec: { host: 'fw1', source: 's', sourcetype: 'cisco:asa', index: 'net' } },
      { message: 'three', hec: {} },
    ]);
  });
});

test('who may send: codes 2, 3, 4 and 16, before the body is read', async () => {
  const sent = (token: string, headers: Record<string, string> = {}) =>
    send('/event', '{"event":"a"}', { token, headers });
  expect(await sent('')).toMatchObject({ status: 401, json: { text: 'Token is required', code: 2 } });
  expect(await sent('', { authorization: 'Splunk' })).toMatchObject({
    status: 401,
    json: { text: 'Invalid authorization', code: 3 },
  });
  expect(await sent('wrong')).toMatchObject({ status: 403, json: { text: 'Invalid token', code: 4 } });
  expect(await send(`/event?token=${TOKEN}`, '{"event":"a"}')).toMatchObject({ status: 400, json: { code: 16 } });
  expect(loggedEvents(log)).toEqual([]);
  expect(door.strangers).toMatchObject({ INGEST_TOKEN_MISSING: 2, INGEST_TOKEN_UNKNOWN: 1, INGEST_TOKEN_IN_URL: 1 });
});

test('bodies that cannot be taken: code, status, count', async () => {
  expect(await send('/event', '')).toMatchObject({ status: 400, json: { text: 'No data', code: 5 } });
  expect(await send('/event', '{"event":')).toMatchObject({
    status: 400,
    json: { code: 6, 'invalid-event-number': 0 },
  });
  expect(await send('/event', '{"event":""}')).toMatchObject({ status: 400, json: { code: 13 } });
  const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024));
  expect(await send('/event', bomb, { headers: { 'content-encoding': 'gzip' } })).toMatchObject({
    status: 413,
    json: { code: 27 },
  });
  const damaged = gzipSync('{"event":"a"}').fill(7, 10);
  expect(await send('/event', damaged, { headers: { 'content-encoding': 'gzip' } })).toMatchObject({
    status: 400,
    json: { code: 6 },
  });
  expect(await send('/event', 'x', { headers: { 'content-encoding': 'br' } })).toMatchObject({
    status: 415,
    json: { code: 6 },
  });
  expect(intake.counters.of(source)?.rejected).toEqual({
    INGEST_HEC_NO_DATA: 1,
    INGEST_INVALID_JSON: 1,
    INGEST_HEC_EVENT_BLANK: 1,
    INGEST_BODY_EXPANDS: 1,
    INGEST_BODY_CORRUPT: 1,
    INGEST_BODY_ENCODING: 1,
  });
  expect(loggedEvents(log)).toEqual([]);
});

describe('acknowledgements', () => {
  const onChannel = { headers: { 'x-splunk-request-channel': CHANNEL } };
  const asked = (acks: unknown, sending: Sending = onChannel) => send('/ack', JSON.stringify({ acks }), sending);

  test('an id a request on a channel, true once it is asked for, false for any other', async () => {
    expect((await send('/event', '{"event":"a"}', onChannel)).json).toEqual({ text: 'Success', code: 0, ackId: 0 });
    expect((await send(`/raw?channel=${CHANNEL.toLowerCase()}`, 'b')).json).toEqual({
      text: 'Success',
      code: 0,
      ackId: 1,
    });
    expect((await asked([0, 1, 2])).json).toEqual({ acks: { 0: true, 1: true, 2: false } });
    expect((await send(`/ack?channel=${CHANNEL}`, '{"acks":[0]}')).json).toEqual({ acks: { 0: false } });
    expect((await send('/event', '{"event":', onChannel)).json).not.toHaveProperty('ackId');
    expect((await send('/event', '{"event":"c"}', onChannel)).json).toMatchObject({ ackId: 2 });
  });

  test('a channel is needed, and is a GUID', async () => {
    expect(await asked([0], {})).toMatchObject({ status: 400, json: { text: 'Data channel is missing', code: 10 } });
    const bad = { headers: { 'x-splunk-request-channel': 'mine' } };
    expect(await asked([0], bad)).toMatchObject({ status: 400, json: { code: 11 } });
    expect(await send('/event', '{"event":"a"}', bad)).toMatchObject({ status: 400, json: { code: 11 } });
    for (const body of ['', '{', '{}', '{"acks":["0"]}', '{"acks":[-1]}'])
      expect(await send('/ack', body, onChannel)).toMatchObject({ status: 400, json: { code: 6 } });
    expect(await asked([0], { ...onChannel, token: 'wrong' })).toMatchObject({ status: 403 });
    expect(intake.counters.of(source)?.rejected).toEqual({ INGEST_HEC_CHANNEL: 3, INGEST_INVALID_JSON: 5 });
    expect(loggedEvents(log)).toEqual([]);
  });

  test('a channel that lies idle is forgotten: the client sends again, and the events have the ids they had', async () => {
    const body = '{"event":"a","time":1714521600}{"event":"b","time":1714521600}';
    await send('/event', body, onChannel);
    now += 11 * 60_000;
    expect((await asked([0])).json).toEqual({ acks: { 0: false } });
    expect((await send('/event', body, onChannel)).json).toMatchObject({ ackId: 0 });
    const ids = loggedEvents(log).map(({ id }) => id);
    expect(ids.slice(2)).toEqual(ids.slice(0, 2));
  });
});

test('with more waiting than should: code 9 and Retry-After, counted; health says so without a token', async () => {
  await door.close();
  await open(10);
  const health = () => send('/health', undefined, { method: 'GET', token: '' });
  expect(await health()).toMatchObject({ status: 200, json: { text: 'HEC is healthy', code: 17 } });
  let release: () => void = () => undefined;
  log.gate = new Promise((resolve) => {
    release = resolve;
  });
  const first = send('/event', '{"event":"long enough to be busy"}');
  while (!intake.busy) await new Promise((resolve) => setImmediate(resolve));
  const second = await send('/event', '{"event":"b"}');
  expect(second).toMatchObject({ status: 503, json: { text: 'Server is busy', code: 9 } });
  expect(second.headers['retry-after']).toBe('1');
  expect(await health()).toMatchObject({ status: 503, json: { code: 18 } });
  release();
  expect((await first).status).toBe(200);
  expect(intake.counters.of(source)).toMatchObject({ received: 1, slowed: 1 });
  expect(await send('/health/1.0', undefined, { method: 'GET' })).toMatchObject({ status: 200 });
});

describe('curl, as the documentation of Splunk has it', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hec-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const run = promisify(execFile);

  test('a batch from a file', async ({ skip }) => {
    const found = await run('curl', ['--version']).then(
      () => true,
      () => false,
    );
    if (!found && process.env.CI !== 'true') skip('curl is not installed');
    const file = join(folder, 'events.json');
    writeFileSync(file, Array.from({ length: 500 }, (_, at) => `{"event":{"n":${at}},"host":"h${at % 7}"}`).join('\n'));
    const { stdout } = await run('curl', [
      '-s',
      `${door.url}/services/collector`,
      '-H',
      `Authorization: Splunk ${TOKEN}`,
      '--data-binary',
      `@${file}`,
    ]);
    expect(JSON.parse(stdout)).toEqual({ text: 'Success', code: 0 });
    const numbers = loggedEvents(log).map(({ record }) => Number(record.n));
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, at) => at));
    // A host's events stay in one lane, in order.
    expect(new Set(loggedEvents(log).map(({ lane, record }) => `${lane} ${record.host}`)).size).toBe(7);
  });
});
