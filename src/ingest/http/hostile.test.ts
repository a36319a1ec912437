import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test, vi } from 'vitest';
import { selfSigned } from '../../../test/certificate.ts';
import { GatedLog } from '../../../test/support/gated-log.ts';
import { type OpenDoor, openDoors } from '../../../test/support/ingest-door.ts';
import { bulkDoor } from '../doors/bulk/index.ts';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function opened(options: Parameters<typeof openDoors>[1] = {}): Promise<OpenDoor> {
  const door = await openDoors([bulkDoor], options);
  stops.push(() => door.http.close());
  return door;
}

/** What a peer sees on a connection of its own: all bytes until the server ends it. */
function peer(door: OpenDoor): { socket: Socket; answer: Promise<string> } {
  const socket = connect(door.http.port, '127.0.0.1');
  stops.push(() => {
    socket.destroy();
  });
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString()));
  socket.on('error', () => {});
  return { socket, answer: once(socket, 'close').then(() => text) };
}

const head = (door: OpenDoor, ...more: readonly string[]): string =>
  ['POST /_bulk HTTP/1.1', 'host: x', 'user-agent: peer', `authorization: ${door.authorization}`, ...more, '', ''].join(
    '\r\n',
  );
const event = (n: number): string => `{"create":{"_index":"a"}}\n{"host":"h","n":${n}}\n`;

async function post(
  door: OpenDoor,
  body: Buffer | string,
  headers: Record<string, string> = {},
): Promise<[number, string]> {
  const sent = typeof body === 'string' ? body : new Uint8Array(body);
  const init = { method: 'POST', body: sent, headers: { authorization: door.authorization, ...headers } };
  const response = await fetch(`${door.http.url}/_bulk`, init);
  return [response.status, await response.text()];
}

/** After whatever was done to it the door still takes an event, holds no bytes of others, and kept nothing else. */
async function unharmed(door: OpenDoor): Promise<void> {
  expect((await post(door, event(0)))[0]).toBe(200);
  expect(door.kept().map(({ text }) => text)).toEqual(['{"host":"h","n":0}']);
}

test('a gzip bomb is stopped at its ratio, a large body at its size', async () => {
  const door = await opened({ limits: { ratioBytes: 1 << 20, decompressedBytes: 4 << 20 } });
  const gzip = { 'content-encoding': 'gzip' };
  const bomb = gzipSync(Buffer.alloc(200 << 20));
  const before = process.memoryUsage().rss;
  const [status, text] = await post(door, bomb, gzip);
  expect([status, JSON.parse(text).error.reason]).toEqual([413, expect.stringContaining('INGEST_BODY_EXPANDS')]);
  expect(process.memoryUsage().rss - before).toBeLessThan(100 << 20);
  // Below the ratio, above the size.
  const long = gzipSync(Buffer.from(Array.from({ length: 300_000 }, (_, n) => event(n)).join('')));
  expect((await post(door, long, gzip))[0]).toBe(413);
  expect(door.counts()?.rejected).toEqual({ INGEST_BODY_EXPANDS: 2 });
  await unharmed(door);
});

test('encodings: gzip and deflate are taken, others, damaged and cut ones are not', async () => {
  const door = await opened();
  const body = gzipSync(event(0));
  expect((await post(door, event(0), { 'content-encoding': 'br' }))[0]).toBe(415);
  expect((await post(door, event(0), { 'content-encoding': 'gzip' }))[0]).toBe(400);
  expect((await post(door, body.subarray(0, -6), { 'content-encoding': 'gzip' }))[0]).toBe(400);
  expect(door.kept()).toEqual([]);
  expect((await post(door, body, { 'content-encoding': 'GZip' }))[0]).toBe(200);
  expect(door.counts()?.rejected).toEqual({ INGEST_BODY_ENCODING: 1, INGEST_BODY_CORRUPT: 2 });
  expect(door.kept()).toHaveLength(1);
});

