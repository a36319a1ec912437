import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileRules, type Shape, type SigmaEvent } from './index.ts';

const shape: Shape = { name: 'plain', reader: (field) => (record) => record[field], someValue: () => false };
const bases = ['a', 'b', 'c']
  .map(
    (name) =>
      `title: ${name}\nname: ${name}\nlogsource: { product: p }\ndetection: { s: { kind: ${name} }, condition: s }\n`,
  )
  .join('---\n');

interface Kind {
  readonly kind: string;
  readonly user: string;
  readonly value: number;
  readonly second: number;
}

function eventOf({ kind, user, value, second }: Kind): SigmaEvent {
  return {
    lens: shape,
    record: { kind, user, value },
    origin: { product: 'p', service: undefined, categories: [] },
    time: second * 1000,
  };
}

function correlationOf(type: string, rules: string, condition: string | undefined, seconds: number) {
  const text = `${bases}---\ntitle: c\ncorrelation:\n  type: ${type}\n  rules: ${rules}\n  group-by: [user]\n  timespan: ${seconds}s\n${condition ? `  condition: ${condition}\n` : ''}`;
  return compileRules([{ file: 'r.yml', text }]).engine;
}

function hitsOf(engine: ReturnType<typeof correlationOf>, events: readonly SigmaEvent[], lateness: number) {
  const correlator = engine.correlator({ lateness });
  const hits = [...events.flatMap((event) => correlator.push(event, engine.matchAll(event))), ...correlator.flush()];
  return hits.map(({ groupKey, events: behind, figure }) => ({
    groupKey,
    at: behind.map(({ time }) => time / 1000),
    figure,
  }));
}

const kind = fc.record({
  kind: fc.constantFrom('a', 'b', 'c'),
  user: fc.constantFrom('x', 'y'),
  value: fc.integer({ min: 0, max: 5 }),
  second: fc.integer({ min: 0, max: 60 }),
});
/** At most one event a second: the order of equal times is the order of arrival. */
const stream = fc.uniqueArray(kind, { selector: ({ second }) => second, maxLength: 30 });
const types: readonly [type: string, rules: string, condition?: string][] = [
  ['event_count', '[a]', '{ gte: 3 }'],
  ['event_count', '[a, b]', '{ gt: 2, lte: 4 }'],
  ['value_count', '[a, b]', '{ gte: 3, field: value }'],
  ['value_count', '[a]', '{ lt: 2, field: value }'],
  ['temporal', '[a, b, c]'],
  ['temporal_ordered', '[a, b, c]'],
  ['value_sum', '[a, b]', '{ gte: 9, field: value }'],
  ['value_avg', '[a, b]', '{ gte: 3, field: value }'],
  ['value_percentile', '[a, b]', '{ gte: 3, field: value, percentile: 50 }'],
];

