import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { compare, freeze, goBack, promote, versionId } from '../../src/learn/index.ts';
import { weigh } from '../../src/score/index.ts';
import { family, granted, HOUR, key, lee } from '../autonomy/desk.ts';
import { openThrowawayStore, type ThrowawayStore } from '../store.ts';
import { code } from '../store-backends.ts';
import { one, openSchool, type School } from './school.ts';

let room: ThrowawayStore;
let school: School;
beforeAll(async () => {
  room = await openThrowawayStore();
});
afterAll(() => room.close());
beforeEach(async () => {
  school = await openSchool(room);
});

const frozen = (note = 'a try') =>
  school.in((tx) => freeze(tx, { clock: room.clock, learn: school.learn }, { tenant: school.tenant, note, by: lee }));
const champion = () => school.champions.of(school.tenant);
const change = (reason = 'it loses less') => ({ tenant: school.tenant, from: champion().id, reason, by: lee });
const promoteTo = async (version: string) => {
  const done = await school.in((tx) => promote(tx, room.clock, change(), version));
  await school.champions.refresh(school.tenant);
  return done;
};
const decideOn = async (id: string, detector: string, verdict: 'threat' | 'false_positive') => {
  await school.put(id, one(detector), `host-${id}`);
  await school.determine(id, verdict);
  school.pass(HOUR);
};

test('a version is named by its content, measured on later time, and asked about open findings at once', async () => {
  for (let n = 0; n < 40; n += 1)
    await decideOn(`f${n}`, n % 4 === 0 ? 'good' : 'bad', n % 4 === 0 ? 'threat' : 'false_positive');
  await school.put('open', one('bad'));
  const version = await frozen();
  expect(version.id).toBe(versionId(version.model));
  expect(version.model).toMatchObject({ parent: champion().id, trainedOn: { examples: 40, threats: 10 } });
  const { measured } = version;
  expect(measured).toMatchObject({ trainedOn: { examples: 28 }, testedOn: { examples: 12 }, metrics: { threats: 3 } });
  expect(measured?.trainedOn.to).toBeLessThan(measured?.testedOn.from ?? 0);
  expect(measured?.metrics.logLoss).toBeLessThan(measured?.handSet.logLoss ?? 0);
  expect(measured?.logLoss.low).toBeLessThan(measured?.metrics.logLoss ?? 0);
  expect(await school.told('model', version.id)).toEqual(['model.version']);
  const scores = await school.in(({ models }) => models.scores(school.tenant, version.id, champion().id, 10));
  expect(scores).toMatchObject([{ finding: 'open', probability: weigh(version.model, one('bad')).probability }]);
});

test('nothing decided, nothing to freeze', async () => {
  await expect(frozen()).rejects.toThrow(code('MODEL_NOTHING_LEARNED'));
});

test('in shadow a version says what it would have said; the champion what the finding says', async () => {
  await decideOn('f1', 'd1', 'false_positive');
  const version = await frozen();
  await fc.assert(
    fc.asyncProperty(
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.constantFrom('d1', 'd2', 'd3'),
      fc.uuid(),
      async (tactics, detector, id) => {
        await school.put(id, one(detector, { tactics }), id);
        const { finding } = await school.get(id);
        const of = (asked: string) =>
          school.in(async ({ models }) =>
            (await models.scores(school.tenant, asked, champion().id, 5000)).find((each) => each.finding === id),
          );
        const own = await of(champion().id);
        expect(Math.abs((own?.probability ?? 0) - finding.threatProbability)).toBeLessThan(1e-9);
        const shadow = await of(version.id);
        expect(shadow?.probability).toBe(weigh(version.model, one(detector, { tactics })).probability);
        expect(shadow?.championProbability).toBe(own?.probability);
      },
    ),
    { numRuns: 15 },
  );
});

