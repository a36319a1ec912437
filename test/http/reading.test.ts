import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { fastify } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as authSchema from '../../src/adapters/postgres/schema-auth.ts';
import { openStateStore } from '../../src/adapters/postgres/store.ts';
import { ensureAdministrator } from '../../src/http/auth/accounts.ts';
import { buildAuth } from '../../src/http/auth/auth.ts';
import { lenses } from '../../src/lenses/index.ts';
import { findingLike, show } from './finding.ts';
import { type House, openHouse, START } from './house.ts';

let house: House;
let vera: string;
beforeAll(async () => {
  house = await openHouse({
    activityOf: ({ lens, raw }) => lenses.find(({ name }) => name === lens)?.activity(JSON.parse(raw)) ?? null,
    verifyLedger: async () => ({ ok: false, entries: 4, firstBad: { seq: 5, why: 'ledger_entries acme/5: hash' } }),
  });
  for (const [id, threatProbability] of [
    ['low', 0.1],
    ['high', 0.97],
    ['middle', 0.5],
  ] as const) {
    await show(house.store, findingLike({ id, tenant: 'acme', threatProbability }));
  }
  vera = await house.signIn('vera@acme.example');
});
afterAll(() => house.close());

const get = async (path: string) => {
  const answer = await house.app.inject({ url: `/api/v1/tenants/acme${path}`, headers: { cookie: vera } });
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
};
const ids = (items: { id: string }[]) => items.map(({ id }) => id);

