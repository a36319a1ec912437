import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SYSTEM_TENANT } from '../../src/contracts/tenant.ts';
import { createAccount, ensureAdministrator } from '../../src/http/auth/accounts.ts';
import { attempt, cookieOf, fromPage, type House, newCaller, openHouse, PASSWORD } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

const me = (cookie: string) => house.app.inject({ url: '/api/v1/me', headers: { cookie } });

describe('sign-in', () => {
  test('gives a session in a cookie that scripts and other sites do not get', async () => {
    const answer = await attempt(house.app, 'ana@acme.example', PASSWORD, newCaller());
    expect(answer.statusCode).toBe(200);
    const [cookie] = answer.cookies;
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' });
    expect(answer.headers['cache-control']).toBe('no-store');
    const mine = await me(cookieOf(answer));
    expect(mine.json()).toEqual({
      user: { id: expect.any(String), name: 'Ana Analyst', email: 'ana@acme.example' },
      passwordChangeNeeded: false,
      tenants: [{ id: 'acme', name: 'Acme', role: 'analyst', via: null }],
    });
  });

  test('a wrong password and an unknown email answer alike', async () => {
    const wrong = await attempt(house.app, 'ana@acme.example', 'not the password', newCaller());
    const unknown = await attempt(house.app, 'nobody@acme.example', PASSWORD, newCaller());
    expect(wrong.statusCode).toBe(401);
    expect(wrong.headers['content-type']).toContain('application/problem+json');
    expect(wrong.json()).toMatchObject({ code: 'AUTH_REFUSED', status: 401 });
    expect(unknown.json()).toEqual(wrong.json());
    expect(wrong.cookies).toEqual([]);
  });

  test('is refused after ten tries from one address, whatever address the client claims, and not from another', async () => {
    const caller = newCaller();
    const tries = [];
    for (let i = 0; i < 11; i++) {
      tries.push(
        await attempt(house.app, 'ana@acme.example', `wrong password ${i}`, caller, {
          'x-forwarded-for': `203.0.113.${i}`,
          'x-bridgewatch-caller': `203.0.113.${i}`,
        }),
      );
    }
    expect(tries.slice(0, 10).map(({ statusCode }) => statusCode)).toEqual(Array(10).fill(401));
    const refused = tries[10];
    expect(refused?.statusCode).toBe(429);
    expect(refused?.json()).toMatchObject({ code: 'AUTH_TOO_MANY_ATTEMPTS' });
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(0);
    // The right password does not get through either, or guessing would only need patience.
    expect((await attempt(house.app, 'ana@acme.example', PASSWORD, caller)).statusCode).toBe(429);
    expect((await attempt(house.app, 'ana@acme.example', PASSWORD, newCaller())).statusCode).toBe(200);
  });

  test('behind a trusted proxy, is limited by the address that the proxy names', async () => {
    const proxied = await openHouse({ trustedProxies: ['192.0.2.0/24'] });
    try {
      const from = (client: string, proxy: string, n: number) =>
        attempt(proxied.app, 'ana@acme.example', `wrong password ${n}`, proxy, { 'x-forwarded-for': client });
      for (let n = 0; n < 11; n++) await from('203.0.113.7', '192.0.2.1', n);
      expect((await from('203.0.113.7', '192.0.2.1', 12)).statusCode).toBe(429);
      expect((await from('203.0.113.8', '192.0.2.1', 0)).statusCode).toBe(401);
    } finally {
      await proxied.close();
    }
  });

  test('is in the ledger of the system', async () => {
    const cookie = await house.signIn('lee@acme.example');
    const { id } = (await me(cookie)).json().user;
    const entries = await house.store.withTenants([SYSTEM_TENANT], (tx) =>
      tx.ledger.ofSubject(SYSTEM_TENANT, 'account', id),
    );
    expect(entries.map(({ entry }) => [entry.type, entry.actor.kind])).toEqual([
      ['account.creating', 'system'],
      ['session.opened', 'human'],
    ]);
  });
});

