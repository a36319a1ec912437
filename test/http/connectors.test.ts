import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromPage, type House, openHouse } from './house.ts';

let house: House;
let ada: string;
let lee: string;
beforeAll(async () => {
  house = await openHouse();
  ada = await house.signIn('ada@acme.example');
  lee = await house.signIn('lee@acme.example');
});
afterAll(() => house.close());

const base = '/api/v1/tenants/acme';
const http = (kind = 'call_http', changes: Record<string, unknown> = {}) => ({
  type: 'http',
  settings: {
    destinations: [{ origin: 'https://api.example.org' }],
    kinds: { [kind]: { execute: { method: 'GET', url: 'https://api.example.org/{{target.value}}' } } },
  },
  kinds: [kind],
  enabled: true,
  ...changes,
});
const put = (id: string, payload: object, revision: number, cookie = ada) =>
  house.app.inject({
    method: 'PUT',
    url: `${base}/connectors/${id}`,
    headers: { ...fromPage(cookie), 'if-match': `"${revision}"` },
    payload,
  });
const get = (path: string, cookie = lee) => house.app.inject({ url: base + path, headers: { cookie } });
const setSecret = (name: string, payload: object, cookie = ada) =>
  house.app.inject({ method: 'PUT', url: `${base}/secrets/${name}`, headers: fromPage(cookie), payload });

describe('a connector', () => {
  test('is set up, read with its ETag, changed by who saw it, and refused to who did not', async () => {
    const first = await put('api', http(), 0);
    expect(first.statusCode).toBe(200);
    expect(first.headers.etag).toBe('"1"');
    const read = await get('/connectors/api');
    expect(read.headers.etag).toBe('"1"');
    expect(read.json()).toMatchObject({ id: 'api', type: 'http', kinds: ['call_http'], enabled: true, revision: 1 });
    expect((await put('api', http('call_http', { enabled: false }), 1)).json()).toMatchObject({ revision: 2 });
    for (const stale of [0, 1, 7]) {
      expect((await put('api', http(), stale)).json()).toMatchObject({ status: 412, code: 'CONNECTOR_REVISION_STALE' });
    }
    expect((await get('/connectors')).json()).toMatchObject({
      items: [{ id: 'api', revision: 2 }],
      types: expect.arrayContaining(['http', 'aws', 'smtp', 'chat', 'webhook', 'ticket']),
    });
    const entries = await house.store.withTenants(['acme'], (tx) => tx.ledger.ofSubject('acme', 'connector', 'api'));
    expect(entries.map(({ entry }) => [entry.type, entry.subject.revision])).toEqual([
      ['connector.set', 1],
      ['connector.set', 2],
    ]);
    expect(JSON.stringify(entries)).not.toContain('api.example.org');
  });

  test('answers for a kind alone, and only while it is on', async () => {
    await put('one', http('block_address'), 0);
    expect((await put('two', http('block_address'), 0)).json()).toMatchObject({
      status: 409,
      code: 'CONNECTOR_KIND_TAKEN',
    });
    expect(await house.connectors.connectorFor('acme', 'block_address')).toMatchObject({ id: 'one' });
    expect(await house.connectors.connectorFor('bolt', 'block_address')).toBeNull();
    await put('one', http('block_address', { enabled: false }), 1);
    expect(await house.connectors.connectorFor('acme', 'block_address')).toBeNull();
    expect(await house.connectors.connectorById('acme', 'one')).toMatchObject({ id: 'one' });
    expect((await put('two', http('block_address'), 0)).statusCode).toBe(200);
    expect(await house.connectors.connectorFor('acme', 'block_address')).toMatchObject({ id: 'two' });
  });

  test.each([
    ['of no type', { type: 'toString' }, 'CONNECTOR_TYPE_UNKNOWN'],
    ['with settings that do not fit', { settings: { destinations: [] } }, 'CONNECTOR_SETTINGS_INVALID'],
    ['for a kind it does not do', { kinds: ['isolate_host'] }, 'CONNECTOR_KIND_LACKING'],
    ['with settings that are no object', { settings: 7 }, 'HTTP_REQUEST_INVALID'],
    ['with more than asked for', { password: 'x' }, 'HTTP_REQUEST_INVALID'],
  ])('%s is refused', async (_what, changes, code) => {
    expect((await put('bad', http('call_http', changes), 0)).json()).toMatchObject({ status: 400, code });
    expect((await get('/connectors/bad')).json()).toMatchObject({ status: 404, code: 'CONNECTOR_UNKNOWN' });
  });

  test.each(['UPPER', 'a b', '-x', 'a'.repeat(64), '..%2f'])('with the id %s is refused', async (id) => {
    expect((await put(id, http(), 0)).statusCode).toBeGreaterThanOrEqual(400);
  });

  test('asks which revision was seen', async () => {
    const answer = await house.app.inject({
      method: 'PUT',
      url: `${base}/connectors/x`,
      headers: fromPage(ada),
      payload: http(),
    });
    expect(answer.json()).toMatchObject({ status: 428, code: 'HTTP_IF_MATCH_MISSING' });
  });
});

describe('a secret', () => {
  test('goes in, is listed by name, and never comes out', async () => {
    const answer = await setSecret('token', { value: 'pl4nted value' });
    expect(answer.json()).toEqual({ name: 'token' });
    const listed = await get('/secrets');
    expect(listed.json()).toMatchObject({ items: [{ name: 'token' }] });
    expect(listed.body).not.toContain('pl4nted');
    expect((await get('/secrets/token', ada)).statusCode).toBe(404);
    const entries = await house.store.withTenants(['acme'], (tx) => tx.ledger.ofSubject('acme', 'secret', 'token'));
    expect(entries.map(({ entry, payload }) => [entry.type, payload])).toEqual([['secret.set', { name: 'token' }]]);
  });

  test.each([
    ['empty', { value: '' }],
    ['too long', { value: 'pl4nted'.repeat(5000) }],
    ['with NUL', { value: 'pl4nted\0' }],
    ['no text', { value: ['pl4nted'] }],
    ['with more beside it', { value: 'pl4nted', more: 'pl4nted' }],
  ])('that is %s is refused without being repeated', async (_what, payload) => {
    const answer = await setSecret('bad', payload);
    expect(answer.statusCode).toBe(400);
    expect(answer.body).not.toContain('pl4nted');
    expect((await get('/secrets')).body).not.toContain('bad');
  });
});
