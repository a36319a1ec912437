import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SYSTEM_TENANT } from '../../src/contracts/tenant.ts';
import { authenticator } from './authenticator.ts';
import { attempt, cookieOf, fromPage, type House, newCaller, openHouse, PASSWORD } from './house.ts';
import { codeNow } from './one-time-code.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

const me = async (cookie: string) => (await house.app.inject({ url: '/api/v1/me', headers: { cookie } })).statusCode;
const post = (path: string, payload: object, cookie: string, remoteAddress = newCaller()) =>
  house.app.inject({ method: 'POST', url: `/api/auth${path}`, remoteAddress, headers: fromPage(cookie), payload });
const get = (path: string, cookie = '') =>
  house.app.inject({ url: `/api/auth${path}`, remoteAddress: newCaller(), headers: fromPage(cookie) });
async function recordOf(cookie: string): Promise<string[]> {
  const { id } = (await house.app.inject({ url: '/api/v1/me', headers: { cookie } })).json().user;
  const entries = await house.store.withTenants([SYSTEM_TENANT], (tx) =>
    tx.ledger.ofSubject(SYSTEM_TENANT, 'account', id),
  );
  return entries.map(({ entry }) => entry.type);
}

describe('one-time codes', () => {
  const email = 'ana@acme.example';
  let uri: string;
  let backupCodes: string[];

  test('are set up with the password and a first code', async () => {
    const cookie = await house.signIn(email);
    expect((await post('/two-factor/enable', { password: 'not the password' }, cookie)).statusCode).toBe(400);
    const enabled = await post('/two-factor/enable', { password: PASSWORD }, cookie);
    ({ totpURI: uri, backupCodes } = enabled.json());
    expect(uri).toMatch(/^otpauth:\/\/totp\/Bridgewatch:ana/);
    expect(backupCodes).toHaveLength(10);
    // Until a code was right, the account is as it was: a failed set-up must not lock anybody out.
    expect(await me(await house.signIn(email))).toBe(200);
    expect((await post('/two-factor/verify-totp', { code: '000000' }, cookie)).statusCode).toBe(401);
    const verified = await post('/two-factor/verify-totp', { code: codeNow(uri) }, cookie);
    expect(verified.statusCode).toBe(200);
    expect((await recordOf(cookieOf(verified))).at(-1)).toBe('second-factor.adding');
  });

  test('are asked for after the password, which alone opens nothing', async () => {
    const answer = await attempt(house.app, email, PASSWORD, newCaller());
    expect(answer.json()).toEqual({ twoFactorRedirect: true, twoFactorMethods: ['totp'] });
    const half = cookieOf(answer);
    expect(await me(half)).toBe(401);
    const wrong = await post('/two-factor/verify-totp', { code: '000000' }, half);
    expect(wrong.json()).toMatchObject({ status: 401, code: 'AUTH_REFUSED' });
    const done = await post('/two-factor/verify-totp', { code: codeNow(uri) }, half);
    expect(done.statusCode).toBe(200);
    expect(await me(cookieOf(done))).toBe(200);
    expect((await recordOf(cookieOf(done))).slice(-2)).toEqual(['session.first-factor', 'session.opened']);
    // One right password, one session.
    expect((await post('/two-factor/verify-totp', { code: codeNow(uri) }, half)).statusCode).toBe(401);
  });

  test('five wrong ones end the try, whatever address they come from', async () => {
    const half = cookieOf(await attempt(house.app, email, PASSWORD, newCaller()));
    for (let n = 0; n < 5; n++) await post('/two-factor/verify-totp', { code: `00000${n}` }, half);
    expect((await post('/two-factor/verify-totp', { code: codeNow(uri) }, half)).statusCode).not.toBe(200);
    expect(await me(half)).toBe(401);
  });

  test('a backup code does instead, once', async () => {
    const [code = ''] = backupCodes;
    const first = cookieOf(await attempt(house.app, email, PASSWORD, newCaller()));
    const done = await post('/two-factor/verify-backup-code', { code }, first);
    expect(await me(cookieOf(done))).toBe(200);
    const second = cookieOf(await attempt(house.app, email, PASSWORD, newCaller()));
    expect((await post('/two-factor/verify-backup-code', { code }, second)).statusCode).toBe(401);
  });

  test('cannot be skipped by a device that says it is trusted', async () => {
    const half = cookieOf(await attempt(house.app, email, PASSWORD, newCaller()));
    const answer = await post('/two-factor/verify-totp', { code: codeNow(uri), trustDevice: true }, half);
    expect(answer.json()).toMatchObject({ status: 400, code: 'HTTP_REQUEST_INVALID' });
  });

  test('their secret and backup codes are not in the store as they are', async () => {
    const { rows } = await house.store.authDb.execute(sql`SELECT secret, backup_codes FROM two_factor`);
    const stored = JSON.stringify(rows);
    expect(rows).toHaveLength(1);
    for (const code of backupCodes) expect(stored).not.toContain(code);
    expect(stored).not.toContain(new URL(uri).searchParams.get('secret'));
  });

  test('are taken off with the password, on record', async () => {
    const half = cookieOf(await attempt(house.app, email, PASSWORD, newCaller()));
    const cookie = cookieOf(await post('/two-factor/verify-totp', { code: codeNow(uri) }, half));
    const off = await post('/two-factor/disable', { password: PASSWORD }, cookie);
    expect((await recordOf(cookieOf(off))).at(-1)).toBe('second-factor.removing');
    expect(await me(await house.signIn(email))).toBe(200);
  });

  test('ten tries a minute from one address', async () => {
    const caller = newCaller();
    const answers = [];
    for (let n = 0; n < 11; n++) answers.push(await post('/two-factor/verify-totp', { code: '123456' }, '', caller));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([...Array(10).fill(401), 429]);
  });
});

