import { describe, expect, test } from 'vitest';
import { Rhythm } from './rhythm.ts';

const DAY = 1440;
/** A Monday, 00:00 UTC, in minutes. */
const MONDAY = Date.UTC(2026, 0, 5) / 60_000;
const DAYS = 365;
const STREAMS = 24;
/** From the eighth day on a stream is judged. */
const QUARTERS = (STREAMS * (DAYS - 7)) / 91.25;

/** Repeatable uniform numbers in [0, 1) (mulberry32). */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

type Draw = () => number;
const exponential = (draw: Draw, mean: number): number => -Math.log(1 - draw()) * mean;
const normal = (draw: Draw): number => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());

/** Active minutes since Monday of streams as they are met. */
const streams: Readonly<Record<string, (draw: Draw, days: number) => number[]>> = {
  'independent events': (draw, days) => {
    const mean = [2, 7, 30, 240][Math.floor(draw() * 4)] ?? 2;
    const minutes: number[] = [];
    for (let at = 0; at < days * DAY; at += exponential(draw, mean)) minutes.push(Math.floor(at));
    return minutes;
  },
  'bursts, with gaps of infinite variance between them': (draw, days) => {
    const minutes: number[] = [];
    for (let at = 0; at < days * DAY; at += 10 * ((1 - draw()) ** (-1 / 1.8) - 0.95)) {
      const length = 1 + Math.floor(exponential(draw, 20));
      for (let n = 0; n < length; n += 1) minutes.push(Math.floor(at + n));
      at += length;
    }
    return minutes;
  },
  'office hours': (draw, days) => {
    const minutes: number[] = [];
    for (let day = 0; day < days; day += 1) {
      if (day % 7 >= 5) continue;
      const end = day * DAY + 18 * 60 + 20 * normal(draw);
      for (let at = day * DAY + 8 * 60 + 15 * normal(draw); at < end; at += exponential(draw, 3))
        minutes.push(Math.floor(at));
    }
    return minutes;
  },
  'a batch a day': (draw, days) => {
    const minutes: number[] = [];
    for (let day = 0; day < days; day += 1) {
      const at = Math.floor(day * DAY + 125 + 15 * normal(draw));
      for (let n = 0; n < 5; n += 1) minutes.push(at + n);
    }
    return minutes;
  },
};

/** Feeds a stream; the number of times it was called silent though it went on. */
function falseCalls(rhythm: Rhythm, minutes: readonly number[]): number {
  let calls = 0;
  for (const minute of minutes) {
    if (rhythm.fellSilent(MONDAY + minute)) calls += 1;
    rhythm.active(MONDAY + minute);
  }
  return calls;
}

/** Minutes after its last until it is called silent. */
function calledAfter(rhythm: Rhythm, within: number): number {
  const last = rhythm.last ?? 0;
  for (let minute = last + 1; minute <= last + within; minute += 1) if (rhythm.fellSilent(minute)) return minute - last;
  return Number.POSITIVE_INFINITY;
}

describe('the rhythm of a source', () => {
  test.for(Object.keys(streams))(
    `%s: called silent falsely at most once a quarter (${STREAMS} streams, ${Math.round(QUARTERS)} quarters in all)`,
    { timeout: 60_000 },
    (name) => {
      let calls = 0;
      for (let stream = 0; stream < STREAMS; stream += 1)
        calls += falseCalls(new Rhythm(), streams[name]?.(uniform(stream + 1), DAYS) ?? []);
      // The upper end of the 95 % interval of the rate (square roots of Poisson counts are about normal, sd 1/2).
      const upper = (Math.sqrt(calls + 1) + 0.98) ** 2 / QUARTERS;

      expect(upper).toBeLessThan(1);
    },
  );

  test('a steady feed is missed after a quarter of an hour, one of office hours on a working morning within three', () => {
    const steady = new Rhythm();
    for (let minute = 0; minute < 10 * DAY; minute += 1) steady.active(MONDAY + minute);
    expect(calledAfter(steady, DAY)).toBeLessThanOrEqual(17);
    const office = new Rhythm();
    // Ends on a Tuesday at 10:00.
    const minutes = streams['office hours']?.(uniform(7), 90) ?? [];
    falseCalls(
      office,
      minutes.filter((minute) => minute < (12 * 7 + 1) * DAY + 600),
    );
    expect(calledAfter(office, DAY)).toBeLessThan(180);
  }, 20_000);

  test('a weekend does not count for office hours; a batch that does not come is missed in the second night', () => {
    const office = new Rhythm();
    const untilFriday = streams['office hours']?.(uniform(3), 12 * 7) ?? [];
    falseCalls(office, untilFriday);
    expect(calledAfter(office, 2 * DAY)).toBe(Number.POSITIVE_INFINITY);
    const batch = new Rhythm();
    falseCalls(batch, streams['a batch a day']?.(uniform(4), 60) ?? []);
    expect(calledAfter(batch, 5 * DAY)).toBeLessThan(2.1 * DAY);
  }, 20_000);

  test('a young one is not judged', () => {
    const rhythm = new Rhythm();
    for (let minute = 0; minute < 6 * DAY; minute += 1) rhythm.active(MONDAY + minute);
    expect(rhythm.isYoung).toBe(true);
    expect(calledAfter(rhythm, 60 * DAY)).toBe(Number.POSITIVE_INFINITY);
  });

  test('a saved rhythm goes on as the one it was saved from', () => {
    const minutes = streams['office hours']?.(uniform(9), 50) ?? [];
    const whole = new Rhythm();
    falseCalls(whole, minutes);
    const first = new Rhythm();
    falseCalls(first, minutes.slice(0, 5000));
    const second = new Rhythm();
    second.load(JSON.parse(JSON.stringify(first.save())));
    falseCalls(second, minutes.slice(5000));
    // Saved numbers are rounded.
    expect(Math.abs(calledAfter(second, 9 * DAY) - calledAfter(whole, 9 * DAY))).toBeLessThanOrEqual(2);
    expect(second.isCalled).toBe(true);
  }, 20_000);
});
