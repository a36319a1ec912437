import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { SYSTEM_TENANT } from '../../src/contracts/tenant.ts';
import { buildAuth } from '../../src/http/auth/auth.ts';
import { type House, newCaller, openHouse } from './house.ts';
import { type OpenIdProvider, openIdProvider } from './openid-provider.ts';

const origin = 'http://soc.localhost:8443';
const client = { id: 'bridgewatch', secret: 'a secret between the two', redirect: `${origin}/api/auth/callback/oidc` };
const people = {
  'sub-ana': { email: 'ana@acme.example', email_verified: true },
  'sub-lee': { email: 'lee@acme.example', email_verified: false },
  'sub-eve': { email: 'eve@evil.example', email_verified: true },
};

let provider: OpenIdProvider;
let house: House;
beforeAll(async () => {
  provider = await openIdProvider(client, people);
  const oidc = { issuer: provider.issuer, clientId: client.id, clientSecret: client.secret, name: 'Acme login' };
  house = await openHouse({ publicUrl: origin }, undefined, { oidc });
});
afterAll(async () => {
  await house.close();
  await provider.close();
});

const page = { host: 'soc.localhost:8443', origin };

/** What a browser does: starts here, follows the provider's redirects with its cookies, and comes back to the callback. */
async function goThrough(subject: string, change: (back: URL) => void = () => undefined) {
  provider.signedIn = subject;
  const started = await house.app.inject({
    method: 'POST',
    url: '/api/auth/sign-in/social',
    remoteAddress: newCaller(),
    headers: page,
    payload: { provider: 'oidc' },
  });
  expect(started.statusCode).toBe(200);
  const jar = new Map<string, string>();
  let at = new URL(z.object({ url: z.string() }).parse(started.json()).url);
  while (at.origin === provider.issuer) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(at, { redirect: 'manual', headers: { cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, value);
    }
    at = new URL(answer.headers.get('location') ?? 'http://nowhere.invalid', at);
  }
  change(at);
  return {
    started,
    back: await house.app.inject({
      url: `${at.pathname}${at.search}`,
      remoteAddress: newCaller(),
      headers: {
        host: page.host,
        cookie: started.cookies.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join('; '),
      },
    }),
  };
}

const session = (back: { cookies: { name: string; value: string }[] }) =>
  back.cookies
    .filter(({ name, value }) => name.includes('session_token') && value !== '')
    .map(({ name, value }) => `${name}=${encodeURIComponent(value)}`)
    .join('; ');
const me = async (cookie: string) => (await house.app.inject({ url: '/api/v1/me', headers: { cookie } })).json();

describe('sign-in through an OpenID provider', () => {
  test('is offered by name', async () => {
    expect((await house.app.inject({ url: '/api/v1/sign-in-options' })).json()).toEqual({ oidc: 'Acme login' });
  });

  test('lets in who has an account under the verified email, on record, and keeps no token of the provider', async () => {
    const { started, back } = await goThrough('sub-ana');
    expect(new URL(started.json().url).searchParams.get('code_challenge_method')).toBe('S256');
    expect(new URL(started.json().url).searchParams.get('nonce')).toBeTruthy();
    // A strict cookie would not come back from another site.
    expect(started.cookies.find(({ name }) => name.endsWith('state'))).toMatchObject({ sameSite: 'Lax' });
    expect(back.statusCode).toBe(302);
    expect(back.headers.location).toBe('/');
    const mine = await me(session(back));
    expect(mine).toMatchObject({ user: { name: 'Ana Analyst', email: 'ana@acme.example' } });
    const entries = await house.store.withTenants([SYSTEM_TENANT], (tx) =>
      tx.ledger.ofSubject(SYSTEM_TENANT, 'account', mine.user.id),
    );
    expect(entries.slice(-2).map(({ entry, payload }) => [entry.type, payload])).toEqual([
      ['identity.linking', { provider: 'oidc', subject: `${provider.issuer} sub-ana` }],
      ['session.opened', { by: 'OpenID provider' }],
    ]);
    const { rows } = await house.store.authDb.execute(
      sql`SELECT access_token, refresh_token, id_token FROM account WHERE provider_id = 'oidc'`,
    );
    expect(rows).toEqual([{ access_token: null, refresh_token: null, id_token: null }]);
    expect(session((await goThrough('sub-ana')).back)).not.toBe('');
  });

  test.each([
    ['whose email the provider has not verified', 'sub-lee'],
    ['who has no account', 'sub-eve'],
  ])('does not let in %s, and makes no account', async (_who, subject) => {
    const before = await house.auth.accounts();
    const { back } = await goThrough(subject);
    expect(back.headers.location).toMatch(/^\/sign-in\?error=/);
    expect(session(back)).toBe('');
    expect(await house.auth.accounts()).toBe(before);
  });

  test.each([
    ['another state', (back: URL) => back.searchParams.set('state', 'x'.repeat(32))],
    ['another code', (back: URL) => back.searchParams.set('code', 'x'.repeat(43))],
  ])('comes back with %s for nothing', async (_what, change) => {
    const { back } = await goThrough('sub-ana', change);
    expect(back.headers.location).toMatch(/^\/sign-in\?error=/);
    expect(session(back)).toBe('');
  });

  test('leads nowhere but here, whatever a caller asks for', async () => {
    const answer = await house.app.inject({
      method: 'POST',
      url: '/api/auth/sign-in/social',
      remoteAddress: newCaller(),
      headers: page,
      payload: { provider: 'oidc', callbackURL: 'https://evil.example' },
    });
    expect(answer.json()).toMatchObject({ status: 400, code: 'HTTP_REQUEST_INVALID' });
  });
});

test('where no provider is set up, none is offered', async () => {
  const plain = await openHouse();
  try {
    expect((await plain.app.inject({ url: '/api/v1/sign-in-options' })).json()).toEqual({ oidc: null });
    const answer = await plain.app.inject({
      method: 'POST',
      url: '/api/auth/sign-in/social',
      remoteAddress: newCaller(),
      headers: { host: 'localhost' },
      payload: { provider: 'oidc' },
    });
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.statusCode).toBeLessThan(500);
  } finally {
    await plain.close();
  }
});

test('a provider without a public URL is refused at start', () => {
  const oidc = { issuer: 'https://login.example', clientId: 'x', clientSecret: 'y', name: 'Login' };
  const deps = { database: house.store.authDb as never, secret: 's'.repeat(32), log: house.app.log };
  expect(() => buildAuth({ ...deps, publicUrl: null, record: async () => undefined, oidc })).toThrow(
    expect.objectContaining({ code: 'AUTH_OIDC_NO_URL' }),
  );
});
