import { compileRules, type Shape } from '../src/sigma/index.ts';

const shape: Shape = { name: 'plain', reader: (field) => (record) => record[field], someValue: () => false };
const origin = { product: 'test', service: undefined, categories: [] };

/** Updates a second of the correlation engine: in order, 1,000 groups, in a short window and a long one. */
export function correlationRates(updates = 1_000_000): Record<string, number | string> {
  return {
    lane: 'correlations',
    updates,
    eventCountPerSecond: rate('event_count', '{ gte: 100 }', '1m', updates),
    eventCountLongWindowPerSecond: rate('event_count', '{ gte: 100 }', '30d', updates),
    valueCountPerSecond: rate('value_count', '{ gte: 100, field: v }', '1m', updates),
    valueCountLongWindowPerSecond: rate('value_count', '{ gte: 100, field: v }', '30d', updates),
  };
}

function rate(type: string, condition: string, timespan: string, updates: number): number {
  const text = `title: base\nname: base\nlogsource: { product: test }\ndetection: { s: { f: 1 }, condition: s }\n---\ntitle: c\ncorrelation:\n  type: ${type}\n  rules: [base]\n  group-by: [u]\n  timespan: ${timespan}\n  condition: ${condition}\n`;
  const { engine } = compileRules([{ file: 'bench.yml', text }]);
  const records = Array.from({ length: 10_007 }, (_, i) => ({
    u: `user${(i * 7919) % 1000}`,
    v: `value${(i * 104_729) % 5003}`,
  }));
  const correlator = engine.correlator();
  const matched = engine.rules.filter(({ kind }) => kind === 'detection');
  const events = Array.from({ length: updates }, (_, i) => ({
    lens: shape,
    record: records[i % records.length] ?? {},
    origin,
    time: 1_700_000_000_000 + i,
  }));
  const started = performance.now();
  for (const event of events) correlator.push(event, matched);
  correlator.flush();
  return Math.round((updates / (performance.now() - started)) * 1000);
}
