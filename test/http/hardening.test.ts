import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findingLike, show } from './finding.ts';
import { type House, newCaller, openHouse, PASSWORD } from './house.ts';

let house: House;
let ana: string;
beforeAll(async () => {
  house = await openHouse();
  await show(house.store, findingLike({ id: 'f1', tenant: 'acme' }));
  ana = await house.signIn('ana@acme.example');
});
afterAll(() => house.close());

const url = '/api/v1/tenants/acme/findings/f1/determinations';
const write = (headers: Record<string, string>, rest: InjectOptions = {}) =>
  house.app.inject({
    method: 'POST',
    url,
    payload: { verdict: 'threat', reason: 'compromised host', note: '' },
    ...rest,
    headers: { cookie: ana, 'if-match': '"1"', 'idempotency-key': randomUUID(), ...headers },
  });

describe('a write with a session', () => {
  test.each([
    ['from another site', { host: 'localhost:8080', origin: 'https://evil.example' }],
    ['from another port of this machine', { host: 'localhost:8080', origin: 'http://localhost:9090' }],
    ['from a sandboxed frame', { host: 'localhost:8080', origin: 'null' }],
    ['that says nothing of where it comes from', { host: 'localhost:8080' }],
    [
      'that the browser calls cross-site',
      { host: 'localhost:8080', origin: 'http://localhost:8080', 'sec-fetch-site': 'cross-site' },
    ],
    ['that the browser calls same-site', { host: 'localhost:8080', 'sec-fetch-site': 'same-site' }],
    ['to a name that only resolves to us', { host: 'rebind.evil.example', origin: 'http://rebind.evil.example' }],
    ['to no host', { host: '', origin: 'http://' }],
    ['to a host with an address inside', { host: '127.0.0.1.evil.example', origin: 'http://127.0.0.1.evil.example' }],
  ])('%s is refused', async (_what, headers) => {
    const answer = await write(headers);
    expect(answer.json()).toMatchObject({ status: 403, code: 'HTTP_CROSS_SITE' });
  });

  test.each([
    ['localhost', { host: 'localhost:8080', origin: 'http://localhost:8080' }],
    ['an address', { host: '192.0.2.7:8080', origin: 'http://192.0.2.7:8080' }],
    ['an IPv6 address', { host: '[::1]:8080', origin: 'http://[::1]:8080' }],
    ['a browser that sends Sec-Fetch-Site only', { host: 'localhost', 'sec-fetch-site': 'same-origin' }],
  ])('from our own page by %s is taken', async (_what, headers) => {
    const stored = await house.store.withTenants(['acme'], (tx) => tx.findings.get('acme', 'f1'));
    expect((await write({ ...headers, 'if-match': `"1.${stored?.reviews}"` })).statusCode).toBe(201);
  });

  test('a sign-in from another site is refused too', async () => {
    const answer = await house.app.inject({
      method: 'POST',
      url: '/api/auth/sign-in/email',
      remoteAddress: newCaller(),
      headers: { host: 'localhost', origin: 'https://evil.example' },
      payload: { email: 'ana@acme.example', password: PASSWORD },
    });
    expect(answer.json()).toMatchObject({ status: 403, code: 'HTTP_CROSS_SITE' });
    expect(answer.cookies).toEqual([]);
  });
});

describe('a body', () => {
  const page = { host: 'localhost:8080', origin: 'http://localhost:8080', 'content-type': 'application/json' };
  test.each([
    ['that is too large', page, JSON.stringify({ note: 'x'.repeat(70_000) }), 413, 'HTTP_BODY_TOO_LARGE'],
    ['that is not JSON', page, '{"verdict":', 400, 'HTTP_BODY_NOT_JSON'],
    ['of bytes', page, Buffer.from([0xff, 0xfe, 0x00]), 400, 'HTTP_BODY_NOT_JSON'],
    ['that poisons prototypes', page, '{"__proto__":{"verdict":"threat"}}', 400, 'HTTP_BODY_NOT_JSON'],
    ['nested 10,000 deep', page, `${'['.repeat(10_000)}${']'.repeat(10_000)}`, 400, 'HTTP_REQUEST_INVALID'],
    ['of another type', { ...page, 'content-type': 'text/xml' }, '<a/>', 415, 'HTTP_MEDIA_TYPE'],
    ['that a form could send', { ...page, 'content-type': 'text/plain' }, '{}', 400, 'HTTP_REQUEST_INVALID'],
    ['that is empty', page, '', 400, 'HTTP_BODY_EMPTY'],
  ])('%s is a problem', async (_what, headers, payload, status, code) => {
    const answer = await write(headers, { payload });
    expect(answer.json()).toMatchObject({ status, code });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });
});