describe('sessions', () => {
  test('end at sign-out, on the server and not only in the browser', async () => {
    const cookie = await house.signIn('vera@acme.example');
    expect((await me(cookie)).statusCode).toBe(200);
    const out = await house.app.inject({
      method: 'POST',
      url: '/api/auth/sign-out',
      headers: fromPage(cookie),
      payload: {},
    });
    expect(out.statusCode).toBe(200);
    expect((await me(cookie)).statusCode).toBe(401);
  });

  test('a forged cookie is no session', async () => {
    const cookie = await house.signIn('vera@acme.example');
    const forged = cookie.replace(/=([^.]{4})/, '=AAAA');
    expect(forged).not.toBe(cookie);
    expect((await me(forged)).json()).toMatchObject({ code: 'AUTH_SIGN_IN_NEEDED', status: 401 });
  });

  test('a changed password signs in, the old one does not', async () => {
    const cookie = await house.signIn('lee@acme.example');
    const changed = await house.app.inject({
      method: 'POST',
      url: '/api/auth/change-password',
      remoteAddress: newCaller(),
      headers: fromPage(cookie),
      payload: { currentPassword: PASSWORD, newPassword: 'another long password', revokeOtherSessions: true },
    });
    expect(changed.statusCode).toBe(200);
    expect((await attempt(house.app, 'lee@acme.example', PASSWORD, newCaller())).statusCode).toBe(401);
    expect((await attempt(house.app, 'lee@acme.example', 'another long password', newCaller())).statusCode).toBe(200);
  });
});

describe('accounts', () => {
  test('nobody makes one from outside', async () => {
    const answer = await house.app.inject({
      method: 'POST',
      url: '/api/auth/sign-up/email',
      headers: { host: 'localhost' },
      payload: { email: 'new@acme.example', name: 'New', password: PASSWORD },
    });
    expect(answer.statusCode).toBe(404);
    expect((await attempt(house.app, 'new@acme.example', PASSWORD, newCaller())).statusCode).toBe(401);
  });

  test('an email is taken once, whatever its case', async () => {
    const again = createAccount(house, {
      name: 'Ana',
      email: 'ANA@acme.example',
      password: PASSWORD,
      tenant: 'acme',
      role: 'analyst',
    });
    await expect(again).rejects.toMatchObject({ code: 'AUTH_EMAIL_TAKEN' });
  });

  test('a short password is refused', async () => {
    const weak = createAccount(house, {
      name: 'Max',
      email: 'max@acme.example',
      password: 'short',
      tenant: 'acme',
      role: 'analyst',
    });
    await expect(weak).rejects.toMatchObject({ code: 'AUTH_PASSWORD_WEAK' });
  });

  test('no first administrator where accounts exist', async () => {
    expect(await ensureAdministrator(house, { name: 'Root', email: 'root@acme.example', tenant: 'acme' })).toBeNull();
  });

  test('the first administrator changes the printed password before anything else', async () => {
    const fresh = await openHouse({}, []);
    try {
      const first = await ensureAdministrator(fresh, { name: 'Root', email: 'root@acme.example', tenant: 'acme' });
      const cookie = await fresh.signIn('root@acme.example', first?.password);
      const members = (session: string) =>
        fresh.app.inject({ url: '/api/v1/tenants/acme/members', headers: { cookie: session } });
      expect((await members(cookie)).json()).toMatchObject({ status: 403, code: 'AUTH_PASSWORD_CHANGE_NEEDED' });
      const changed = await fresh.app.inject({
        method: 'POST',
        url: '/api/auth/change-password',
        remoteAddress: newCaller(),
        headers: fromPage(cookie),
        payload: { currentPassword: first?.password, newPassword: 'something only root knows' },
      });
      expect(changed.statusCode).toBe(200);
      expect((await members(cookieOf(changed))).statusCode).toBe(200);
    } finally {
      await fresh.close();
    }
  });
});
