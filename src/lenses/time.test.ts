import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseIso, parseTime, zoneBetween } from './time.ts';

describe('parseTime', () => {
  const at = Date.UTC(2024, 1, 29, 13, 5, 9, 123);
  const second = Date.UTC(2024, 1, 29, 13, 5, 9);
  test.each([
    ['2024-02-29T13:05:09.123Z', at],
    ['2024-02-29 13:05:09.123', at],
    ['2024-02-29 13:05:09.1234567', at],
    ['2024-02-29T13:05:09,123Z', at],
    ['2024-02-29T15:05:09.123+02:00', at],
    ['2024-02-29T08:35:09.123-0430', at],
    ['2024-02-29 13:05:09 +0000', second],
    ['2024-02-29 13:05:09.123 UTC', at],
    ['2024-02-29T13:05:09', second],
    ['1709211909', second],
    [1709211909, second],
    [1709211909.123, at],
    ['1709211909.123456', at],
    [1709211909123, at],
    ['1709211909123456', at],
    ['1709211909123456789', at],
    ['/Date(1709211909123)/', at],
    ['2/29/2024 1:05:09 PM', second],
    ['2/29/2024, 1:05:09.123 PM', at],
    ['2/29/2024 12:05:09 AM', Date.UTC(2024, 1, 29, 0, 5, 9)],
  ])('%s', (text, expected) => {
    expect(parseTime(text)).toBe(expected);
  });

  test.each([
    '',
    '-',
    'yesterday',
    '2023-02-29T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-02-29T13:65:00Z',
    '2024-02-29T13:05:09 local',
    '2024-02-29',
    'x'.repeat(5000),
    '1'.repeat(5000),
    42,
    Number.NaN,
    null,
    undefined,
    true,
    {},
    [],
  ])('no time: %s', (value) => {
    expect(parseTime(value)).toBeUndefined();
  });

  test('reads what Date writes', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1900-01-01'), max: new Date('2199-12-31'), noInvalidDate: true }),
        (date) => {
          expect(parseIso(date.toISOString())).toBe(date.getTime());
        },
      ),
    );
  });
});

test('a zone is what lies between two clocks, to the quarter hour', () => {
  const utc = Date.UTC(2024, 0, 1);
  expect(zoneBetween(utc - 4 * 3_600_000 + 2100, utc)).toBe(-4 * 3_600_000);
  expect(zoneBetween(utc + 5.75 * 3_600_000 - 900, utc)).toBe(5.75 * 3_600_000);
  expect(zoneBetween(utc + 40 * 3_600_000, utc)).toBeUndefined();
});