test('a comparison says who is better on later verdicts, what crosses the line, and which threats would be lost', async () => {
  await decideOn('t1', 'noisy', 'threat');
  for (let n = 0; n < 60; n += 1) await decideOn(`f${n}`, 'noisy', 'false_positive');
  const version = await frozen();
  for (let n = 0; n < 12; n += 1) await decideOn(`g${n}`, 'noisy', 'false_positive');
  const line = (weigh(version.model, one('noisy')).probability + weigh(champion(), one('noisy')).probability) / 2;
  const against = await school.in((tx) => compare(tx, school.tenant, version.id, line));
  expect(against.labelled).toMatchObject({ examples: 12, threats: 0 });
  expect(against.labelled.difference.high).toBeLessThan(0);
  expect(against.labelled.logLoss - against.labelled.championLogLoss).toBeCloseTo(against.labelled.difference.value, 9);
  expect(against.shadow).toMatchObject({ findings: 12, falls: 12, rises: 0, agree: { findings: 0 } });
  expect(against.lost).toMatchObject([{ finding: 't1', learnedFrom: true }]);
});

test('a lead promotes, on record first; one call goes back; who saw another champion is refused', async () => {
  await decideOn('f1', 'd1', 'false_positive');
  const first = champion();
  const version = await frozen();
  const seen = change();
  await promoteTo(version.id);
  expect(champion()).toEqual(version.model);
  expect(await school.told('model', version.id)).toEqual(['model.version', 'model.promoted']);
  await expect(school.in((tx) => promote(tx, room.clock, seen, first.id))).rejects.toThrow(
    code('MODEL_CHAMPION_CHANGED'),
  );
  await expect(school.in((tx) => promote(tx, room.clock, change(), version.id))).rejects.toThrow(
    code('MODEL_IS_CHAMPION'),
  );
  await expect(school.in((tx) => promote(tx, room.clock, change(' '), first.id))).rejects.toThrow(
    code('MODEL_REASON_MISSING'),
  );
  await expect(school.in((tx) => promote(tx, room.clock, change(), 'x'))).rejects.toThrow(code('MODEL_UNKNOWN'));
  await school.in((tx) => goBack(tx, room.clock, change()));
  await school.champions.refresh(school.tenant);
  expect(champion()).toEqual(first);
  expect(
    (await school.in(({ models }) => models.promotions(school.tenant, 9))).map(({ from, to, by }) => [
      from,
      to,
      by?.id,
    ]),
  ).toEqual([
    [version.id, first.id, 'lee'],
    [first.id, version.id, 'lee'],
    [null, first.id, undefined],
  ]);
  const { problem } = await room.store.verifyLedger();
  expect(problem).toBeNull();
});

test('two who promote at once: one does, the other is told', async () => {
  await decideOn('f1', 'd1', 'false_positive');
  const version = await frozen();
  const both = await Promise.allSettled(
    [1, 2].map(() => school.in((tx) => promote(tx, room.clock, change(), version.id))),
  );
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(both.find((one_) => one_.status === 'rejected')).toMatchObject({ reason: { code: 'MODEL_CHAMPION_CHANGED' } });
});

test('there is nothing before the first champion', async () => {
  await expect(school.in((tx) => goBack(tx, room.clock, change()))).rejects.toThrow(code('MODEL_NO_WAY_BACK'));
});

test('a promotion ends the grants that the old champion earned', async () => {
  await decideOn('f1', 'd1', 'false_positive');
  const version = await frozen();
  await granted(school);
  const before = school.parts.versions(family, school.tenant);
  expect((await school.in((tx) => tx.autonomy.class(school.tenant, key)))?.grant).not.toBeNull();
  await promoteTo(version.id);
  expect(school.parts.versions(family, school.tenant).model).not.toBe(before.model);
  expect(school.parts.versions(family, school.tenant).model).toContain(version.id);
  const { demoted } = await school.tick();
  expect(demoted).toMatchObject([{ key, cause: 'versions' }]);
  expect(await school.in((tx) => tx.autonomy.class(school.tenant, key))).toMatchObject({ level: 1, grant: null });
});

test('what is kept of a version cannot be changed', async () => {
  await decideOn('f1', 'd1', 'false_positive');
  const version = await frozen();
  await school.in(async ({ models }) => {
    await models.addVersion({ ...version, model: { ...version.model, base: 9 } });
    expect((await models.version(school.tenant, version.id))?.model).toEqual(version.model);
  });
});
