import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLakeQueries } from '../../src/adapters/duckdb/queries.ts';
import { openWorkStore } from '../../src/adapters/sqlite/work-store.ts';
import { huntingOf } from '../../src/host/hunting.ts';
import { tuneOnce } from '../../src/host/tuning/round.ts';
import { type TuningParts, tuningEndsOnThreat } from '../../src/learn/index.ts';
import { code } from '../store-backends.ts';
import { fillLake } from '../support/hunt-lake.ts';
import { lakeFolder, noon } from '../support/lake.ts';
import { AGENT, detectionsOn, jobRecord, partsOf, plant, RULE, threatRecord } from '../support/tuning.ts';
import { fromPage, type House, openHouse } from './house.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const cleanups: (() => unknown)[] = [];
const data = lakeFolder((clean) => cleanups.push(clean));
let house: House;
let parts: TuningParts;
let now = noon + DAY;
const clock = { now: () => (now += 1000) };
let lead: string;
let analyst: string;

/** e0000-e0039: every fourth is the job, which people call false; e0013 is a threat; e0026 is nobody's yet. */
const records = Array.from({ length: 40 }, (_, at) =>
  at === 13
    ? threatRecord(at * MINUTE)
    : at === 26
      ? threatRecord(at * MINUTE, { host: 'ws22', user: 'ann' })
      : at % 4 === 0
        ? jobRecord(at * MINUTE, `srv0${at % 3}`)
        : threatRecord(at * MINUTE, { image: 'C:\\Windows\\System32\\cmd.exe' }),
);
const id = (at: number) => `e${String(at).padStart(4, '0')}`;
const own = (at: number): [string, object] => [id(at), records[at] ?? {}];

beforeAll(async () => {
  await fillLake(data, records, 'acme');
  const work = openWorkStore({ path: join(data, 'work') });
  const queries = openLakeQueries({ dir: join(data, 'lake'), work });
  let live: TuningParts | undefined;
  const lazy: TuningParts = {
    store: { withTenants: (...args) => house.store.withTenants(...args) },
    clock,
    ruleOf: (rule) => live?.ruleOf(rule),
    read: (kept) => live?.read(kept),
    examplesOf: async () => [],
    past: (...args) => live?.past?.(...args) ?? none(),
  };
  house = await openHouse({
    clock,
    hunting: huntingOf({ queries, work }),
    tuning: lazy,
    decisionListeners: [tuningEndsOnThreat(lazy)],
  });
  parts = live = partsOf(house.store, clock, { queries });
  work.commit({ detections: [0, 4].map((at) => ({ detection: detectionsOn(...own(at))[0] ?? fail(), events: [] })) });
  for (const [name, at] of [
    ['f1', 0],
    ['f2', 4],
    ['f3', 8],
  ] as const)
    await plant(house.store, name, [own(at), own(at + 12)], 'false_positive');
  await plant(house.store, 'threat', [own(13)], 'threat');
  await plant(house.store, 'open', [own(26)]);
  lead = await house.signIn('lee@acme.example');
  analyst = await house.signIn('ana@acme.example');
  cleanups.push(
    () => work.close(),
    () => queries.close(),
    () => house.close(),
  );
});
afterAll(async () => {
  for (const clean of cleanups.toReversed()) await clean();
});
async function* none() {}
function fail(): never {
  throw new Error('no detection');
}

const keys = Array.from({ length: 200 }, (_, n) => `k${n}`).values();
const ask = (cookie: string, path: string, payload?: object, more: Record<string, string> = {}) =>
  house.app.inject({
    method: payload === undefined ? 'GET' : 'POST',
    url: `/api/v1/tenants/acme/tuning${path}`,
    headers: { ...fromPage(cookie), 'idempotency-key': keys.next().value ?? '', ...more },
    ...(payload === undefined ? {} : { payload }),
  });
const ledger = (subject: string) =>
  house.store.withTenants(['acme'], async (tx) =>
    (await tx.ledger.ofSubject('acme', 'tuning', subject)).map(({ entry }) => entry.type),
  );

