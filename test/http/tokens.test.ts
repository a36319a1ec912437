import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SYSTEM_TENANT } from '../../src/contracts/tenant.ts';
import { findingLike, show } from './finding.ts';
import { fromPage, type House, newCaller, openHouse } from './house.ts';

let house: House;
let ana: string;
beforeAll(async () => {
  house = await openHouse();
  await show(house.store, findingLike({ id: 'f1', tenant: 'acme' }));
  ana = await house.signIn('ana@acme.example');
});
afterAll(() => house.close());

const make = (payload: object, cookie = ana) =>
  house.app.inject({ method: 'POST', url: '/api/v1/tokens', headers: fromPage(cookie), payload });
const reader = { name: 'reports', scopes: ['findings.read'] };
const madeBy = async (cookie: string, wish: object = reader) => (await make(wish, cookie)).json();
const get = (token: string, url = '/api/v1/tenants/acme/findings', remoteAddress = newCaller()) =>
  house.app.inject({ url, remoteAddress, headers: { authorization: `Bearer ${token}` } });
const revoke = (id: string, cookie = ana) =>
  house.app.inject({ method: 'POST', url: `/api/v1/tokens/${id}/revocations`, headers: fromPage(cookie), payload: {} });

describe('a token', () => {
  test('is shown once, kept as a hash, and on record before it holds', async () => {
    const answer = await make({ ...reader, tenant: 'acme', expiresInDays: 7 });
    expect(answer.statusCode).toBe(201);
    const made = answer.json();
    expect(made.token).toMatch(/^bw_[A-Za-z0-9_-]{43}$/);
    expect(made).toMatchObject({ name: 'reports', tenant: 'acme', scopes: ['findings.read'], revokedAt: null });
    expect(made.expiresAt - made.createdAt).toBe(7 * 24 * 3600 * 1000);
    const listed = await house.app.inject({ url: '/api/v1/tokens', headers: { cookie: ana } });
    expect(listed.body).toContain(made.prefix);
    expect(listed.body).not.toContain(made.token);
    const entries = await house.store.withTenants([SYSTEM_TENANT], (tx) =>
      tx.ledger.ofSubject(SYSTEM_TENANT, 'token', made.id),
    );
    expect(entries.map(({ entry }) => entry.type)).toEqual(['token.creating']);
    expect(JSON.stringify(entries)).not.toContain(made.token);
  });

  test('acts as its person', async () => {
    const { token } = await madeBy(ana, { name: 'me', scopes: ['findings.read'] });
    expect((await get(token)).statusCode).toBe(200);
    expect((await get(token, '/api/v1/me')).json()).toMatchObject({ user: { name: 'Ana Analyst' } });
  });

  test('never reaches beyond the role its person has at that moment', async () => {
    const vera = await house.signIn('vera@acme.example');
    const { token } = await madeBy(vera, { name: 'x', scopes: ['findings.work', 'ledger.verify'] });
    const verify = await house.app.inject({
      method: 'POST',
      url: '/api/v1/tenants/acme/ledger/verifications',
      headers: { authorization: `Bearer ${token}` },
    });
    expect(verify.json()).toMatchObject({ status: 403, code: 'AUTH_ROLE_LACKING' });
  });

  test('determines nothing, and cannot be given the scope to', async () => {
    expect((await make({ name: 'x', scopes: ['findings.decide'] })).json()).toMatchObject({
      status: 400,
      code: 'TOKEN_SCOPE_REFUSED',
    });
    const { token } = await madeBy(ana, { name: 'x', scopes: ['findings.read', 'findings.work'] });
    const answer = await house.app.inject({
      method: 'POST',
      url: '/api/v1/tenants/acme/findings/f1/determinations',
      headers: { authorization: `Bearer ${token}`, 'if-match': '"1"', 'idempotency-key': randomUUID() },
      payload: { verdict: 'benign', reason: 'authorised administration', note: '' },
    });
    expect(answer.json()).toMatchObject({ status: 403, code: 'AUTH_PERSON_NEEDED' });
    const stored = await house.store.withTenants(['acme'], (tx) => tx.findings.get('acme', 'f1'));
    expect(stored?.status).toBe('open');
  });

  test('of one tenant shows only that one', async () => {
    const { token } = await madeBy(ana, { ...reader, tenant: 'acme' });
    await house.store.addMember('bolt', (await get(token, '/api/v1/me')).json().user.id, 'viewer');
    const me = (await get(token, '/api/v1/me')).json();
    expect(me.tenants.map(({ id }: { id: string }) => id)).toEqual(['acme']);
    expect((await get(token, '/api/v1/tenants/bolt/findings')).json()).toMatchObject({ code: 'TENANT_UNKNOWN' });
    expect((await make({ ...reader, tenant: 'nosuch' })).json()).toMatchObject({ code: 'TENANT_UNKNOWN' });
  });

  test('makes no other token, and is judged even where a session comes with it', async () => {
    const { token } = await madeBy(ana);
    const headers = { ...fromPage(ana), authorization: `Bearer ${token}` };
    const answer = await house.app.inject({ method: 'POST', url: '/api/v1/tokens', headers, payload: reader });
    expect(answer.json()).toMatchObject({ status: 403, code: 'AUTH_SESSION_NEEDED' });
  });

  test('ends when it is revoked, by its owner alone', async () => {
    const made = await madeBy(ana);
    const bob = await house.signIn('bob@bolt.example');
    expect((await revoke(made.id, bob)).json()).toMatchObject({ status: 404, code: 'TOKEN_UNKNOWN' });
    expect((await get(made.token)).statusCode).toBe(200);
    expect((await revoke(made.id)).statusCode).toBe(204);
    expect((await get(made.token)).json()).toMatchObject({ status: 401, code: 'AUTH_TOKEN_REFUSED' });
    expect((await revoke(made.id)).statusCode).toBe(404);
  });

  test('ends when its time is over', async () => {
    const made = await madeBy(ana, { ...reader, expiresInDays: 1 });
    expect((await get(made.token)).statusCode).toBe(200);
    house.pass(24 * 3600 * 1000);
    expect((await get(made.token)).json()).toMatchObject({ status: 401, code: 'AUTH_TOKEN_REFUSED' });
  });
});

test.each([
  ['without a name', { name: ' ', scopes: ['findings.read'] }],
  ['without scopes', { name: 'x', scopes: [] }],
  ['with a scope that is none', { name: 'x', scopes: ['everything'] }],
  ['that outlives a year', { ...reader, expiresInDays: 366 }],
])('a token %s is refused', async (_what, payload) => {
  expect((await make(payload)).json()).toMatchObject({ status: 400, code: 'HTTP_REQUEST_INVALID' });
});

test('ten bad tokens in a minute from one address, and that address waits', async () => {
  const { token } = await madeBy(ana);
  const caller = newCaller();
  for (let n = 0; n < 10; n++)
    expect((await get(`bw_${'x'.repeat(42)}${n}`, '/api/v1/me', caller)).statusCode).toBe(401);
  const refused = await get(token, '/api/v1/me', caller);
  expect(refused.json()).toMatchObject({ status: 429, code: 'AUTH_TOO_MANY_ATTEMPTS' });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect((await get(token, '/api/v1/me', newCaller())).statusCode).toBe(200);
  house.pass(60_000);
  expect((await get(token, '/api/v1/me', caller)).statusCode).toBe(200);
});
