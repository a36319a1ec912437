import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { SourceRef } from '../../src/contracts/source.ts';
import type { SourceHealthView } from '../../src/http/views-ingest.ts';
import type { SourceCount } from '../../src/ingest/index.ts';
import { fromPage, type House, openHouse } from './house.ts';

let house: House;
let lee: string;
let vera: string;
const counts = new Map<string, SourceCount>();
const asked: string[] = [];
const quiet: SourceHealthView = {
  source: 'edge',
  lastSeenAt: 7,
  eventsPerMinute: 0.5,
  isYoung: false,
  isSilent: true,
  duplicates: 2,
  fields: [{ lens: 'syslog', kind: 'logon', field: 'activity.user', share: 0.25, hasEnded: true }],
  setAside: { WORKER_EVENT_POISON: 1 },
};
beforeAll(async () => {
  house = await openHouse({
    sourceCounts: ({ tenant, id }: SourceRef) => counts.get(`${tenant}|${id}`),
    sourceHealth: (tenant) => {
      asked.push(tenant);
      return [quiet];
    },
  });
  lee = await house.signIn('lee@acme.example');
  vera = await house.signIn('vera@acme.example');
});
afterAll(() => house.close());

const base = '/api/v1/tenants/acme/sources';
const get = (path = '', cookie = vera) => house.app.inject({ url: base + path, headers: { cookie } });
const post = (path = '', payload: object = {}) =>
  house.app.inject({ method: 'POST', url: base + path, headers: fromPage(lee), payload });
const patch = (id: string, revision: number, payload: object) =>
  house.app.inject({
    method: 'PATCH',
    url: `${base}/${id}`,
    headers: { ...fromPage(lee), 'if-match': `"${revision}"` },
    payload,
  });
const wish = (id: string, part: object = {}) => ({ id, name: `The ${id}`, door: 'bulk', ...part });
const ledgerOf = (id: string) => house.store.withTenants(['acme'], (tx) => tx.ledger.ofSubject('acme', 'source', id));
const Made = z.object({ token: z.string(), tokens: z.array(z.object({ id: z.string(), prefix: z.string() })) });