describe('from a run of false positives to a filter in force', () => {
  let best: { id: string; revision: number; lines: { field: string; values: string[] }[]; filter: string };

  test('a lead asks; each proposal removes the run and says what else it would have hidden', async () => {
    const answer = await ask(lead, '', { rule: RULE });
    expect(answer.statusCode).toBe(200);
    const { items, refused } = answer.json();
    expect(refused).toEqual([]);
    best = items[0];
    expect(best).toMatchObject({
      standing: 'shadow',
      verdict: 'false_positive',
      rank: 1,
      run: ['f1', 'f2', 'f3'],
      proof: {
        removes: { findings: ['f1', 'f2', 'f3'], detections: 6, of: 3 },
        threats: { findings: ['threat'], detections: 1, stillFire: 1 },
        beside: [],
        // Ten hits of the job in the lake, six of them in the run; twelve of the rule.
        past: { events: 40, fired: 12, hidden: 10, hiddenElse: 4, complete: true, unreadable: 0 },
      },
    });
    expect(best.lines).toContainEqual({ field: 'Image', modifier: '', values: [AGENT] });
    expect(best.lines.map(({ field }) => field)).toContain('User');
    // The sign in the folder's name is no wildcard.
    expect(best.filter).toContain('Deploy\\*Tool');
    expect(await ledger(best.id)).toEqual(['tuning.proposed']);
  });

  test('the system looks too, and renews what is in shadow', async () => {
    expect(await tuneOnce(parts, 'acme')).toBeGreaterThan(0);
    expect((await ask(lead, `/${best.id}`)).json()).toMatchObject({ revision: best.revision + 1, standing: 'shadow' });
    expect(await ledger(best.id)).toEqual(['tuning.proposed', 'tuning.proved']);
  });

  test('accepting takes a lead, a reason, an end, and what was seen', async () => {
    const path = `/${best.id}/acceptances`;
    const wish = { reason: 'The deployment tool of our own', expiresAt: now + 30 * DAY };
    const seen = { 'if-match': '"2"' };
    expect((await ask(analyst, path, wish, seen)).statusCode).toBe(403);
    expect((await ask(lead, path, wish)).json().code).toBe('HTTP_IF_MATCH_MISSING');
    expect((await ask(lead, path, wish, { 'if-match': '"1"' })).json().code).toBe('TUNING_REVISION_STALE');
    for (const expiresAt of [now - 1, now + 181 * DAY])
      expect((await ask(lead, path, { ...wish, expiresAt }, seen)).json().code).toBe('TUNING_EXPIRY');
    expect((await ask(lead, path, { ...wish, reason: ' ' }, seen)).statusCode).toBe(400);
    const answer = await ask(lead, path, wish, { ...seen, 'idempotency-key': 'once' });
    expect(answer.json()).toMatchObject({
      standing: 'in force',
      state: 'accepted',
      revision: 3,
      accepted: { reason: wish.reason },
    });
    expect((await ask(lead, path, wish, { ...seen, 'idempotency-key': 'once' })).json()).toEqual(answer.json());
    expect(await ledger(best.id)).toEqual(['tuning.proposed', 'tuning.proved', 'tuning.accepted']);
    // What it removes needs no other filter.
    expect((await ask(lead, '', { rule: RULE })).json().code).toBe('TUNING_NO_RUN');
  });

  test('a detection it set aside is among the detections, and marked', async () => {
    const [detection = fail()] = detectionsOn(...own(4));
    await house.store.withTenants(['acme'], (tx) =>
      tx.tuning.setAside('acme', [
        {
          proposal: best.id,
          detection: detection.id,
          mode: 'suppressed',
          at: 1,
          seenAt: 2,
          events: [id(4)],
          host: null,
          sequence: 2,
        },
      ]),
    );
    const list = await house.app.inject({ url: '/api/v1/tenants/acme/detections', headers: fromPage(analyst) });
    expect(list.json().items.map((item: { suppressedBy: unknown }) => item.suppressedBy)).toEqual([null, best.id]);
    expect((await ask(lead, `/${best.id}`)).json().counts).toEqual({ shadow: 0, suppressed: 1 });
    expect((await ask(analyst, `/${best.id}/detections`)).json().items).toMatchObject([
      { detection: detection.id, mode: 'suppressed' },
    ]);
  });

  test('it ends by itself', async () => {
    now += 31 * DAY;
    expect((await ask(lead, `/${best.id}`)).json()).toMatchObject({ standing: 'expired', state: 'accepted' });
  });

  test('whoever decides on findings lifts it at once, once', async () => {
    const answer = await ask(analyst, `/${best.id}/withdrawals`, { reason: 'We look again' });
    expect(answer.json()).toMatchObject({
      standing: 'lifted',
      withdrawn: { reason: 'We look again', by: { name: 'Ana Analyst' } },
    });
    expect((await ask(analyst, `/${best.id}/withdrawals`, { reason: 'again' })).json().code).toBe('TUNING_OVER');
    expect(
      (
        await ask(lead, `/${best.id}/acceptances`, { reason: 'again', expiresAt: now + DAY }, { 'if-match': '"4"' })
      ).json().code,
    ).toBe('TUNING_OVER');
  });
});

