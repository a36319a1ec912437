import { describe, expect, it } from 'vitest';
import { at, event } from '../../test/support/events.ts';
import { Detection } from '../contracts/detection.ts';
import type { SourceEvent } from '../contracts/event.ts';
import { stableId } from '../kernel/ids.ts';
import { compileRules } from '../sigma/index.ts';
import { createDetecting, type DetectingOptions } from './index.ts';

const base =
  'title: Failed logon\nid: 6c0a3c1e-0000-4000-8000-000000000001\nname: failed\nlevel: low\nlogsource: {category: x}\ndetection: {s: {kind: logon_failure}, condition: s}\n';
const correlation = (condition: string, groupBy = '[user]') =>
  `title: Many\nid: 6c0a3c1e-0000-4000-8000-000000000002\nlevel: high\ncorrelation:\n  type: event_count\n  rules: [failed]\n  group-by: ${groupBy}\n  timespan: 1h\n  condition: ${condition}\n`;

function detecting(rule: string, options?: DetectingOptions) {
  const { engine, problems } = compileRules([{ file: 'r.yml', text: `${base}---\n${rule}` }]);
  expect(problems).toEqual([]);
  return createDetecting(engine, 't', options);
}

function failure(id: string, minute: number, user = 'ana'): SourceEvent {
  return {
    ...event(id, minute, { kind: 'logon_failure', host: 'ws1', user }),
    origin: { product: undefined, service: undefined, categories: ['x'] },
  };
}

describe('a detection by one event', () => {
  it('has the same id wherever it is detected again, and values of one line', () => {
    const rule = `title: Odd\nid: 6c0a3c1e-0000-4000-8000-000000000003\nlevel: high\nlogsource: {category: x}\ndetection: {s: {user|startswith: odd}, condition: s}\n`;
    const odd = failure('e1', 0, `odd\u202E\n${'x'.repeat(100_000)}`);
    const detect = (events: readonly SourceEvent[]) =>
      detecting(rule)
        .push(events)
        .find(({ detector }) => detector.title === 'Odd');
    const first = detect([odd]);
    expect(detect([failure('e0', 0), odd])).toEqual(first);
    expect(Detection.parse(first)).toEqual(first);
    for (const { value } of first?.fields ?? []) {
      expect(value.length).toBeLessThanOrEqual(1001);
      expect(value).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
    expect(first).not.toHaveProperty('timeSuspect');
  });

  it('tells when its record has no time, whatever the clock thinks of those that have', () => {
    const rule = `title: Any\nid: 6c0a3c1e-0000-4000-8000-000000000004\nlevel: high\nlogsource: {category: x}\ndetection: {s: {user: ana}, condition: s}\n`;
    const undated = { ...failure('e1', 0), timeSuspect: true };
    expect(
      detecting(rule)
        .push([undated])
        .map(({ timeSuspect }) => timeSuspect),
    ).toEqual([true, true]);
    const ahead = { ...undated, lens: { ...undated.lens, time: () => at(0) } };
    expect(
      detecting(rule)
        .push([ahead])
        .map(({ timeSuspect }) => timeSuspect),
    ).toEqual([undefined, undefined]);
  });
});

describe('a correlation', () => {
  it('over 200,000 events names the ends, counts all, and is known by its group and first event', () => {
    const run = detecting(correlation('{ gte: 3, lte: 1000000 }'));
    const events = Array.from({ length: 200_000 }, (_, i) => failure(`e${i}`, i / 10_000));
    expect(run.push(events)).toEqual([]);
    const [many, ...others] = run.end();
    expect(others).toEqual([]);
    expect(many?.events).toHaveLength(1000);
    expect(many?.events[0]).toBe('e0');
    expect(many?.events.at(-1)).toBe('e199999');
    expect(many?.at).toBe(at(0));
    expect(many?.fields).toEqual([
      { selection: 'group-by', field: 'user', value: 'ana', pattern: 'figure 200000 over 200000 events' },
    ]);
    const { id = '', version = '' } = many?.detector ?? {};
    expect(many?.id).toBe(stableId('detection', 't', id, version, 'ana', 'e0'));
  });

  it('without a group tells its count as well', () => {
    const run = detecting(correlation('{ gte: 2 }', '[]'));
    run.push([failure('a', 0), failure('b', 1, 'bo')]);
    expect(run.end()[0]?.fields).toEqual([
      { selection: 'group-by', field: '', value: 'all events', pattern: 'figure 2 over 2 events' },
    ]);
  });

  it('has one id whatever order its events arrive in, those of one moment as well', () => {
    const events = [failure('c', 0), failure('a', 0), failure('b', 1)];
    const idOf = (order: readonly SourceEvent[]) => {
      const run = detecting(correlation('{ gte: 3 }'));
      run.push(order);
      return run.end().map(({ id }) => id);
    };
    expect(idOf(events)).toHaveLength(1);
    expect(idOf(events.toReversed())).toEqual(idOf(events));
  });

  it('told at the end is not told again, and is the same when its events are read again', () => {
    const run = detecting(correlation('{ gte: 3 }'));
    const events = [failure('a', 0), failure('b', 1), failure('c', 2)];
    run.push(events);
    const [told] = run.end();
    expect(told).toBeDefined();
    expect(run.end()).toEqual([]);
    run.push([failure('d', 300, 'bo'), failure('e', 301, 'bo'), failure('f', 302, 'bo')]);
    expect(run.end().map(({ events: [first] }) => first)).toEqual(['d']);
    run.push(events);
    expect(run.end()).toEqual([told]);
  });

  it('waits for the end by default, and with a lateness only that long', () => {
    const events = [failure('a', 0), failure('b', 1), failure('c', 2), failure('late', 10)];
    expect(detecting(correlation('{ gte: 3 }')).push(events)).toEqual([]);
    const live = detecting(correlation('{ gte: 3 }'), { lateness: 60_000 });
    expect(live.push(events).map(({ events: [first] }) => first)).toEqual(['a']);
  });
});
