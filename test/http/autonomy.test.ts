import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { autonomyClass, closureLike, grantLike } from '../store-rows-autonomy.ts';
import { findingLike, show } from './finding.ts';
import { fromPage, type House, openHouse } from './house.ts';

let house: House;
const cookies: Record<string, string> = {};
beforeAll(async () => {
  house = await openHouse();
  for (const name of ['ana', 'lee', 'ada']) cookies[name] = await house.signIn(`${name}@acme.example`);
});
afterAll(() => house.close());

const base = '/api/v1/tenants/acme';
const key = 'credential-access/close:benign';
const get = (url: string, who = 'ana') =>
  house.app.inject({ url: base + url, headers: { cookie: cookies[who] ?? '' } });
const post = (url: string, payload: object, who = 'ana') =>
  house.app.inject({
    method: 'POST',
    url: base + url,
    headers: { ...fromPage(cookies[who] ?? ''), 'idempotency-key': randomUUID() },
    payload,
  });
const code = (answer: { json(): { code?: string } }) => answer.json().code;

describe('classes', () => {
  const subject = { does: 'close', disposition: 'benign' };

  test('a lead puts one into shadow; it says what it lacks', async () => {
    const made = await post('/autonomy/levels', { family: 'credential-access', subject, level: 1 }, 'lee');
    expect(made.statusCode).toBe(201);
    expect(made.json()).toMatchObject({ state: 'shadow', class: { key, level: 1 }, record: { cases: 0, open: [] } });
    const listed = (await get('/autonomy')).json();
    expect(listed.items.map((item: { class: { key: string } }) => item.class.key)).toEqual([key]);
    const one = await get(`/autonomy/class?class=${encodeURIComponent(key)}`);
    const { requirements } = one.json().record;
    expect(requirements.find(({ name }: { name: string }) => name === 'evidence').said).toContain('more cases');
  });

  test.each([
    ['threat', { does: 'close', disposition: 'threat' }],
    ['inconclusive', { does: 'close', disposition: 'inconclusive' }],
  ])('no class closes as %s', async (_what, what) => {
    const answer = await post('/autonomy/levels', { family: 'credential-access', subject: what, level: 1 }, 'lee');
    expect(answer.statusCode).toBe(400);
  });

  test('levels above shadow are not set, and a grant is not signed before it is earned', async () => {
    const set = await post('/autonomy/levels', { family: 'credential-access', subject, level: 4 }, 'lee');
    expect(set.statusCode).toBe(400);
    const { digest } = (await get(`/autonomy/class?class=${encodeURIComponent(key)}`)).json().record;
    const signed = await post('/autonomy/grants', { class: key, level: 4, seen: digest }, 'lee');
    expect([signed.statusCode, code(signed)]).toEqual([409, 'AUTONOMY_NOT_EARNED']);
    const other = await post('/autonomy/grants', { class: key, level: 4, seen: '0'.repeat(64) }, 'lee');
    expect(code(other)).toBe('AUTONOMY_RECORD_CHANGED');
    expect(code(await post('/autonomy/steps', { class: key }, 'lee'))).toBe('AUTONOMY_NOT_GRANTED');
    expect(code(await get('/autonomy/class?class=discovery/close:benign'))).toBe('AUTONOMY_CLASS_UNKNOWN');
  });
});

describe('what runs under a grant', () => {
  const lee = { id: 'lee', name: 'Lee Lead' };

  async function granted(level: 2 | 3 | 4, finding: string) {
    await show(house.store, findingLike({ id: finding, tenant: 'acme', family: 'credential-access' }));
    await house.store.withTenants(['acme'], async (tx) => {
      const each = await tx.autonomy.class('acme', key);
      if (each?.grant != null) {
        await tx.autonomy.putClass({ ...each, level: 1, grant: null });
        await tx.autonomy.endGrant('acme', each.grant, 1, 'a test');
      }
      const at = Date.UTC(2026, 0, 5);
      const grant = grantLike('acme', { id: `g-${finding}`, level, signedBy: lee, signedAt: at, expiresAt: at + 1e9 });
      await tx.autonomy.addGrant(grant);
      await tx.autonomy.putClass(autonomyClass('acme', { ...each, level, grant: grant.id }));
      const waiting = {
        state: 'waiting' as const,
        closedAt: null,
        sampled: false,
        reviewTask: null,
        reviewDueAt: null,
      };
      await tx.autonomy.addClosure(
        closureLike('acme', { id: `c-${finding}`, finding, grant: grant.id, level, ...waiting }),
      );
    });
  }

  test('what waits is listed, can be vetoed with a reason by whoever decides, and then is over', async () => {
    await granted(3, 'n1');
    expect((await get('/autonomy/notices')).json().items).toMatchObject([{ id: 'c-n1', state: 'waiting', level: 3 }]);
    expect((await post('/autonomy/notices/c-n1/openings', {})).json()).toMatchObject({ windowEndsAt: null });
    expect((await post('/autonomy/notices/c-n1/vetoes', {})).statusCode).toBe(400);
    const vetoed = await post('/autonomy/notices/c-n1/vetoes', { why: 'I know this host' });
    expect(vetoed.json()).toMatchObject({ state: 'vetoed', endedBy: { name: 'Ana Analyst' } });
    expect(code(await post('/autonomy/notices/c-n1/approvals', {}))).toBe('AUTONOMY_CLOSURE_OVER');
  });

  test('an approval that does not hold any more is refused with why', async () => {
    await granted(2, 'n2');
    const answer = await post('/autonomy/notices/c-n2/approvals', {});
    expect(code(answer)).toBe('AUTONOMY_CLOSURE_STALE');
    expect(answer.json().detail).toContain('decide on the finding yourself');
  });

  test('an analyst takes the class back; nobody has to ask', async () => {
    const answer = await post('/autonomy/demotions', { class: key, why: 'something is off' });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({ state: 'shadow', grant: null });
    expect(answer.json().history[0]).toMatchObject({ cause: 'pressed', from: 2, to: 1, by: { name: 'Ana Analyst' } });
    expect((await get('/autonomy/notices')).json().items).toEqual([]);
  });

  test('of a finding that is decided blind, autonomy tells nothing', async () => {
    await show(house.store, findingLike({ id: 'hidden', tenant: 'acme' }));
    await house.store.withTenants(['acme'], (tx) =>
      tx.review.assignBlind({ tenant: 'acme', finding: 'hidden', why: 'shadow', share: 1, at: 1 }, 0.5),
    );
    expect((await get('/findings/hidden/autonomy')).json()).toEqual({
      withheld: true,
      considered: [],
      closures: [],
      planted: null,
    });
    expect((await get('/findings/n1/autonomy')).json()).toMatchObject({ withheld: false, closures: [{ id: 'c-n1' }] });
  });
});