describe('a known threat is never hidden', () => {
  const wide = [{ field: 'Image', modifier: 'endswith', values: ['\\psexec.exe'] }];

  test("a person's own filter that would is refused, with what it hides", async () => {
    const answer = await ask(lead, '', { rule: RULE, lines: wide, days: 90 });
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({ code: 'TUNING_HIDES_THREAT' });
    expect(answer.json().detail).toContain('threat');
  });

  test('so is one that hides what the rule must fire on', async () => {
    const { proposeFilters } = await import('../../src/learn/index.ts');
    const event = parts.read({ id: 'x', time: 0, source: 's', raw: JSON.stringify(jobRecord(77)) });
    const examples = async () => [{ name: 'its own test', events: event === undefined ? [] : [event] }];
    const asked = {
      tenant: 'acme',
      rule: RULE,
      lines: [{ field: 'Image', modifier: '' as const, values: [AGENT] }],
      days: 90,
    };
    await expect(proposeFilters({ ...parts, examplesOf: examples }, asked)).rejects.toThrow(
      code('TUNING_HIDES_THREAT'),
    );
  });

  test('one found meanwhile keeps a proposal from being accepted; one determined later ends a filter that hides it', async () => {
    // What stands in the way of a filter on the deployment account, seen on the tool alone.
    const lines = [{ field: 'User', modifier: '', values: ['CORP\\svc_deploy'] }];
    const [first] = (await ask(lead, '', { rule: RULE, lines, days: 90 })).json().items;
    expect(first).toMatchObject({
      standing: 'shadow',
      cautions: expect.arrayContaining(['It rests on one field alone']),
    });
    await plant(house.store, 'stolen', [['s1', threatRecord(MINUTE, { user: 'svc_deploy' })]], 'threat');
    const accept = { reason: 'It is ours', expiresAt: now + DAY };
    const refused = await ask(lead, `/${first.id}/acceptances`, accept, { 'if-match': `"${first.revision}"` });
    expect(refused.json().code).toBe('TUNING_HIDES_THREAT');

    const [second] = (await ask(lead, '', { rule: RULE, days: 90 })).json().items;
    const accepted = await ask(lead, `/${second.id}/acceptances`, accept, { 'if-match': `"${second.revision}"` });
    expect(accepted.json().standing).toBe('in force');
    await plant(house.store, 'later', [own(36)]);
    const verdict = await house.app.inject({
      method: 'POST',
      url: '/api/v1/tenants/acme/findings/later/determinations',
      headers: { ...fromPage(analyst), 'idempotency-key': 'later', 'if-match': '"1"' },
      payload: { verdict: 'threat', reason: 'compromised account', note: 'the job was abused' },
    });
    expect(verdict.statusCode).toBe(201);
    const after = (await ask(lead, `/${second.id}`)).json();
    expect(after).toMatchObject({ standing: 'lifted', withdrawn: { by: { id: 'tuning' } } });
    expect(after.withdrawn.reason).toContain('finding later');
    expect(await ledger(second.id)).toEqual(['tuning.proposed', 'tuning.accepted', 'tuning.lifted']);
  });
});
