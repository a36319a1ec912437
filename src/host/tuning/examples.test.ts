import { expect, it } from 'vitest';
import { loadRules, shippedRules } from '../../cli/load.ts';
import { compileRules } from '../../sigma/index.ts';
import { ruleExamples } from './examples.ts';

it('knows of every rule that ships what it must fire on, by its own test and by the intrusions told of', {
  timeout: 60_000,
}, async () => {
  const { engine, rules } = compileRules(loadRules([shippedRules]));
  const examplesOf = ruleExamples(rules);
  const single = rules.filter(({ kind, reported }) => kind === 'detection' && reported);
  let firing = 0;
  let intrusions = new Set<string>();
  for (const rule of single) {
    const examples = await examplesOf(rule.id);
    const hit = examples.filter(({ events }) =>
      events.some((event) => engine.matchAll(event).some(({ id }) => id === rule.id)),
    );
    expect(
      hit.some(({ name }) => name.startsWith('its own test')),
      rule.file,
    ).toBe(true);
    if (hit.some(({ name }) => name.startsWith('sample intrusion'))) firing += 1;
    intrusions = intrusions.union(new Set(hit.map(({ name }) => name).filter((name) => name.startsWith('sample'))));
  }
  expect(single.length).toBeGreaterThan(60);
  expect(firing).toBeGreaterThan(10);
  expect(intrusions.size).toBe(3);
});