describe('a passkey', () => {
  const origin = 'http://localhost:8080';
  const device = authenticator();
  const ask = async (path: string, cookie = '') => {
    const answer = await get(`/passkey/${path}`, cookie);
    return { options: answer.json(), cookie: [cookie, cookieOf(answer)].filter(Boolean).join('; ') };
  };
  let id: string;

  test('is added by who is signed in, on record', async () => {
    const session = await house.signIn('lee@acme.example');
    const { options, cookie } = await ask('generate-register-options', session);
    expect(options).toMatchObject({
      rp: { id: 'localhost' },
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    const response = device.register(options, origin);
    const added = await post('/passkey/verify-registration', { response, name: 'laptop' }, cookie);
    expect(added.statusCode).toBe(200);
    ({ id } = added.json());
    expect((await recordOf(session)).at(-1)).toBe('passkey.adding');
    expect((await get('/passkey/generate-register-options')).statusCode).toBe(401);
  });

  test('signs in without a password', async () => {
    const { options, cookie } = await ask('generate-authenticate-options');
    const done = await post('/passkey/verify-authentication', { response: device.signIn(options, origin) }, cookie);
    expect(done.statusCode).toBe(200);
    expect(await me(cookieOf(done))).toBe(200);
    expect((await recordOf(cookieOf(done))).at(-1)).toBe('session.opened');
  });

  test.each([
    ['for another site', (options: never) => device.signIn(options, 'https://evil.example')],
    [
      'for another challenge',
      (options: never) => device.signIn({ ...(options as object), challenge: 'AAAA' } as never, origin),
    ],
    ['by a device that did not check who holds it', (options: never) => device.signIn(options, origin, false)],
    ['of a device nobody added', (options: never) => authenticator().signIn(options, origin)],
  ])('%s signs nobody in', async (_what, respond) => {
    const { options, cookie } = await ask('generate-authenticate-options');
    const answer = await post('/passkey/verify-authentication', { response: respond(options as never) }, cookie);
    expect([400, 401]).toContain(answer.statusCode);
    expect(answer.cookies.filter(({ name }) => name.includes('session_token'))).toEqual([]);
  });

  test('answers a challenge once', async () => {
    const { options, cookie } = await ask('generate-authenticate-options');
    const response = device.signIn(options, origin);
    expect((await post('/passkey/verify-authentication', { response }, cookie)).statusCode).toBe(200);
    expect((await post('/passkey/verify-authentication', { response }, cookie)).statusCode).toBe(400);
  });

  test('is removed by its owner alone, and signs in no more', async () => {
    const bob = await house.signIn('bob@bolt.example');
    expect((await post('/passkey/delete-passkey', { id }, bob)).statusCode).toBe(401);
    const lee = await house.signIn('lee@acme.example');
    expect((await get('/passkey/list-user-passkeys', lee)).json()).toMatchObject([{ id, name: 'laptop' }]);
    expect((await post('/passkey/delete-passkey', { id }, lee)).statusCode).toBe(200);
    const { options, cookie } = await ask('generate-authenticate-options');
    const answer = await post('/passkey/verify-authentication', { response: device.signIn(options, origin) }, cookie);
    expect(answer.statusCode).toBe(401);
  });
});
