import { Client } from '@elastic/elasticsearch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bulkDoor } from '../../src/ingest/index.ts';
import { type OpenDoor, openDoors, TOKEN } from '../support/ingest-door.ts';

let door: OpenDoor;
let client: Client;

beforeAll(async () => {
  door = await openDoors([bulkDoor], { limits: { eventBytes: 64 * 1024 } });
  client = new Client({ node: door.http.url, auth: { apiKey: TOKEN }, compression: true });
});
afterAll(async () => {
  await client.close();
  await door.http.close();
});

test('the client of Elastic knows this for an Elasticsearch', async () => {
  const info = await client.info();
  expect(info.tagline).toBe('You Know, for Search');
  expect(info.version.number).toMatch(/^8\./);
  expect(await client.ping()).toBe(true);
  expect((await client.cluster.health()).status).toBe('green');
  expect(await client.indices.existsIndexTemplate({ name: 'logs' })).toBe(true);
});

test('helpers.bulk delivers every document once, and drops the one that cannot be taken', async () => {
  const before = door.kept().length;
  const documents = Array.from({ length: 5000 }, (_, n) => ({
    '@timestamp': '2026-11-25T07:00:00Z',
    host: `h${n % 9}`,
    n,
  }));
  const dropped: unknown[] = [];
  const stats = await client.helpers.bulk({
    datasource: [...documents, { host: 'long', text: 'x'.repeat(70_000) }],
    onDocument: () => ({ create: { _index: 'logs-app' } }),
    onDrop: ({ status, error }) => dropped.push({ status, type: error?.type }),
    flushBytes: 100_000,
    refreshOnCompletion: true,
  });
  expect(stats).toMatchObject({ total: 5001, successful: 5000, failed: 1 });
  expect(dropped).toEqual([{ status: 413, type: 'illegal_argument_exception' }]);
  const kept = door.kept().slice(before);
  const numbers = kept.map(({ text }) => (JSON.parse(text) as { n: number }).n).toSorted((a, b) => a - b);
  expect(numbers).toEqual(documents.map(({ n }) => n));
  expect(new Set(kept.map(({ id }) => id)).size).toBe(5000);
});

test('index and create of single documents', async () => {
  const made = await client.index({ index: 'app', id: 'a/1', document: { host: 'web01', text: 'one' } });
  expect(made).toMatchObject({ _index: 'app', _id: 'a/1', result: 'created' });
  await client.create({ index: 'app', id: '2', document: { host: 'web01', text: 'two' } });
  await client.index({ index: 'app', document: { host: 'web01', text: 'three' } });
  const texts = door.kept().slice(-3);
  expect(texts.map(({ text }) => (JSON.parse(text) as { text: string }).text)).toEqual(['one', 'two', 'three']);
  await expect(client.delete({ index: 'app', id: '2' })).rejects.toMatchObject({
    statusCode: 400,
    meta: { body: { error: { type: 'action_request_validation_exception' } } },
  });
});

test('a wrong token is refused at the first call', async () => {
  const stranger = new Client({ node: door.http.url, auth: { apiKey: 'wrong' } });
  await expect(stranger.info()).rejects.toMatchObject({
    statusCode: 401,
    meta: { body: { error: { type: 'security_exception' } } },
  });
  await stranger.close();
});

test('a client that sniffs for other nodes finds the one it has', async () => {
  const sniffing = new Client({ node: door.http.url, auth: { apiKey: TOKEN } });
  const urls = await new Promise<string[]>((resolve, reject) => {
    sniffing.diagnostic.on('sniff', (error, result) => {
      if (error) reject(error);
      else resolve((result?.meta.sniff?.hosts ?? []).map((host) => String((host as { url: URL }).url)));
    });
    sniffing.transport.sniff({ reason: 'default', requestId: 1, context: null });
  });
  expect(urls).toEqual([`${door.http.url}/`]);
  expect((await sniffing.info()).tagline).toBe('You Know, for Search');
  await sniffing.close();
});