test('a length that promises too much is refused unread; one that lies is found out', async () => {
  const door = await opened({ limits: { requestBytes: 1000 } });
  const large = peer(door);
  large.socket.write(head(door, 'content-length: 1001'));
  expect(await large.answer).toMatch(/^HTTP\/1.1 413 .*INGEST_BODY_TOO_LARGE/s);

  const chunked = peer(door);
  chunked.socket.write(`${head(door, 'transfer-encoding: chunked')}400\r\n${'x'.repeat(1024)}\r\n`);
  expect(await chunked.answer).toMatch(/^HTTP\/1.1 413 /);

  const short = peer(door);
  short.socket.end(`${head(door, 'content-length: 500')}${event(1)}`);
  await short.answer;
  await vi.waitFor(() => expect(door.counts()?.rejected.INGEST_BODY_INCOMPLETE).toBe(1));

  const more = peer(door);
  more.socket.write(`${head(door, 'content-length: 5')}${event(1)}`);
  expect(await more.answer).toMatch(/^HTTP\/1.1 400 /);
  await unharmed(door);
});

test('a body that stops coming, and one that drips, are given up', async () => {
  const door = await opened({ limits: { stallMs: 300, bodyMs: 900 } });
  const stalled = peer(door);
  stalled.socket.write(`${head(door, 'content-length: 500')}${event(1)}`);
  expect(await stalled.answer).toMatch(/^HTTP\/1.1 408 .*INGEST_BODY_STALLED/s);

  const dripping = peer(door);
  dripping.socket.write(head(door, 'content-length: 500'));
  const drip = setInterval(() => dripping.socket.write(' '), 60);
  stops.push(() => clearInterval(drip));
  expect(await dripping.answer).toMatch(/^HTTP\/1.1 408 /);
  expect(door.counts()?.rejected).toEqual({ INGEST_BODY_STALLED: 2 });
  await unharmed(door);
});

test('headers that never end, and half a TLS handshake, cost a connection for a while only', async () => {
  const door = await opened({ limits: { headersMs: 200 } });
  const slow = peer(door);
  slow.socket.write('POST /_bulk HTTP/1.1\r\nhost: x\r\n');
  expect(await slow.answer).toMatch(/^HTTP\/1.1 408 /);
  await unharmed(door);

  const pair = selfSigned('localhost');
  if ('missing' in pair) throw new Error(pair.missing);
  const folder = mkdtempSync(join(tmpdir(), 'bw-tls-'));
  stops.push(() => rmSync(folder, { recursive: true }));
  const files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
  writeFileSync(files.certFile, pair.cert);
  writeFileSync(files.keyFile, pair.key, { mode: 0o600 });
  const secure = await opened({ limits: { headersMs: 200 }, tls: files });
  expect(secure.http.url).toMatch(/^https:/);
  const half = peer(secure);
  // A handshake record that says it is 512 bytes long, and two of them.
  half.socket.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00]));
  expect(await half.answer).toBe('');

  const whole = connectTls({ port: secure.http.port, host: '127.0.0.1', ca: pair.cert, servername: 'localhost' });
  await once(whole, 'secureConnect');
  let answer = '';
  whole.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  whole.write(`${head(secure, `content-length: ${event(0).length}`, 'connection: close')}${event(0)}`);
  await once(whole, 'close');
  expect(answer).toMatch(/^HTTP\/1.1 200 .*"errors":false/s);
});

test('an address has so many connections; what it opens beyond is closed, the others go on', async () => {
  const door = await opened({ limits: { connectionsPerAddress: 5 } });
  const held = Array.from({ length: 5 }, () => peer(door));
  await Promise.all(held.map(({ socket }) => once(socket, 'connect')));
  for (let n = 0; n < 20; n += 1) expect(await peer(door).answer).toBe('');
  const [first, second] = held;
  first?.socket.write(`${head(door, 'content-length: 0', 'connection: close')}`);
  expect(await first?.answer).toMatch(/^HTTP\/1.1 400 .*INGEST_BULK_EMPTY/s);
  second?.socket.destroy();
  await vi.waitFor(async () => expect((await post(door, event(0)))[0]).toBe(200));
});

