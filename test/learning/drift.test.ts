import { afterAll, beforeAll, expect, test } from 'vitest';
import { MemoryLake } from '../../src/adapters/memory-lake/lake.ts';
import { loadPlaybooks } from '../../src/cli/load.ts';
import type { Model } from '../../src/contracts/model.ts';
import { seeded } from '../../src/kernel/seeded.ts';
import { driftOf } from '../../src/learn/index.ts';
import { calibrationDrift } from '../../src/learn/model/drift/calibration.ts';
import { mixDrift } from '../../src/learn/model/drift/mix.ts';
import { handSet, weigh } from '../../src/score/index.ts';
import { compileRules } from '../../src/sigma/index.ts';
import { createPipeline } from '../../src/topology.ts';
import { DAY } from '../autonomy/desk.ts';
import { openThrowawayStore, type ThrowawayStore } from '../store.ts';
import { processStart } from '../support/events.ts';
import { one, openSchool } from './school.ts';

let room: ThrowawayStore;
beforeAll(async () => {
  room = await openThrowawayStore();
});
afterAll(() => room.close());

const draws = (seed: number, count: number, share: number) => {
  const random = seeded(seed);
  return Array.from({ length: count }, () => (random() < share ? ['a'] : ['b', 'c']));
};

test('windows of the same mix seldom differ, windows of another do', () => {
  const same = Array.from({ length: 40 }, (_, n) => mixDrift(draws(n, 40, 0.4), draws(n + 999, 120, 0.4), 20).p ?? 0);
  expect(same.filter((p) => p < 0.05).length).toBeLessThan(7);
  expect(mixDrift(draws(1, 40, 0.8), draws(2, 120, 0.3), 20).p).toBeLessThan(0.01);
  expect(mixDrift(draws(1, 19, 0.8), draws(2, 120, 0.3), 20)).toMatchObject({ p: null, recent: 19 });
});

test('true probabilities are hardly ever accused, false ones soon are', () => {
  const claims = (seed: number, count: number, truth: (p: number) => number) => {
    const random = seeded(seed);
    return Array.from({ length: count }, () => {
      const probability = 0.05 + 0.6 * random();
      return { probability, isThreat: random() < truth(probability) };
    });
  };
  const accused = Array.from({ length: 200 }, (_, n) => calibrationDrift(claims(n, 400, (p) => p)).evidence);
  expect(accused.filter((evidence) => evidence >= 100).length).toBeLessThanOrEqual(4);
  const bold = calibrationDrift(claims(7, 200, (p) => p / 3));
  expect(bold.evidence).toBeGreaterThan(100);
  expect(bold.observed).toBeLessThan(bold.expected.low);
});

test('drift is said of a tenant whose detectors change', async () => {
  const school = await openSchool(room);
  for (let n = 0; n < 25; n += 1) await school.put(`old${n}`, one('old'), `a${n}`);
  school.pass(10 * DAY);
  expect((await school.in((tx) => driftOf(tx, room.clock, school.tenant)))?.said).toEqual([]);
  for (let n = 0; n < 25; n += 1) await school.put(`new${n}`, one('new'), `b${n}`);
  const drift = await school.in((tx) => driftOf(tx, room.clock, school.tenant));
  expect(drift).toMatchObject({ detectors: { recent: 25, earlier: 25 }, terms: { recent: 25 } });
  expect(drift?.said.join()).toContain('The detectors of 25 findings of the last 7 days differ');
});

test('what the pipeline claims is what its model says of the features it keeps, to 1e-9', () => {
  const { engine } = compileRules([
    {
      file: 'a.yml',
      text: 'title: a ran\nid: 7a0c6a3a-45a3-4e7e-b0a5-0a8c0c6f1e11\nlevel: high\ntags: [attack.execution]\nlogsource: {category: process_creation}\ndetection:\n  sel:\n    image: a.exe\n  condition: sel\n',
    },
  ]);
  const rule = '7a0c6a3a-45a3-4e7e-b0a5-0a8c0c6f1e11';
  const taught: Model = {
    ...handSet,
    id: 'taught',
    base: -2,
    gains: { '*': 0.7, detector: 1.2 },
    here: { [rule]: -0.8 },
  };
  for (const model of [handSet, taught]) {
    const pipeline = createPipeline({
      tenant: 'acme',
      engine,
      lake: new MemoryLake(),
      playbooks: loadPlaybooks(),
      model: () => model,
    });
    const origin = { product: undefined, service: undefined, categories: ['process_creation'] };
    pipeline.push(
      [1, 2, 3].map((n) => {
        const event = processStart(`e${n}`, n * 200, `ws-${n}`, 'ana', 'a.exe');
        return { ...event, origin, record: { ...event.record, image: 'a.exe' } };
      }),
    );
    const { surfaced, below } = pipeline.settle();
    const findings = [...surfaced, ...below];
    expect(findings.length).toBeGreaterThan(0);
    for (const { features, threatProbability, model: named } of findings) {
      expect(named).toBe(model.id);
      expect(Math.abs(weigh(model, features ?? one('none')).probability - threatProbability)).toBeLessThan(1e-9);
    }
  }
});
