import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Classroom, openClassroom } from './classroom.ts';
import { fromPage } from './house.ts';

let room: Classroom;
const cookies: Record<string, string> = {};
beforeAll(async () => {
  room = await openClassroom();
  for (const name of ['ana', 'lee', 'ada']) cookies[name] = await room.house.signIn(`${name}@acme.example`);
});
afterAll(() => room.close());

const base = '/api/v1/tenants/acme';
const get = async (url: string, who = 'ana') => {
  const answer = await room.house.app.inject({ url: base + url, headers: { cookie: cookies[who] ?? '' } });
  return { status: answer.statusCode, body: answer.json() };
};
const post = async (url: string, payload: object, who = 'lee', headers: Record<string, string> = {}) => {
  const answer = await room.house.app.inject({
    method: 'POST',
    url: base + url,
    headers: { ...fromPage(cookies[who] ?? ''), 'idempotency-key': randomUUID(), ...headers },
    payload,
  });
  return { status: answer.statusCode, body: answer.json() };
};
const decide = async (id: string, verdict: string, reason: string) => {
  const answer = await post(`/findings/${id}/determinations`, { verdict, reason }, 'ana', { 'if-match': '"1"' });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body.id as string;
};

test('a verdict over HTTP teaches, and what it taught is told with titles', async () => {
  await room.put('f1', 'd1');
  await room.put('f2', 'd1', { title: 'Another of d1' });
  const d = await decide('f1', 'false_positive', 'data error');
  await room.learner.settled('acme');
  const lesson = await get(`/findings/f1/determinations/${d}/lesson`);
  expect(lesson.body).toMatchObject({
    state: 'taught',
    superseded: false,
    lesson: { detectors: [{ id: 'd1', verdicts: 1 }], open: [{ id: 'f2', title: 'Another of d1' }] },
  });
  expect((await get(`/findings/f1/determinations/nope/lesson`)).body).toMatchObject({ code: 'DETERMINATION_UNKNOWN' });
  expect((await get('/models')).body).toMatchObject({
    champion: { origin: 'hand_set', isChampion: true },
    challenger: { trainedOn: { examples: 1 }, detectors: [{ id: 'd1', champion: 0, verdicts: 1 }] },
    missed: 0,
    promotions: [{ seq: 1, from: null, by: null }],
  });
});

test('inconclusive is said to teach nothing', async () => {
  await room.put('f3', 'd1');
  const d = await decide('f3', 'inconclusive', 'telemetry gap');
  expect((await get(`/findings/f3/determinations/${d}/lesson`)).body.state).toBe('nothing');
});

test('who may be asked for a review is told neither the verdict nor what it taught, nor which open finding is blind', async () => {
  await room.put('f4', 'd4');
  await room.put('f5', 'd4', { title: 'blind one' });
  const d = await decide('f4', 'false_positive', 'data error');
  await room.learner.settled('acme');
  const path = `/findings/f4/determinations/${d}/lesson`;
  expect((await get(path)).body.lesson.open.map((each: { id: string }) => each.id)).toContain('f5');
  await room.house.store.withTenants(['acme'], async (tx) => {
    const blind = { tenant: 'acme', finding: 'f5', why: 'sample', share: 1, at: 1 } as const;
    await tx.review.assignBlind(blind, 0.1);
    await tx.review.openTask({
      id: 'second',
      tenant: 'acme',
      finding: 'f4',
      revision: 1,
      kind: 'second',
      share: 1,
      against: 'threat',
      excludes: ['somebody else'],
      createdAt: 0,
      dueAt: 1,
    });
  });
  expect((await get(path)).body.lesson.open.map((each: { id: string }) => each.id)).not.toContain('f5');
  expect((await get(path, 'lee')).body).toMatchObject({ code: 'DETERMINATION_UNKNOWN' });
});

test('a version is made, compared, promoted by a lead and taken back; the same key does it once', async () => {
  const key = randomUUID();
  const made = await post('/models/versions', { note: 'first' }, 'ada', { 'idempotency-key': key });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  expect((await post('/models/versions', { note: 'first' }, 'ada', { 'idempotency-key': key })).body).toEqual(
    made.body,
  );
  const { id } = made.body;
  const { body: page } = await get('/models');
  expect(page.versions).toHaveLength(2);
  const against = await get(`/models/versions/${id}/comparison`);
  expect(against.body).toMatchObject({ version: id, champion: page.champion.id, labelled: { examples: 0 } });
  expect((await get(`/models/versions/${id}`)).body.model.id).toBe(id);
  expect((await get('/models/versions/nope')).body.code).toBe('MODEL_UNKNOWN');

  const change = { version: id, from: page.champion.id, reason: 'it knows d1' };
  expect((await post('/models/promotions', change, 'ada')).status).toBe(403);
  expect((await post('/models/promotions', change)).body).toMatchObject({ seq: 2, to: id, by: { name: 'Lee Lead' } });
  expect(room.champions.of('acme').id).toBe(id);
  expect((await post('/models/promotions', change)).body.code).toBe('MODEL_CHAMPION_CHANGED');
  const back = await post('/models/reversals', { from: id, reason: 'too bold' });
  expect(back.body).toMatchObject({ seq: 3, to: page.champion.id });
  expect(room.champions.of('acme').id).toBe(page.champion.id);
});

test('drift is said with what it rests on', async () => {
  const { body } = await get('/models/drift');
  expect(body).toMatchObject({ detectors: { p: null }, calibration: { verdicts: 2, observed: 0 }, said: [] });
});
