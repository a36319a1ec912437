import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenDoor, openDoors, TOKEN } from '../../../test/support/ingest-door.ts';
import { bulkDoor } from '../doors/bulk/index.ts';
import { Intake } from '../index.ts';
import { openIngestHttp } from './index.ts';

let door: OpenDoor;
beforeAll(async () => {
  door = await openDoors([bulkDoor], { limits: { failuresPerMinute: 12 } });
});
afterAll(() => door.http.close());

const base64 = (text: string): string => Buffer.from(text).toString('base64');
async function get(authorization: string | undefined, path = '/'): Promise<Response> {
  return await fetch(door.http.url + path, { headers: authorization === undefined ? {} : { authorization } });
}

test.each([
  `ApiKey ${TOKEN}`,
  `apikey ${base64(`name:${TOKEN}`)}`,
  `Bearer ${TOKEN}`,
  `Splunk ${TOKEN}`,
  `Basic ${base64(`anyone:${TOKEN}`)}`,
])('%s is taken', async (authorization) => {
  expect((await get(authorization)).status).toBe(200);
});

test.each([
  undefined,
  '',
  TOKEN,
  'ApiKey',
  `Digest ${TOKEN}`,
  `Bearer ${TOKEN}x`,
  `Basic ${base64(TOKEN)}`,
  `Basic ${base64(`${TOKEN}:`)}`,
  `Bearer ${'x'.repeat(9000)}`,
])('%s is not', async (authorization) => {
  const response = await get(authorization);
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toContain('Basic');
});

test('a token in the URL is refused, even beside a right one', async () => {
  const response = await get(`ApiKey ${TOKEN}`, `/?token=${TOKEN}`);
  expect([response.status, await response.json()]).toEqual([
    400,
    expect.objectContaining({
      error: expect.objectContaining({ reason: expect.stringContaining('INGEST_TOKEN_IN_URL') }),
    }),
  ]);
});

test('past so many failures an address is only told to stop; a right token passes still', async () => {
  for (let n = 0; n < 12; n += 1) await get('Bearer wrong');
  const stopped = await get('Bearer wrong');
  expect([stopped.status, stopped.headers.get('retry-after')]).toEqual([429, '1']);
  expect((await get(`Bearer ${TOKEN}`)).status).toBe(200);
  expect(door.http.strangers).toMatchObject({ INGEST_TOKEN_MISSING: 4, INGEST_TOKEN_IN_URL: 1 });
  expect(door.http.strangers.INGEST_TOO_MANY_FAILURES).toBeGreaterThan(0);
});

test('what is no door is not told to strangers', async () => {
  expect((await get(undefined, '/no/such/door')).status).toBe(429);
  expect((await get(`Bearer ${TOKEN}`, '/no/such/door')).status).toBe(404);
});

test('beyond loopback it does not listen without TLS, unless a proxy has it', async () => {
  const { intake } = door;
  expect(intake).toBeInstanceOf(Intake);
  const parts = { intake, sources: { byToken: () => undefined, byPeer: () => undefined }, clock: { now: () => 0 } };
  const options = { ...parts, host: '0.0.0.0', port: 0, doors: [] };
  await expect(openIngestHttp(options)).rejects.toMatchObject({ code: 'INGEST_TLS_REQUIRED' });
  await expect(
    openIngestHttp({ ...options, tls: { certFile: '/nowhere/cert.pem', keyFile: '/nowhere/key.pem' } }),
  ).rejects.toMatchObject({ code: 'INGEST_TLS_FILES', message: expect.stringContaining('/nowhere/cert.pem') });
  const proxied = await openIngestHttp({ ...options, behindProxy: ['10.0.0.0/8'] });
  expect(proxied.url).toMatch(/^http:/);
  await proxied.close();
});

test('behind a proxy, without TLS, nobody but the proxy and loopback may connect', async (context) => {
  const own = Object.values(networkInterfaces()).flat();
  const address = own.find((each) => each?.family === 'IPv4' && !each.internal)?.address;
  if (address === undefined) {
    process.stderr.write(`skipped: ${context.task.name}: this machine has no address but loopback\n`);
    return context.skip('this machine has no address but loopback');
  }
  const answered = async (behindProxy: readonly string[], to: string): Promise<boolean> => {
    const sources = { byToken: () => undefined, byPeer: () => undefined };
    const parts = { intake: door.intake, sources, clock: { now: () => 0 }, doors: [bulkDoor] };
    const http = await openIngestHttp({ ...parts, host: '0.0.0.0', port: 0, behindProxy });
    const socket = connect(http.port, to);
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.on('error', () => {});
    socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    await once(socket, 'close');
    await http.close();
    return text.startsWith('HTTP/1.1 401');
  };
  expect(await answered(['192.0.2.1'], address)).toBe(false);
  expect(await answered(['192.0.2.1'], '127.0.0.1')).toBe(true);
  expect(await answered([address], address)).toBe(true);
});
