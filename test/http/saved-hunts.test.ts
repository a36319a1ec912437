import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLakeQueries } from '../../src/adapters/duckdb/queries.ts';
import { openWorkStore } from '../../src/adapters/sqlite/work-store.ts';
import { huntingOf } from '../../src/host/hunting.ts';
import { runDue } from '../../src/hunt/index.ts';
import type { LakeQueries } from '../../src/ports/lake.ts';
import type { WorkStore } from '../../src/ports/work-store.ts';
import { fillLake, processStart } from '../support/hunt-lake.ts';
import { lakeFolder, noon } from '../support/lake.ts';
import { fromPage, type House, openHouse } from './house.ts';

const HOUR = 3_600_000;
const cleanups: (() => unknown)[] = [];
const data = lakeFolder((clean) => cleanups.push(clean));
let house: House;
let work: WorkStore;
let queries: LakeQueries;
let now = noon + HOUR;
const clock = { now: () => now };

beforeAll(async () => {
  await fillLake(
    data,
    Array.from({ length: 6 }, (_, at) => processStart(at * 60_000, 'web01', 'C:\\T\\psexec.exe', `run ${at}`)),
    'acme',
  );
  work = openWorkStore({ path: join(data, 'work') });
  queries = openLakeQueries({ dir: join(data, 'lake'), work });
  house = await openHouse({ hunting: huntingOf({ queries, work }), clock });
  cleanups.push(
    () => work.close(),
    () => queries.close(),
    () => house.close(),
  );
});
afterAll(async () => {
  for (const clean of cleanups.toReversed()) await clean();
});

const as = (email: string) => house.signIn(email);
async function call(cookie: string, method: 'GET' | 'POST' | 'PATCH', path: string, payload?: object, headers = {}) {
  const answer = await house.app.inject({
    method,
    url: `/api/v1/tenants/acme/hunts${path}`,
    headers: { ...fromPage(cookie), ...headers },
    ...(payload === undefined ? {} : { payload }),
  });
  return { status: answer.statusCode, body: answer.body === '' ? null : answer.json(), etag: answer.headers.etag };
}

test('a hunt is saved, runs when due, says what is new, and is concluded; people are on record', async () => {
  const ana = await as('ana@acme.example');
  const wish = {
    name: 'Remote tools',
    hypothesis: 'somebody moves by psexec',
    search: 'process:psexec.exe',
    schedule: { kind: 'hours', every: 2 },
  };
  const made = await call(ana, 'POST', '', wish);
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({ revision: 1, hours: 24, sql: null, dueAt: now + 2 * HOUR });
  const path = `/${made.body.id}`;

  const parts = { store: house.store, queries, clock };
  const signal = new AbortController().signal;
  expect(await runDue(parts, ['acme'], signal)).toEqual([]);
  now += 2 * HOUR;
  expect(await runDue(parts, ['acme'], signal)).toMatchObject([
    { by: null, found: 6, fresh: 6, events: ['e0005', 'e0004', 'e0003', 'e0002', 'e0001', 'e0000'], error: null },
  ]);
  now += 2 * HOUR;
  expect(await runDue(parts, ['acme'], signal)).toMatchObject([{ found: 6, fresh: 0, events: [] }]);
  expect(await runDue(parts, ['acme'], signal)).toEqual([]);

  const { body: runs } = await call(ana, 'GET', `${path}/runs`);
  expect(runs.items).toHaveLength(2);
  const told = `${path}/runs/${runs.items[1].id}/conclusions`;
  expect((await call(ana, 'POST', told, { text: 'the help desk, as agreed' })).body).toMatchObject({
    conclusion: { text: 'the help desk, as agreed' },
  });
  expect(await call(ana, 'POST', told, { text: 'another' })).toMatchObject({
    status: 409,
    body: { code: 'HUNT_CONCLUDED' },
  });

  expect(
    await call(ana, 'PATCH', path, { schedule: { kind: 'daily', minute: 90 } }, { 'if-match': '"7"' }),
  ).toMatchObject({
    status: 412,
  });
  const changed = await call(
    ana,
    'PATCH',
    path,
    { schedule: { kind: 'daily', minute: 90 } },
    { 'if-match': made.etag },
  );
  expect(new Date(changed.body.dueAt).toISOString()).toBe('2026-11-26T01:30:00.000Z');
  expect((await call(ana, 'POST', `${path}/endings`, {})).status).toBe(204);
  expect(await call(ana, 'POST', `${path}/runs`, {})).toMatchObject({ status: 409, body: { code: 'HUNT_ENDED' } });
  now += 48 * HOUR;
  expect(await runDue(parts, ['acme'], signal)).toEqual([]);

  const entries = await house.store.withTenants(['acme'], (tx) => tx.ledger.ofSubject('acme', 'hunt', made.body.id));
  expect(entries.map(({ entry }) => entry.type).toSorted()).toEqual([
    'hunt.changed',
    'hunt.concluded',
    'hunt.created',
    'hunt.ended',
  ]);
});

test('a question that fails is a run with its error', async () => {
  const lee = await as('lee@acme.example');
  const made = await call(lee, 'POST', '', { name: 'x', hypothesis: '', sql: 'SELECT nope FROM events' });
  const run = await call(lee, 'POST', `/${made.body.id}/runs`, {});
  expect(run.body).toMatchObject({ found: null, error: expect.stringContaining('HUNT_SQL_INVALID') as string });
  const ok = await call(lee, 'POST', '', {
    name: 'y',
    hypothesis: '',
    sql: 'SELECT id FROM events ORDER BY time LIMIT 2',
    hours: 500,
  });
  expect((await call(lee, 'POST', `/${ok.body.id}/runs`, {})).body).toMatchObject({
    found: 2,
    events: ['e0000', 'e0001'],
  });
});

test('what cannot be asked is not saved', async () => {
  const ana = await as('ana@acme.example');
  const refusal = async (wish: object) =>
    (await call(ana, 'POST', '', { name: 'x', hypothesis: '', ...wish })).body.code;
  expect(await refusal({ search: 'a (' })).toBe('HUNT_SEARCH_SYNTAX');
  expect(await refusal({})).toBe('HUNT_QUESTION');
  expect(await refusal({ search: 'a', sql: 'SELECT 1' })).toBe('HUNT_QUESTION');
});