describe('planted threats', () => {
  test('are planted and seen by leads; until somebody has determined one nobody else is told', async () => {
    await show(house.store, findingLike({ id: 'bird', tenant: 'acme' }));
    const planted = await post('/canaries', { finding: 'bird', material: 'a recorded attack' }, 'lee');
    expect(planted.json()).toMatchObject({ state: 'planted', finding: 'bird' });
    expect((await get('/canaries')).statusCode).toBe(403);
    expect((await get('/canaries', 'lee')).json().items).toHaveLength(1);
    expect((await get('/findings/bird/autonomy')).json().planted).toBeNull();
    for (const route of [
      '/findings',
      '/findings/bird',
      '/findings/bird/ledger',
      '/findings/bird/autonomy',
      '/autonomy',
    ])
      expect((await get(route)).body, route).not.toMatch(/canary|planted threat|a recorded attack/);
    // The ledger tells that something was planted, and by whom; not what it is.
    const entries: { entry: { type: string } }[] = (await get('/ledger?limit=200')).json().items;
    const told = entries.filter(({ entry }) => entry.type === 'canary.planted');
    expect(told).toHaveLength(1);
    expect(JSON.stringify(told)).not.toContain('bird');
    const again = await post('/canaries', { finding: 'bird', material: 'twice' }, 'lee');
    expect(code(again)).toBe('CANARY_PLANTED');
  });
});

describe('the switch', () => {
  test('any analyst stops; only a lead or administrator lifts, one scope at a time', async () => {
    const one = await post('/switch/stops', { stops: 'class', class: key, why: 'a doubt' });
    expect(one.statusCode).toBe(201);
    expect((await post('/switch/stops', { stops: 'tenant' })).statusCode).toBe(201);
    expect((await post('/switch/stops', { stops: 'everything' })).statusCode).toBe(201);
    const stopped = (await get('/switch')).json();
    expect(stopped.everything).toBe(true);
    expect(stopped.stops.map(({ scope }: { scope: string }) => scope).sort()).toEqual([
      'class',
      'everything',
      'tenant',
    ]);
    expect((await get(`/autonomy/class?class=${encodeURIComponent(key)}`)).json().class.level).toBe(1);

    expect((await post('/switch/lifts', { stops: 'tenant' })).statusCode).toBe(403);
    const lifted = await post('/switch/lifts', { stops: 'tenant', why: 'looked into' }, 'lee');
    expect(lifted.json().lifted).toMatchObject([{ scope: 'tenant', liftedBy: { name: 'Lee Lead' } }]);
    const left = (await get('/switch')).json();
    expect(left.stops.map(({ scope }: { scope: string }) => scope).sort()).toEqual(['class', 'everything']);
    await post('/switch/lifts', { stops: 'everything' }, 'ada');
    await post('/switch/lifts', { stops: 'class', class: key }, 'lee');
    expect((await get('/switch')).json()).toMatchObject({ stops: [], everything: false });
    expect(code(await post('/switch/lifts', { stops: 'tenant' }, 'lee'))).toBe('SWITCH_NOT_STOPPED');
  });

  test('what was stopped at the machine is not lifted from a tenant, and its who and why stay there', async () => {
    const { stopAutomation } = await import('../../src/decide/index.ts');
    const by = { id: 'cli', name: 'root at the machine' };
    const clock = { now: () => Date.UTC(2026, 0, 6) };
    const scope = { stops: 'everything' } as const;
    await stopAutomation(house.store, clock, { scope, via: 'cli', viaTenant: null, why: 'secret reason', by });
    expect((await get('/switch')).json()).toMatchObject({ everything: true, stops: [] });
    expect((await get('/switch')).body).not.toContain('secret reason');
    expect(code(await post('/switch/lifts', { stops: 'everything' }, 'lee'))).toBe('SWITCH_STOPPED_ELSEWHERE');
  });
});