describe('a path', () => {
  test.each([
    ['with a bad percent-encoding', '/api/v1/tenants/acme/findings/%E0%A4%A'],
    ['with NUL', '/api/v1/tenants/acme/findings/a%00b'],
    ['with NUL in the tenant', '/api/v1/tenants/a%00b/findings'],
    ['with a cursor that is none', '/api/v1/tenants/acme/findings?cursor=garbage'],
    ['with a limit of 0', '/api/v1/tenants/acme/findings?limit=0'],
    ['with a limit of a million', '/api/v1/tenants/acme/findings?limit=1000000'],
    ['with a page that is no number', '/api/v1/tenants/acme/ledger?after=x'],
    [
      'with 300 ids',
      `/api/v1/tenants/acme/findings/f1/events?ids=${Array.from({ length: 300 }, (_, i) => `e${i}`).join()}`,
    ],
    ['with a quote', "/api/v1/tenants/acme/findings/f1'--"],
    ['with a very long id', `/api/v1/tenants/acme/findings/${'a'.repeat(5000)}`],
  ])('%s is a problem of the client, not of the server', async (_what, path) => {
    const answer = await house.app.inject({ url: path, headers: { cookie: ana } });
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.statusCode).toBeLessThan(500);
  });
});

test('every answer carries the headers that keep hostile telemetry inert', async () => {
  for (const path of ['/healthz', '/api/v1/me', '/api/v1/nothing', '/', '/api/v1/tenants/acme/findings/f1/events']) {
    const { headers } = await house.app.inject({ url: path, headers: { cookie: ana } });
    expect(headers['content-security-policy']).toContain("script-src 'self'");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['content-security-policy']).not.toMatch(/script-src[^;]*unsafe/);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
    expect(headers['strict-transport-security']).toBeUndefined();
  }
});

test('an error of the server tells the client nothing of its cause', async () => {
  const broken = await openHouse({
    summary: async () => {
      throw new Error('password=hunter2 at /srv/secret');
    },
  });
  try {
    const cookie = await broken.signIn('ana@acme.example');
    const answer = await broken.app.inject({ url: '/api/v1/tenants/acme/summary', headers: { cookie } });
    expect(answer.json()).toMatchObject({ status: 500, code: 'HTTP_INTERNAL' });
    expect(answer.body).not.toContain('hunter2');
  } finally {
    await broken.close();
  }
});

test('behind https: secure cookies, HSTS, and only the public origin', async () => {
  const secure = await openHouse({ publicUrl: 'https://soc.example.org' });
  try {
    const page = { host: 'soc.example.org', origin: 'https://soc.example.org' };
    const payload = { email: 'ana@acme.example', password: PASSWORD };
    const signIn = (headers: Record<string, string>) =>
      secure.app.inject({
        method: 'POST',
        url: '/api/auth/sign-in/email',
        remoteAddress: newCaller(),
        headers,
        payload,
      });
    const answer = await signIn(page);
    expect(answer.statusCode).toBe(200);
    expect(answer.cookies[0]).toMatchObject({ secure: true, httpOnly: true });
    expect(answer.headers['strict-transport-security']).toContain('max-age=31536000');
    expect((await signIn({ ...page, origin: 'http://soc.example.org' })).statusCode).toBe(403);
  } finally {
    await secure.close();
  }
});

test('a request that never ends does not hold the server', async () => {
  const { port } = new URL(await house.app.listen({ host: '127.0.0.1', port: 0 }));
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(
    'POST /api/auth/sign-in/email HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\nContent-Type: application/json\r\n\r\n{',
  );
  const text = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))));
  expect(text).toContain('413');
  socket.destroy();
});
