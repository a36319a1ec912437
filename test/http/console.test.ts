import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type House, openHouse } from './house.ts';

const folder = mkdtempSync(join(tmpdir(), 'bridgewatch-console-'));
const webRoot = join(folder, 'dist');
let house: House;
let port: number;
beforeAll(async () => {
  mkdirSync(join(webRoot, 'assets'), { recursive: true });
  writeFileSync(join(webRoot, 'index.html'), '<!doctype html><title>console</title>');
  writeFileSync(join(webRoot, 'assets', 'app-1a2b.js'), 'console.log(1)');
  writeFileSync(join(webRoot, '.env'), 'SECRET=dotfile');
  writeFileSync(join(folder, 'secret.txt'), 'SECRET=outside');
  house = await openHouse({ webRoot });
  port = Number(new URL(await house.app.listen({ host: '127.0.0.1', port: 0 })).port);
});
afterAll(async () => {
  await house.close();
  rmSync(folder, { recursive: true });
});

const page = { accept: 'text/html' };

test.each(['/', '/findings/abc', '/sign-in'])('%s is the console', async (url) => {
  const answer = await house.app.inject({ url, headers: page });
  expect(answer.statusCode).toBe(200);
  expect(answer.body).toContain('<title>console</title>');
  expect(answer.headers['cache-control']).toBe('no-cache');
  expect(answer.headers['content-security-policy']).toContain("default-src 'self'");
});

test('files named by their digest are kept for good', async () => {
  const answer = await house.app.inject({ url: '/assets/app-1a2b.js' });
  expect(answer.headers).toMatchObject({ 'cache-control': 'public, max-age=31536000, immutable' });
  expect(answer.headers['content-type']).toContain('javascript');
});

test.each([
  ['an asset that is gone', '/assets/app-0000.js', {}],
  ['an API path, even for a browser', '/api/v1/nothing', page],
])('%s is a problem, not the console', async (_what, url, headers) => {
  const answer = await house.app.inject({ url, headers });
  expect(answer.json()).toMatchObject({ status: 404, code: 'HTTP_NOT_FOUND' });
});

describe('nothing outside the folder is served', () => {
  test.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/%2e%2e/%2e%2e/secret.txt',
    '/..\\secret.txt',
    '/%5c..%5csecret.txt',
    '//../secret.txt',
    '/assets/../../secret.txt%00.js',
    '/.env',
    '/%2eenv',
  ])('%s', async (path) => {
    // Over a bare socket: clients tidy such paths up before they send them.
    const text = await raw(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    expect(text).toMatch(/^HTTP\/1\.1 (4\d\d)/);
    expect(text).not.toContain('SECRET');
  });
});

async function raw(request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(request);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks).toString('latin1');
}

test('without a built console, a page says how to build it', async () => {
  const bare = await openHouse();
  try {
    const answer = await bare.app.inject({ url: '/', headers: page });
    expect(answer.json()).toMatchObject({ status: 404, code: 'WEB_NOT_BUILT' });
  } finally {
    await bare.close();
  }
});
