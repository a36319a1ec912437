import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWithin, onTheWall, WeeklyHours } from './weekly-hours.ts';

const hours = (timeZone: string, from: string, to: string, days = [2]): WeeklyHours => ({
  timeZone,
  spans: [{ days, from, to }],
});
const at = (iso: string): number => Date.parse(iso);

describe('weekly hours', () => {
  it('hold their first minute and not their last', () => {
    const tuesday = hours('UTC', '09:00', '11:00');
    expect(isWithin(tuesday, at('2026-01-06T08:59:59.999Z'))).toBe(false);
    expect(isWithin(tuesday, at('2026-01-06T09:00:00Z'))).toBe(true);
    expect(isWithin(tuesday, at('2026-01-06T10:59:59.999Z'))).toBe(true);
    expect(isWithin(tuesday, at('2026-01-06T11:00:00Z'))).toBe(false);
    expect(isWithin(tuesday, at('2026-01-07T09:30:00Z'))).toBe(false);
  });

  it('run past midnight into the next day, and from Sunday into Monday', () => {
    const night = hours('UTC', '22:00', '04:00', [7]);
    expect(isWithin(night, at('2026-01-04T23:00:00Z'))).toBe(true);
    expect(isWithin(night, at('2026-01-05T03:59:00Z'))).toBe(true);
    expect(isWithin(night, at('2026-01-05T04:00:00Z'))).toBe(false);
    expect(isWithin(night, at('2026-01-05T22:30:00Z'))).toBe(false);
    expect(isWithin(hours('UTC', '18:00', '24:00', [1]), at('2026-01-05T23:59:59Z'))).toBe(true);
    expect(isWithin(hours('UTC', '18:00', '24:00', [1]), at('2026-01-06T00:00:00Z'))).toBe(false);
  });

  it('are those on the wall there: the day, the offset and summer time', () => {
    // 23:30 on Monday in London is Tuesday morning in Auckland.
    expect(isWithin(hours('Pacific/Auckland', '09:00', '17:00'), at('2026-01-05T23:30:00Z'))).toBe(true);
    const evening = hours('Europe/Vienna', '20:00', '21:00', [1, 2, 3, 4, 5, 6, 7]);
    expect(isWithin(evening, at('2026-01-06T19:30:00Z'))).toBe(true);
    expect(isWithin(evening, at('2026-07-07T19:30:00Z'))).toBe(false);
    expect(isWithin(evening, at('2026-07-07T18:30:00Z'))).toBe(true);
    // 02:30 comes twice on the last Sunday of October, and not at all on that of March.
    const small = hours('Europe/Vienna', '02:00', '03:00', [7]);
    expect(isWithin(small, at('2026-10-25T00:30:00Z'))).toBe(true);
    expect(isWithin(small, at('2026-10-25T01:30:00Z'))).toBe(true);
    for (let minute = 0; minute < 180; minute += 1)
      expect(isWithin(small, at('2026-03-29T00:00:00Z') + minute * 60_000)).toBe(false);
  });

  it('take no place and no time that there is none of', () => {
    for (const bad of [
      hours('Mars/Olympus', '09:00', '10:00'),
      hours('UTC', '24:00', '10:00'),
      hours('UTC', '9:00', '10:00'),
      hours('UTC', '09:00', '24:30'),
      hours('UTC', '09:00', '10:00', [0]),
    ])
      expect(WeeklyHours.safeParse(bad).success).toBe(false);
    expect(WeeklyHours.safeParse(hours('Europe/Vienna', '09:00', '24:00')).success).toBe(true);
  });

  it('are those and their complement: every moment is in exactly one of the two', () => {
    const time = fc
      .integer({ min: 0, max: 1439 })
      .map((n) => `${String(Math.floor(n / 60)).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}`);
    fc.assert(
      fc.property(
        fc.constantFrom('UTC', 'Europe/Vienna', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Auckland'),
        time,
        time,
        fc.integer({ min: at('2025-01-01T00:00:00Z'), max: at('2027-01-01T00:00:00Z') }),
        (timeZone, from, to, moment) => {
          fc.pre(from !== to);
          const every = [1, 2, 3, 4, 5, 6, 7];
          expect(isWithin(hours(timeZone, from, to, every), moment)).not.toBe(
            isWithin(hours(timeZone, to, from, every), moment),
          );
        },
      ),
    );
  });

  it('know the day that the calendar has', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), (moment) => {
        const date = new Date(moment);
        expect(onTheWall('UTC', moment)).toEqual({
          day: ((date.getUTCDay() + 6) % 7) + 1,
          minute: date.getUTCHours() * 60 + date.getUTCMinutes(),
        });
      }),
    );
  });
});
