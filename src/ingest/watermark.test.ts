import { expect, test } from 'vitest';
import { isTimeSuspect, Watermarks } from './index.ts';

const HOUR = 3_600_000;
const now = Date.UTC(2024, 0, 1);

test('a live door suspects what is a day late or ten minutes ahead', () => {
  expect(isTimeSuspect(now - 24 * HOUR, now, 'live')).toBe(false);
  expect(isTimeSuspect(now - 24 * HOUR - 1, now, 'live')).toBe(true);
  expect(isTimeSuspect(now + 600_000, now, 'live')).toBe(false);
  expect(isTimeSuspect(now + 600_001, now, 'live')).toBe(true);
});

test('a replay reads the past on purpose and suspects the future only', () => {
  expect(isTimeSuspect(0, now, 'replay')).toBe(false);
  expect(isTimeSuspect(now + 600_001, now, 'replay')).toBe(true);
});

test('a watermark trails the latest event of its source and never goes back; the slowest source holds for all', () => {
  const marks = new Watermarks(1000);
  expect(marks.of('a')).toBeUndefined();
  expect(marks.lowest()).toBeUndefined();
  marks.observe('a', 50_000);
  marks.observe('a', 20_000);
  marks.observe('b', 30_000);
  expect(marks.of('a')).toBe(49_000);
  expect(marks.lowest()).toBe(29_000);
});
