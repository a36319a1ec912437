import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attempt, cookieOf, fromPage, type House, newCaller, openHouse, providerAnalyst } from './house.ts';

let house: House;
let ada: string;
beforeAll(async () => {
  house = await openHouse();
  ada = await house.signIn('ada@acme.example');
});
afterAll(() => house.close());

const base = '/api/v1/tenants/acme/members';
const get = (url: string, cookie: string) => house.app.inject({ url, headers: { cookie } });
const send = (method: 'POST' | 'PATCH', url: string, payload: object, cookie = ada) =>
  house.app.inject({ method, url, headers: fromPage(cookie), payload });
const members = async (): Promise<{ account: string; email: string; role: string; via: string | null }[]> =>
  (await get(base, ada)).json().items;
const accountOf = async (email: string) => (await members()).find((each) => each.email === email)?.account ?? 'absent';
const acmeLedger = async (): Promise<{ entry: { type: string }; payload: object }[]> =>
  (await get('/api/v1/tenants/acme/ledger?limit=200', ada)).json().items;

describe('a new person', () => {
  test('gets a password once, and can do nothing with it but change it', async () => {
    const answer = await send('POST', base, { name: 'Nia New', email: 'Nia@acme.example', role: 'lead' });
    expect(answer.statusCode).toBe(201);
    const { password, account } = answer.json();
    expect(password).toMatch(/^[A-Za-z0-9_-]{24}$/);
    expect(JSON.stringify(await acmeLedger())).not.toContain(password);

    const signedIn = await attempt(house.app, 'nia@acme.example', password, newCaller());
    const nia = cookieOf(signedIn);
    expect((await get('/api/v1/me', nia)).json()).toMatchObject({ passwordChangeNeeded: true });
    for (const url of ['/api/v1/tenants/acme/findings', '/api/v1/verdict-reasons', '/api/v1/tokens', base])
      expect((await get(url, nia)).json(), url).toMatchObject({ status: 403, code: 'AUTH_PASSWORD_CHANGE_NEEDED' });
    for (const url of ['/api/auth/list-sessions', '/api/auth/get-session'])
      expect((await get(url, nia)).json(), url).toMatchObject({ code: 'AUTH_PASSWORD_CHANGE_NEEDED' });

    const change = (newPassword: string) =>
      house.app.inject({
        method: 'POST',
        url: '/api/auth/change-password',
        remoteAddress: newCaller(),
        headers: fromPage(nia),
        payload: { currentPassword: password, newPassword },
      });
    expect((await change(password)).json()).toMatchObject({ status: 400, code: 'AUTH_PASSWORD_SAME' });
    const elsewhere = cookieOf(await attempt(house.app, 'nia@acme.example', password, newCaller()));
    const changed = await change('a password of her own');
    expect(changed.statusCode).toBe(200);
    const after = cookieOf(changed);
    expect((await get('/api/v1/me', after)).json()).toMatchObject({ passwordChangeNeeded: false });
    expect((await get(base, after)).statusCode).toBe(200);
    expect((await get('/api/v1/me', elsewhere)).statusCode).toBe(401);
    expect((await acmeLedger()).at(-1)).toMatchObject({
      entry: { type: 'member.adding', subject: { id: account }, actor: { kind: 'human' } },
      payload: { role: 'lead' },
    });
  });

  test('who has an account keeps it', async () => {
    const answer = await send('POST', base, { name: 'Bob', email: 'bob@bolt.example', role: 'viewer' });
    expect(answer.json()).toMatchObject({ name: 'Bob Analyst', password: null });
    const bob = await house.signIn('bob@bolt.example');
    expect((await get(base, bob)).statusCode).toBe(200);
    expect((await send('POST', base, { name: 'Bob', email: 'BOB@bolt.example', role: 'lead' })).json()).toMatchObject({
      status: 409,
      code: 'MEMBER_EXISTS',
    });
  });
});

describe('a member', () => {
  test('gets another role, which holds at the next request', async () => {
    const vera = await house.signIn('vera@acme.example');
    const verify = () => send('POST', '/api/v1/tenants/acme/ledger/verifications', {}, vera);
    expect((await verify()).statusCode).toBe(403);
    const account = await accountOf('vera@acme.example');
    expect((await send('PATCH', `${base}/${account}`, { role: 'analyst' })).statusCode).toBe(204);
    expect((await verify()).statusCode).toBe(200);
    expect((await acmeLedger()).at(-1)).toMatchObject({
      entry: { type: 'member.changing' },
      payload: { before: 'viewer', role: 'analyst' },
    });
  });

  test('who is removed is out at once: session, token and live stream', async () => {
    const lee = await house.signIn('lee@acme.example');
    const made = await send('POST', '/api/v1/tokens', { name: 'x', scopes: ['findings.read'] }, lee);
    const byToken = () =>
      house.app.inject({
        url: '/api/v1/tenants/acme/findings',
        headers: { authorization: `Bearer ${made.json().token}` },
      });
    expect((await byToken()).statusCode).toBe(200);
    const server = await house.app.listen({ host: '127.0.0.1', port: 0 });
    const live = await fetch(`${server}/api/v1/tenants/acme/live`, { headers: { cookie: lee } });
    const account = await accountOf('lee@acme.example');
    expect((await send('POST', `${base}/${account}/removals`, {})).statusCode).toBe(204);
    // Resolves only because the stream ends.
    expect(await live.text()).toContain('retry:');
    for (const answer of [await get('/api/v1/tenants/acme/findings', lee), await byToken()])
      expect(answer.json()).toMatchObject({ status: 404, code: 'TENANT_UNKNOWN' });
    expect(await accountOf('lee@acme.example')).toBe('absent');
    expect((await send('POST', `${base}/${account}/removals`, {})).json()).toMatchObject({ code: 'MEMBER_UNKNOWN' });
  });

  test('of the provider is listed, and stays the provider’s', async () => {
    const pia = (await members()).find((each) => each.email === providerAnalyst.email);
    expect(pia).toMatchObject({ role: 'analyst', via: 'provider' });
    expect((await send('PATCH', `${base}/${pia?.account}`, { role: 'viewer' })).json()).toMatchObject({
      status: 409,
      code: 'MEMBER_VIA_PROVIDER',
    });
  });
});

describe('the last administrator', () => {
  test('neither leaves nor steps down', async () => {
    const account = await accountOf('ada@acme.example');
    const before = (await acmeLedger()).length;
    for (const answer of [
      await send('POST', `${base}/${account}/removals`, {}),
      await send('PATCH', `${base}/${account}`, { role: 'lead' }),
    ])
      expect(answer.json()).toMatchObject({ status: 409, code: 'MEMBER_LAST_ADMINISTRATOR' });
    expect((await acmeLedger()).length).toBe(before);
  });

  test('is left where two remove each other at once', async () => {
    const ana = await accountOf('ana@acme.example');
    await send('PATCH', `${base}/${ana}`, { role: 'administrator' });
    const other = await house.signIn('ana@acme.example');
    const self = await accountOf('ada@acme.example');
    const answers = await Promise.all([
      send('POST', `${base}/${ana}/removals`, {}, ada),
      send('POST', `${base}/${self}/removals`, {}, other),
    ]);
    expect(answers.map(({ statusCode }) => statusCode)).toContain(204);
    const left = await house.store.withTenants(['acme'], (tx) => tx.access.administrators('acme'));
    expect(left).toHaveLength(1);
  });
});