test('a line of 10 MB, and nesting beyond reason, cost their own items only', async () => {
  const door = await opened();
  const action = '{"create":{"_index":"a"}}\n';
  const long = `${action}{"host":"h","text":"${'x'.repeat(10 << 20)}"}\n`;
  const deep = `${action}{"host":"h","deep":${'['.repeat(200_000)}${']'.repeat(200_000)}}\n`;
  const [status, text] = await post(door, long + deep + event(0));
  const statuses = JSON.parse(text).items.map(({ create }: { create: { status: number } }) => create.status);
  expect([status, statuses]).toEqual([200, [413, 400, 201]]);
  expect(door.counts()?.rejected).toEqual({ INGEST_RECORD_TOO_LONG: 1, INGEST_RECORD_TOO_DEEP: 1 });
  expect(door.kept()).toHaveLength(1);
});

test('busy: told to slow down before a byte of the body is sent', async () => {
  const log = new GatedLog();
  const door = await opened({ log, pendingBytes: 0 });
  const first = post(door, event(0));
  await vi.waitFor(() => expect(log.waiting).toBe(1));
  const second = peer(door);
  second.socket.write(head(door, 'content-length: 100000'));
  const answer = await second.answer;
  expect(answer).toMatch(/^HTTP\/1.1 429 .*es_rejected_execution_exception/s);
  expect(answer).toMatch(/retry-after: 1/i);
  expect(door.counts()).toMatchObject({ slowed: 1, rejected: {} });
  log.open();
  expect((await first)[0]).toBe(200);
  expect(door.kept()).toHaveLength(1);
});

test('bodies held at one time are bounded, and let go when they are answered', async () => {
  const door = await opened({ limits: { heldBytes: 10_000 } });
  const [one, other] = [peer(door), peer(door)];
  for (const { socket } of [one, other]) socket.write(`${head(door, 'content-length: 20000')}${' '.repeat(6000)}`);
  expect(await Promise.race([one.answer, other.answer])).toMatch(/^HTTP\/1.1 429 /);
  one.socket.destroy();
  other.socket.destroy();
  await vi.waitFor(async () => expect((await post(door, ' '.repeat(9000) + event(0)))[0]).toBe(200));
});

test('closing: what is under way is answered, nothing new is taken', async () => {
  const log = new GatedLog();
  const door = await openDoors([bulkDoor], { log });
  const idle = peer(door);
  await once(idle.socket, 'connect');
  const under = post(door, event(0));
  await vi.waitFor(() => expect(log.waiting).toBe(1));
  const closed = door.http.close();
  await expect(post(door, event(1))).rejects.toThrow();
  log.open();
  expect((await under)[0]).toBe(200);
  await closed;
  expect(await idle.answer).toBe('');
  expect(door.kept()).toHaveLength(1);
});

test('a client that never reads its answer is let go', async () => {
  const door = await opened({ limits: { bodyMs: 500, stallMs: 500 } });
  const deaf = peer(door);
  if (deaf.socket.connecting) await once(deaf.socket, 'connect');
  // Asked for now: a socket that was let go has no address any more.
  const { port } = deaf.socket.address() as { port: number };
  deaf.socket.pause();
  const body = `{"delete":{"_index":"a","_id":"${'x'.repeat(500)}"}}\n`.repeat(30_000);
  deaf.socket.write(`${head(door, `content-length: ${body.length}`)}${body}`);
  await vi.waitFor(() => expect(door.counts()?.rejected.INGEST_APPEND_ONLY).toBe(30_000), { timeout: 20_000 });
  await vi.waitFor(async () => expect(await established(door, port)).toBe(false), { timeout: 20_000 });
  await unharmed(door);
});

/** The server still has a connection of this port of ours. */
async function established(door: OpenDoor, port: number): Promise<boolean> {
  const hex = (value: number): string => value.toString(16).toUpperCase().padStart(4, '0');
  const table = await readFile('/proc/net/tcp', 'utf8');
  return table.includes(`0100007F:${hex(door.http.port)} 0100007F:${hex(port)} 01`);
}