describe('the queue', () => {
  test('has the most probable threat first, in rows a screen can show', async () => {
    const { items, next } = await get('/findings');
    expect(ids(items)).toEqual(['high', 'middle', 'low']);
    expect(next).toBeNull();
    expect(items[0]).toEqual({
      blind: null,
      openedBy: null,
      rank: null,
      sampled: false,
      etag: '"1.0"',
      work: {
        acknowledged: null,
        assignee: null,
        dueAt: START + 120 * 60_000,
        pausedSince: null,
        late: false,
        comments: 0,
      },
      id: 'high',
      revision: 1,
      title: 'svc-backup read lsass on ws-7',
      family: 'credential-access',
      threatProbability: 0.97,
      severity: 'high',
      techniques: ['T1003.001'],
      tactics: ['credential-access'],
      entities: [{ kind: 'host', value: 'ws-7' }],
      firstEventAt: START - 60_000,
      lastEventAt: START - 30_000,
      detections: 0,
      status: 'open',
      visibleAt: START,
      recommendation: 'threat',
      determination: null,
    });
  });

  test('comes in pages that neither repeat nor skip', async () => {
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { items: { id: string }[]; next: string | null } = await get(
        `/findings?limit=1${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      expect(page.items.length).toBeLessThanOrEqual(1);
      seen.push(...ids(page.items));
      cursor = page.next;
    }
    expect(seen).toEqual(['high', 'middle', 'low']);
  });

  test('can be asked for what is determined', async () => {
    expect((await get('/findings?status=determined')).items).toEqual([]);
    expect((await get('/findings?status=open')).items).toHaveLength(3);
  });

  test('has its counts', async () => {
    expect(await get('/summary')).toEqual({
      events: 0,
      malformed: 0,
      detections: 0,
      findings: { open: 3, determined: 0, closed: 0 },
      ingest: { state: 'idle' },
    });
  });
});

describe('events behind a finding', () => {
  test('come as received, with what their lens reads in them', async () => {
    const { items, total } = await get('/findings/high/events?ids=e2');
    expect(total).toBe(1);
    expect(items).toEqual([
      {
        id: 'e2',
        time: START + 1,
        lens: 'generic',
        file: 'sample.ndjson',
        line: 2,
        raw: expect.any(String),
        activity: { kind: 'other' },
      },
    ]);
    expect(JSON.parse(items[0].raw)).toMatchObject({ text: '<script>alert(1)</script>' });
  });

  test('come without an activity where the record cannot be read, and keep nobody from the others', async () => {
    await house.store.withTenants(['acme'], (tx) =>
      tx.evidence.put('acme', [
        { id: 'torn', time: START - 1, lens: 'generic', file: 'sample.ndjson', line: 9, raw: '{"half' },
      ]),
    );
    await show(
      house.store,
      findingLike({ id: 'torn-finding', tenant: 'acme', events: ['torn', 'e1'], threatProbability: 0.01 }),
    );
    const { items } = await get('/findings/torn-finding/events');
    expect(items.map(({ id, activity }: { id: string; activity: unknown }) => [id, activity])).toEqual([
      ['torn', null],
      ['e1', { kind: 'other' }],
    ]);
  });

  test('stop where an answer would grow without bound, and say how many there are', async () => {
    const megabytes = Array.from({ length: 60 }, (_, i) => ({
      id: `big${i}`,
      time: START + i,
      lens: 'generic',
      file: 'big.ndjson',
      line: i + 1,
      raw: JSON.stringify({ pad: 'x'.repeat(1024 * 1024) }),
    }));
    await house.store.withTenants(['acme'], (tx) => tx.evidence.put('acme', megabytes));
    await show(
      house.store,
      findingLike({
        id: 'big-finding',
        tenant: 'acme',
        events: megabytes.map(({ id }) => id),
        reasons: [],
        threatProbability: 0.01,
      }),
    );
    const { items, total } = await get('/findings/big-finding/events');
    expect(total).toBe(60);
    expect(items).toHaveLength(25);
    expect(ids((await get('/findings/big-finding/events?ids=big59')).items)).toEqual(['big59']);
  });

  test('come all, by time, where none is named', async () => {
    expect(ids((await get('/findings/high/events')).items)).toEqual(['e1', 'e2']);
  });
});

describe("the tenant's ledger", () => {
  test('comes in pages, in order', async () => {
    const first = await get('/ledger?limit=3');
    expect(first.items.map(({ entry }: { entry: { seq: number } }) => entry.seq)).toEqual([1, 2, 3]);
    expect(first.next).toBe(3);
    const rest = await get(`/ledger?limit=200&after=${first.next}`);
    expect(rest.items[0]).toMatchObject({ entry: { seq: 4, prev: first.items[2].hash, tenant: 'acme' } });
    expect(rest.next).toBeNull();
  });

  test('says which entry does not fit', async () => {
    const ana = await house.signIn('ana@acme.example');
    const answer = await house.app.inject({
      method: 'POST',
      url: '/api/v1/tenants/acme/ledger/verifications',
      headers: { cookie: ana, host: 'localhost', origin: 'http://localhost' },
    });
    expect(answer.json()).toEqual({ ok: false, entries: 4, firstBad: { seq: 5, why: 'ledger_entries acme/5: hash' } });
  });
});

test('an empty store gets one administrator, with a password that works and is never the same', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bridgewatch-first-'));
  const clock = { now: () => START };
  const store = await openStateStore({ place: { dataDir: folder }, clock, log: () => undefined });
  try {
    await store.createTenant({ id: 'main', name: 'Main' });
    const auth = buildAuth({
      database: drizzleAdapter(store.authDb, { provider: 'pg', schema: authSchema }),
      secret: randomBytes(32).toString('hex'),
      publicUrl: null,
      log: fastify().log,
      record: async () => undefined,
    });
    const first = await ensureAdministrator(
      { auth, store },
      { name: 'Root', email: 'Root@Main.example', tenant: 'main' },
    );
    expect(first).toMatchObject({
      name: 'Root',
      email: 'root@main.example',
      password: expect.stringMatching(/^[\w-]{24}$/),
    });
    expect(
      await ensureAdministrator({ auth, store }, { name: 'Root', email: 'root2@main.example', tenant: 'main' }),
    ).toBeNull();
    expect(await store.memberships(first?.id ?? '')).toEqual([
      { tenant: { id: 'main', name: 'Main' }, role: 'administrator', via: null },
    ]);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true });
  }
});
