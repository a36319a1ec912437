import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openMiss, recordReopening } from '../../src/decide/index.ts';
import { versionId } from '../../src/learn/index.ts';
import { weigh } from '../../src/score/index.ts';
import { ana, bea, granted, HOUR } from '../autonomy/desk.ts';
import { openThrowawayStore, type ThrowawayStore } from '../store.ts';
import { one, openSchool, type School } from './school.ts';

let room: ThrowawayStore;
let school: School;
beforeAll(async () => {
  room = await openThrowawayStore();
});
afterAll(() => room.close());
beforeEach(async () => {
  school = await openSchool(room);
  school.learner.start();
});

const examples = () => school.in(({ models }) => models.examples(school.tenant, 100));
const says = async (detector: string) => weigh((await school.challenger()).model, one(detector)).logOdds;

test('a determination is an example in its transaction, and within a second the challenger has learned it', async () => {
  const before = await says('d1');
  await school.put('f1', one('d1', { tactics: 0.45 }));
  const began = performance.now();
  const { id } = await school.determine('f1', 'false_positive');
  expect(await examples()).toMatchObject([
    { determination: id, finding: 'f1', revision: 1, verdict: 'false_positive', analyst: 'ana', weight: 1 },
  ]);
  expect((await examples())[0]?.features).toEqual(one('d1', { tactics: 0.45 }));
  const { model } = await school.challenger();
  expect(performance.now() - began).toBeLessThan(1000);
  expect(weigh(model, one('d1')).logOdds).toBeLessThan(before - 0.1);
  expect(model).toMatchObject({
    parent: school.champions.of(school.tenant).id,
    trainedOn: { examples: 1, threats: 0, verdicts: { d1: 1 } },
  });
  expect(model.id).toBe(versionId(model));
  // What scores is as it was.
  expect(school.champions.of(school.tenant).here).toEqual({});
});

test('what the verdict taught is told: detectors, the finding, the open findings that it changed', async () => {
  await school.put('f1', one('d1'));
  await school.put('f2', one('d1', { tactics: 0.9 }), 'ws-2');
  await school.put('f3', one('d9'), 'ws-3');
  const { id } = await school.determine('f1', 'false_positive');
  const { model } = await school.challenger();
  const lesson = await school.in(({ models }) => models.lesson(school.tenant, id));
  expect(lesson).toMatchObject({ determinations: [id], examples: 1 });
  expect(lesson?.detectors[0]).toMatchObject({ id: 'd1', verdicts: 1 });
  const [moved] = lesson?.detectors ?? [];
  expect((moved?.before ?? 0) - (moved?.after ?? 0)).toBeGreaterThan(0.1);
  expect(lesson?.findings).toMatchObject([{ id: 'f1', after: weigh(model, one('d1')).probability }]);
  const [most] = lesson?.open ?? [];
  expect(most).toMatchObject({ id: 'f2', after: weigh(model, one('d1', { tactics: 0.9 })).probability });
  expect(most?.before).toBeGreaterThan(most?.after ?? 1);
});

test('a verdict reversed, or a finding opened again, teaches no more', async () => {
  await school.put('f1', one('d1'));
  const untaught = await says('d1');
  await school.determine('f1', 'false_positive');
  const wrong = await says('d1');
  await school.determine('f1', 'threat', bea);
  const right = await says('d1');
  expect(wrong).toBeLessThan(untaught);
  expect(right).toBeGreaterThan(untaught);
  expect(await examples()).toMatchObject([{ verdict: 'threat', analyst: 'bea' }]);
  const { reviews, finding } = await school.get('f1');
  await school.in(async (tx) => {
    const { teaching } = await import('../../src/learn/index.ts');
    const seen = {
      tenant: school.tenant,
      findingId: 'f1',
      expectedRevision: finding.revision,
      expectedReviews: reviews,
    };
    await recordReopening(tx, room.clock, { ...seen, reason: 'new evidence', by: ana }, [
      teaching({ isExercise: async () => false }),
    ]);
  });
  expect(await examples()).toEqual([]);
  expect(await says('d1')).toBeCloseTo(untaught, 6);
});

test('a finding that claims something new is open again, and what was decided teaches no more', async () => {
  await school.put('f1', one('d1'));
  await school.determine('f1', 'benign');
  expect(await examples()).toHaveLength(1);
  await school.show('f1', { host: 'ws-1', detectors: { d1: 'v1', d2: 'v1' }, part: { features: one('d2') } });
  expect((await school.get('f1')).status).toBe('open');
  expect(await examples()).toEqual([]);
});

test('benign teaches context: the detector is blamed by far less than by a false positive', async () => {
  for (let n = 0; n < 8; n += 1) {
    await school.put(`b${n}`, one('allowed'));
    await school.determine(`b${n}`, 'benign');
    await school.put(`w${n}`, one('wrong'));
    await school.determine(`w${n}`, 'false_positive');
  }
  const { model } = await school.challenger();
  expect(model.here.wrong).toBeLessThan(-0.3);
  expect(model.here.allowed).toBeGreaterThan(0.5 * (model.here.wrong ?? 0));
});

test('inconclusive verdicts, planted threats and what a grant closes teach nothing', async () => {
  await school.put('f1', one('d1'));
  await school.determine('f1', 'inconclusive');
  await school.put('c1', one('d1'), 'ws-2');
  await school.plant('c1');
  await school.determine('c1', 'threat');
  await granted(school);
  await school.put('g1', one('d1'), 'ws-3');
  school.pass(HOUR);
  expect((await school.tick()).closed).toBe(1);
  expect((await school.get('g1')).status).toBe('closed');
  expect(await examples()).toEqual([]);
  expect((await school.challenger()).model.trainedOn.examples).toBe(0);
});

test('a threat that a person found is counted as missed and not learned from', async () => {
  const miss = await school.in((tx) =>
    openMiss(
      tx,
      room.clock,
      {
        tenant: school.tenant,
        key: 'k',
        title: 'A call',
        family: 'credential-access',
        techniques: [],
        entities: [],
        events: [],
        origin: 'customer',
        note: '',
        by: ana,
      },
      () => [],
    ),
  );
  await school.determine(miss.finding.id, 'threat');
  expect(await examples()).toEqual([]);
  expect(await school.in(({ models }) => models.missed(school.tenant))).toBe(1);
});

test('what was decided while nobody learned is learned at the next start', async () => {
  await school.learner.stop();
  await school.put('f1', one('d1'));
  const { id } = await school.determine('f1', 'false_positive');
  expect((await school.in(({ models }) => models.challenger(school.tenant)))?.model.trainedOn.examples).toBe(0);
  const later = school.restarted();
  later.start();
  await later.settled(school.tenant);
  expect((await school.in(({ models }) => models.challenger(school.tenant)))?.model.trainedOn.examples).toBe(1);
  expect(await school.in(({ models }) => models.lesson(school.tenant, id))).not.toBeNull();
  await later.stop();
});

test('tenants learn apart', async () => {
  const other = await openSchool(room);
  other.learner.start();
  await school.put('f1', one('d1'));
  await school.determine('f1', 'false_positive');
  expect((await other.challenger()).model.here).toEqual({});
  expect((await school.challenger()).model.here.d1).toBeLessThan(0);
  await other.learner.stop();
});
