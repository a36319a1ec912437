import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { findingLike, show } from './finding.ts';
import { fromPage, type House, openHouse } from './house.ts';

let house: House;
let server: string;
let ana: string;
beforeAll(async () => {
  house = await openHouse();
  server = await house.app.listen({ host: '127.0.0.1', port: 0 });
  await show(house.store, findingLike({ id: 'f1', tenant: 'acme' }));
  ana = await house.signIn('ana@acme.example');
});
afterAll(() => house.close());

interface Message {
  readonly event: string;
  readonly data: unknown;
}

/** Opens a stream and hands out its messages as they come. */
async function watch(tenant: string, cookie: string) {
  const gone = new AbortController();
  const answer = await fetch(`${server}/api/v1/tenants/${tenant}/live`, { headers: { cookie }, signal: gone.signal });
  const messages = read(answer);
  return {
    answer,
    /** The next message of this kind; others are passed over. */
    async next(event: string): Promise<unknown> {
      for (;;) {
        const { value, done } = await messages.next();
        if (done) throw new Error(`the stream ended before ${event} came`);
        if (value.event === event) return value.data;
      }
    },
    ended: async () => (await messages.next()).done,
    close: () => gone.abort(),
  };
}

async function* read(answer: Response): AsyncGenerator<Message, undefined> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = /^event: (.+)$/m.exec(block)?.[1];
      const data = /^data: (.+)$/m.exec(block)?.[1];
      if (event !== undefined && data !== undefined) yield { event, data: JSON.parse(data) };
    }
  }
}

const determine = (id: string) =>
  house.app.inject({
    method: 'POST',
    url: `/api/v1/tenants/acme/findings/${id}/determinations`,
    headers: { ...fromPage(ana), 'if-match': '"1"', 'idempotency-key': randomUUID() },
    payload: { verdict: 'threat', reason: 'compromised host', note: '' },
  });

test('a determination reaches whoever watches the tenant, after it is on record', async () => {
  const lee = await watch('acme', await house.signIn('lee@acme.example'));
  expect(lee.answer.headers.get('content-type')).toContain('text/event-stream');
  expect(lee.answer.headers.get('content-security-policy')).toContain("default-src 'self'");
  expect((await determine('f1')).statusCode).toBe(201);
  expect(await lee.next('finding')).toEqual({ id: 'f1', revision: 1 });
  expect(await lee.next('summary')).toMatchObject({ findings: { open: 0, determined: 1 } });
  lee.close();
});

test('a stop reaches everybody, whoever stopped and whatever; it does not say which class', async () => {
  const watching = await watch('acme', ana);
  for (const tenant of ['acme', 'system'])
    await house.store.withTenants([tenant], (tx) =>
      tx.autonomy.addStop({
        tenant,
        id: 's1',
        scope: tenant === 'acme' ? 'tenant' : 'everything',
        classKey: null,
        via: 'cli',
        viaTenant: null,
        why: '',
        by: { id: 'cli', name: 'root' },
        at: 1,
        liftedAt: null,
        liftedBy: null,
      }),
    );
  expect(await watching.next('automation')).toEqual({});
  expect(await watching.next('automation')).toEqual({});
  watching.close();
});

test('a new finding and new counts reach them too', async () => {
  const watching = await watch('acme', ana);
  await show(house.store, findingLike({ id: 'f2', tenant: 'acme', revision: 3 }));
  expect(await watching.next('finding')).toEqual({ id: 'f2', revision: 3 });
  await watching.next('summary');
  await house.store.withTenants(['acme'], (tx) => tx.counters.add('acme', { events: 1200 }));
  expect(await watching.next('summary')).toMatchObject({ events: 1200 });
  watching.close();
});

test('nothing of one tenant reaches who watches another', async () => {
  const bob = await watch('bolt', await house.signIn('bob@bolt.example'));
  const watching = await watch('acme', ana);
  await show(house.store, findingLike({ id: 'f3', tenant: 'acme' }));
  expect(await watching.next('finding')).toEqual({ id: 'f3', revision: 1 });
  await show(house.store, findingLike({ id: 'g1', tenant: 'bolt' }));
  expect(await bob.next('finding')).toEqual({ id: 'g1', revision: 1 });
  bob.close();
  watching.close();
});

test('a stream ends at the next heartbeat after its session does', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    const cookie = await house.signIn('vera@acme.example');
    const watching = await watch('acme', cookie);
    await house.app.inject({ method: 'POST', url: '/api/auth/sign-out', headers: fromPage(cookie), payload: {} });
    vi.advanceTimersByTime(15_000);
    expect(await watching.ended()).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});

test('an account may hold 20 streams open, and no more', async () => {
  const cookie = await house.signIn('ada@acme.example');
  const streams = await Promise.all(Array.from({ length: 20 }, () => watch('acme', cookie)));
  const refused = await watch('acme', cookie);
  expect(refused.answer.status).toBe(429);
  for (const stream of streams) stream.close();
});

test('streams end when the server closes', async () => {
  const watching = await watch('acme', ana);
  await house.app.close();
  expect(await watching.ended()).toBe(true);
});