describe('a source', () => {
  test('is added with a token that one answer shows, and that the store and the ledger do not have', async () => {
    const made = await post('', wish('winlog'));
    expect(made.statusCode).toBe(201);
    const { token, tokens } = Made.parse(made.json());
    expect(token).toMatch(/^bws_[A-Za-z0-9_-]{43}$/);
    expect(tokens).toMatchObject([{ prefix: token.slice(0, 10) }]);
    const read = await get('/winlog');
    expect(read.headers.etag).toBe('"1"');
    expect(read.json()).toMatchObject({ id: 'winlog', name: 'The winlog', door: 'bulk', endedAt: null, counts: null });
    expect(read.body + (await get()).body).not.toContain(token);
    const entries = await ledgerOf('winlog');
    expect(entries.map(({ entry }) => entry.type)).toEqual(['source.added', 'source.token_made']);
    expect(JSON.stringify(entries)).not.toContain(token);
  });

  test('says what came of it, from the counters of this server', async () => {
    await post('', wish('counted'));
    counts.set('acme|counted', {
      received: 7,
      receivedBytes: 900,
      slowed: 1,
      rejected: { RECORD_TOO_LARGE: 2 },
      lastSeenAt: 5,
    });
    expect((await get('/counted')).json()).toMatchObject({
      counts: { received: 7, bytes: 900, slowed: 1, rejected: { RECORD_TOO_LARGE: 2 }, lastSeenAt: 5 },
    });
    const { items } = z
      .object({ items: z.array(z.object({ id: z.string(), counts: z.unknown() })) })
      .parse((await get()).json());
    expect(items.find(({ id }) => id === 'counted')?.counts).toMatchObject({ received: 7 });
  });

  test('is changed by who saw it, on record with what was before', async () => {
    await post('', wish('fw', { door: 'syslog', peers: ['10.1.0.0/16'] }));
    const changed = await patch('fw', 1, { peers: ['10.2.0.0/16', '192.0.2.1'] });
    expect(changed.headers.etag).toBe('"2"');
    expect(changed.json()).toMatchObject({ name: 'The fw', peers: ['10.2.0.0/16', '192.0.2.1/32'], revision: 2 });
    expect((await patch('fw', 1, { name: 'Late' })).json()).toMatchObject({
      status: 412,
      code: 'SOURCE_REVISION_STALE',
    });
    expect((await get('/fw')).json()).toMatchObject({ name: 'The fw', revision: 2 });
    expect((await ledgerOf('fw')).map(({ entry, payload }) => [entry.type, payload]).at(-1)).toMatchObject([
      'source.changed',
      { before: { peers: ['10.1.0.0/16'] }, after: { peers: ['10.2.0.0/16', '192.0.2.1/32'] } },
    ]);
  });

  test('shares no sender with another of its tenant, also when two are added at once', async () => {
    const syslog = (id: string, part: object) => wish(id, { door: 'syslog', ...part });
    await post('', syslog('edge', { peers: ['172.16.0.0/16'], fingerprints: ['ab'.repeat(32)] }));
    for (const part of [{ peers: ['172.16.3.4'] }, { fingerprints: ['AB'.repeat(32)] }])
      expect((await post('', syslog('edge-2', part))).json()).toMatchObject({ status: 409, code: 'SOURCE_PEER_TAKEN' });
    const rush = await Promise.all(
      ['r1', 'r2', 'r3', 'r4'].map((id) => post('', syslog(id, { peers: ['198.51.100.0/24'] }))),
    );
    expect(rush.map(({ statusCode }) => statusCode).toSorted()).toEqual([201, 409, 409, 409]);
  });

  test('has two tokens at most, however many ask at once, and each ends by itself', async () => {
    const first = Made.parse((await post('', wish('rot'))).json());
    const answers = await Promise.all([post('/rot/tokens'), post('/rot/tokens'), post('/rot/tokens')]);
    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([201, 409, 409]);
    expect(answers.find(({ statusCode }) => statusCode === 409)?.json()).toMatchObject({
      code: 'SOURCE_TOKENS_TOO_MANY',
    });
    const old = first.tokens[0]?.id ?? '';
    expect((await post(`/rot/tokens/${old}/endings`)).statusCode).toBe(204);
    expect((await post(`/rot/tokens/${old}/endings`)).json()).toMatchObject({
      status: 404,
      code: 'SOURCE_TOKEN_UNKNOWN',
    });
    expect((await post('/rot/tokens')).statusCode).toBe(201);
    expect((await ledgerOf('rot')).map(({ entry }) => entry.type)).toEqual([
      'source.added',
      'source.token_made',
      'source.token_made',
      'source.token_ended',
      'source.token_made',
    ]);
  });

  test('ends with its tokens, for good, and its id with it', async () => {
    await post('', wish('gone'));
    expect((await post('/gone/endings')).statusCode).toBe(204);
    expect((await get('/gone')).json()).toMatchObject({ endedAt: expect.any(Number), tokens: [], revision: 2 });
    for (const answer of [
      await post('/gone/endings'),
      await post('/gone/tokens'),
      await patch('gone', 2, { name: 'Back' }),
    ])
      expect(answer.json()).toMatchObject({ status: 409, code: 'SOURCE_ENDED' });
    expect((await post('', wish('gone'))).json()).toMatchObject({ status: 409, code: 'SOURCE_EXISTS' });
    expect((await get()).body).not.toContain('"gone"');
    expect((await get('?ended=true')).body).toContain('"gone"');
    const { payload } = (await ledgerOf('gone')).at(-1) ?? {};
    expect(payload).toMatchObject({ tokens: [{ prefix: expect.stringMatching(/^bws_/) }] });
  });

  test.each([
    ['an id that is none', wish('No Caps'), 'HTTP_REQUEST_INVALID'],
    ['a door that is none', wish('x1', { door: 'ftp' }), 'HTTP_REQUEST_INVALID'],
    ['an empty name', wish('x2', { name: ' ' }), 'HTTP_REQUEST_INVALID'],
    ['more than asked for', wish('x3', { token: 'mine' }), 'HTTP_REQUEST_INVALID'],
    ['the id of a place of the API', wish('health'), 'SOURCE_ID_BAD'],
    ['an address that is none', wish('x4', { door: 'syslog', peers: ['ws01'] }), 'SOURCE_PEER_BAD'],
    ['half the world', wish('x5', { door: 'syslog', peers: ['0.0.0.0/0'] }), 'SOURCE_PEER_BAD'],
    ['a fingerprint that is none', wish('x6', { door: 'syslog', fingerprints: ['ab'] }), 'SOURCE_FINGERPRINT_BAD'],
    ['addresses where they mean nothing', wish('x7', { peers: ['10.9.0.0/16'] }), 'SOURCE_PEERS_UNUSED'],
  ])('is not added with %s', async (_what, body, code) => {
    expect((await post('', body)).json()).toMatchObject({ status: 400, code });
    expect(await ledgerOf(body.id)).toEqual([]);
  });

  test('is not there for another tenant', async () => {
    const bob = await house.signIn('bob@bolt.example');
    const answer = await house.app.inject({ url: '/api/v1/tenants/bolt/sources/winlog', headers: { cookie: bob } });
    expect(answer.json()).toMatchObject({ status: 404, code: 'SOURCE_UNKNOWN' });
  });
});

describe('the health of telemetry', () => {
  const read = async (path: string) =>
    (await house.app.inject({ url: `/api/v1/tenants/acme/${path}`, headers: { cookie: vera } })).json();

  test('is that of the tenant asked about', async () => {
    expect(await read('sources/health')).toEqual({ items: [quiet] });
    expect(asked).toEqual(['acme']);
  });

  test('says nothing of a way in that is not there', async () => {
    expect(await read('ingest')).toMatchObject({ lake: null, disk: null, backlog: null, door: null, workers: [] });
  });
});