describe('correlations', () => {
  test.for(types)(
    '%s of %s %s: the order of arrival does not matter within the lateness',
    ([type, rules, condition]) => {
      const engine = correlationOf(type, rules, condition, 10);
      fc.assert(
        fc.property(stream, fc.infiniteStream(fc.integer({ min: 0, max: 9 })), (kinds, delays) => {
          const inOrder = kinds.toSorted((a, b) => a.second - b.second);
          const arrival = inOrder
            .map((each) => ({ each, at: each.second + (delays.next().value ?? 0) }))
            .sort((a, b) => a.at - b.at)
            .map(({ each }) => each);
          expect(hitsOf(engine, arrival.map(eventOf), 10_000)).toEqual(hitsOf(engine, inOrder.map(eventOf), 0));
          expect(hitsOf(engine, arrival.map(eventOf), Number.POSITIVE_INFINITY)).toEqual(
            hitsOf(engine, inOrder.map(eventOf), 0),
          );
        }),
        { numRuns: 150 },
      );
    },
  );

  /** What the sliding types mean, by looking at every window that ends with an event. */
  const naive: Readonly<Record<string, (window: readonly Kind[]) => boolean>> = {
    event_count: (window) => window.length >= 3,
    value_count: (window) => new Set(window.map(({ value }) => value)).size >= 3,
    value_sum: (window) => window.reduce((sum, { value }) => sum + value, 0) >= 9,
    temporal: (window) => new Set(window.map((each) => each.kind)).size >= 2,
    temporal_ordered: (window) => window.at(-1)?.kind === 'b' && window.slice(0, -1).some((each) => each.kind === 'a'),
  };
  test.for<[string, string | undefined]>([
    ['event_count', '{ gte: 3 }'],
    ['value_count', '{ gte: 3, field: value }'],
    ['value_sum', '{ gte: 9, field: value }'],
    ['temporal', undefined],
    ['temporal_ordered', undefined],
  ])('%s: the hits are those of a plain look at every window', ([type, condition]) => {
    const engine = correlationOf(type, '[a, b]', condition, 10);
    const holds = naive[type] ?? (() => false);
    fc.assert(
      fc.property(stream, (kinds) => {
        const sorted = kinds.toSorted((a, b) => a.second - b.second);
        const expected: { groupKey: string; last: number }[] = [];
        const spoken = new Map<string, number>();
        for (const [i, { user, second, kind: name }] of sorted.entries()) {
          if (name === 'c') continue;
          const window = sorted
            .slice(0, i + 1)
            .filter((each) => each.user === user && each.kind !== 'c' && each.second >= second - 10);
          if (!holds(window) || second <= (spoken.get(user) ?? Number.NEGATIVE_INFINITY) + 10) continue;
          spoken.set(user, second);
          expected.push({ groupKey: user, last: second });
        }
        expect(
          hitsOf(engine, sorted.map(eventOf), 0).map(({ groupKey, at }) => ({ groupKey, last: at.at(-1) })),
        ).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  const chained = `${bases}---
title: burst
name: burst
correlation: { type: event_count, rules: [a], group-by: [user], timespan: 8s, condition: { gte: 2 } }
---
title: then
correlation: { type: temporal_ordered, rules: [burst, b], group-by: [user], timespan: 20s }
`;
  const all = types.map(([type, rules, condition]) => correlationOf(type, rules, condition, 10));
  const engines = [...all, compileRules([{ file: 'r.yml', text: chained }]).engine];
  const said = ({ rule, groupKey, events, figure }: ReturnType<ReturnType<typeof runOf>['push']>[number]) => ({
    rule: rule.title,
    groupKey,
    at: events.map(({ time }) => time),
    figure,
  });
  const runOf = (engine: (typeof engines)[number], lateness = 7000) => engine.correlator<SigmaEvent>({ lateness });
  const encode = ({ record, time }: SigmaEvent) => ({ ...record, time });
  const decode = (encoded: unknown): SigmaEvent => {
    const { time, ...record } = encoded as { time: number };
    return { lens: shape, record, origin: { product: 'p', service: undefined, categories: [] }, time };
  };

  test.for(engines.map((engine, at) => [types[at]?.join(' ') ?? 'chained', engine] as const))(
    '%s: a snapshot restored at any point gives the hits of a run that was not interrupted',
    ([, engine]) => {
      // Mostly onwards, so that windows fill, run over and are left; some come late, some too late.
      const step = fc.record({
        after: fc.integer({ min: 0, max: 4 }),
        late: fc.constantFrom(0, 0, 0, 1, 3, 12),
        event: fc.option(kind, { freq: 8 }),
      });
      fc.assert(
        fc.property(fc.array(step, { minLength: 15, maxLength: 60 }), fc.nat(40), (steps, cut) => {
          const uninterrupted = runOf(engine);
          let resumed = runOf(engine);
          let now = 0;
          for (const [at, { after, late, event: drawn }] of steps.entries()) {
            now += after;
            if (at === cut) {
              const kept = JSON.stringify(resumed.snapshot(encode));
              resumed = runOf(engine);
              resumed.restore(JSON.parse(kept), decode);
            }
            const [expected, given] = [uninterrupted, resumed].map((run) => {
              if (drawn === null) return run.advance((now - late) * 1000).map(said);
              const event = eventOf({ ...drawn, second: now - late });
              return run.push(event, engine.matchAll(event)).map(said);
            });
            expect(given).toEqual(expected);
          }
          expect(resumed.flush().map(said)).toEqual(uninterrupted.flush().map(said));
          expect(resumed.lateEvents).toBe(uninterrupted.lateEvents);
        }),
        { numRuns: 200 },
      );
    },
  );

  test('a snapshot of other rules: what is there word for word goes on, the rest is dropped', () => {
    const two = (count: number) =>
      compileRules([
        {
          file: 'r.yml',
          text: `${bases}---\ntitle: kept\ncorrelation: { type: event_count, rules: [a], group-by: [user], timespan: 50s, condition: { gte: 3 } }\n---\ntitle: edited\ncorrelation: { type: event_count, rules: [a], group-by: [user], timespan: 50s, condition: { gte: ${count} } }\n`,
        },
      ]).engine;
    const push = (engine: ReturnType<typeof two>, run: ReturnType<typeof runOf>, second: number) => {
      const event = eventOf({ kind: 'a', user: 'x', value: 0, second });
      return run.push(event, engine.matchAll(event)).map(({ rule }) => rule.title);
    };
    const [before, after] = [two(3), two(2)];
    const run = runOf(before, 0);
    expect([...push(before, run, 1), ...push(before, run, 2)]).toEqual([]);
    const resumed = runOf(after, 0);
    resumed.restore(JSON.parse(JSON.stringify(run.snapshot(encode))), decode);
    expect(push(after, resumed, 3)).toEqual(['kept']);
    expect(push(after, resumed, 4)).toEqual(['edited']);
  });

  test('what waits counts once the watermark is moved past it, and what then comes from before is late', () => {
    const engine = correlationOf('event_count', '[a]', '{ gte: 1 }', 10);
    const correlator = engine.correlator({ lateness: 5000 });
    const event = eventOf({ kind: 'a', user: 'x', value: 0, second: 10 });
    expect(correlator.push(event, engine.matchAll(event))).toEqual([]);
    expect(correlator.advance(9_999)).toEqual([]);
    expect(correlator.advance(10_000)).toHaveLength(1);
    const late = eventOf({ kind: 'a', user: 'y', value: 0, second: 9 });
    expect(correlator.push(late, engine.matchAll(late))).toEqual([]);
    expect(correlator.lateEvents).toBe(1);
  });

  test('an event behind the watermark is counted as late', () => {
    const engine = correlationOf('event_count', '[a]', '{ gte: 2 }', 10);
    const correlator = engine.correlator({ lateness: 1000 });
    for (const second of [100, 50]) {
      const event = eventOf({ kind: 'a', user: 'x', value: 0, second });
      correlator.push(event, engine.matchAll(event));
    }
    expect(correlator.lateEvents).toBe(1);
  });

  test('groups beyond the limit are forgotten, oldest first', () => {
    const engine = correlationOf('event_count', '[a]', '{ gte: 2 }', 1000);
    const correlator = engine.correlator({ lateness: 0, maxGroups: 2 });
    const hits = ['p', 'q', 'r', 'p', 'r'].flatMap((user, second) => {
      const event = eventOf({ kind: 'a', user, value: 0, second });
      return correlator.push(event, engine.matchAll(event));
    });
    expect(hits.map(({ groupKey }) => groupKey)).toEqual(['r']);
  });
});
