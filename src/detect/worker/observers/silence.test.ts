import { describe, expect, test } from 'vitest';
import { Silence } from './silence.ts';

const MINUTE = 60_000;
const DAY = 1440;
const MONDAY = Date.UTC(2026, 0, 5) / MINUTE;

/** Plays minutes into a watch: who sends in which of them. Returns what it said, with the minute it said it in. */
function play(
  silence: Silence,
  from: number,
  to: number,
  sends: Readonly<Record<string, (minute: number) => boolean>>,
  lensOf: (source: string, minute: number) => string = () => 'l',
): { readonly minute: number; readonly what: string; readonly title: string }[] {
  const said = [];
  for (let minute = from; minute < to; minute += 1) {
    for (const [source, isSending] of Object.entries(sends))
      if (isSending(minute))
        silence.take('t', {
          source,
          lens: lensOf(source, minute),
          receivedAt: (MONDAY + minute) * MINUTE,
          minutes: [[MONDAY + minute, 10]],
        });
    for (const { detector } of silence.advance((MONDAY + minute + 1) * MINUTE + 40_000))
      said.push({ minute, what: detector.id, title: detector.title });
  }
  return said;
}

const always = () => true;
const never = () => false;
const until = (minute: number) => (at: number) => at < minute;

describe('silence', () => {
  test('a source that stops is said once, and again only after it came back', () => {
    const silence = new Silence();
    const stop = 10 * DAY;
    expect(play(silence, 0, stop, { steady: always, other: always })).toEqual([]);
    const said = play(silence, stop, stop + 2 * DAY, { steady: never, other: always });
    expect(said).toEqual([
      { minute: expect.closeTo(stop + 15, -0.5), what: 'baseline:source-silent', title: 'Source steady fell silent' },
    ]);
    expect(silence.activity('t', 'steady')).toMatchObject({ isSilent: true, eventsPerMinute: 0 });
    expect(play(silence, stop + 2 * DAY, stop + 3 * DAY, { steady: always, other: always })).toEqual([]);
    expect(silence.activity('t', 'steady')).toMatchObject({ isSilent: false, eventsPerMinute: 10 });
    expect(play(silence, stop + 3 * DAY, stop + 4 * DAY, { steady: never, other: always })).toHaveLength(1);
  });

  test('silence of everything is one detection, and no source is blamed for it', () => {
    const silence = new Silence();
    const stop = 10 * DAY;
    const all = { a: always, b: always, c: (at: number) => at % 3 === 0 };
    play(silence, 0, stop, all);
    const said = play(silence, stop, stop + 180, {});
    expect(said.map(({ what }) => what)).toEqual(['baseline:all-sources-silent']);
    expect(play(silence, stop + 180, stop + DAY, all)).toEqual([]);
    // One that does not come back with the others is then said by itself.
    play(silence, stop + DAY, stop + DAY + 60, {});
    const late = play(silence, stop + DAY + 60, stop + 2 * DAY, { ...all, c: never });
    expect(late.map(({ title }) => title)).toEqual(['Source c fell silent']);
    // What was everybody's silence has not taught it to expect such gaps of this one.
    expect(late[0]?.minute).toBeLessThan(stop + DAY + 90);
  });

  test('a source that goes on in another shape is told by the shape that is gone; one that mixes shapes is not', () => {
    const silence = new Silence();
    const change = 10 * DAY;
    const lensOf = (source: string, minute: number) => {
      if (source === 'mixed') return minute % 7 === 0 ? 'zeek' : 'generic';
      return minute < change ? 'winlogbeat7' : 'generic';
    };
    const said = play(silence, 0, change + DAY, { changed: always, mixed: always }, lensOf);
    expect(said.map(({ title }) => title)).toEqual(['Source changed no longer sends records read as winlogbeat7']);
  });

  test('an only source that stops is told, though a young one stopped with it', () => {
    const silence = new Silence();
    play(silence, 0, 10 * DAY, { old: always, young: (at) => at > 9 * DAY });
    expect(play(silence, 10 * DAY, 11 * DAY, {}).map(({ title }) => title)).toEqual(['Source old fell silent']);
  });

  test('while nobody looked, nobody fell silent', () => {
    const silence = new Silence();
    play(silence, 0, 10 * DAY, { a: always, b: always });
    expect(play(silence, 11 * DAY, 11 * DAY + 2, {})).toEqual([]);
    expect(play(silence, 11 * DAY + 2, 12 * DAY, { a: always, b: always })).toEqual([]);
    expect(play(silence, 12 * DAY, 13 * DAY, { b: always })).toHaveLength(1);
  });

  test('a young source is not missed', () => {
    const silence = new Silence();
    play(silence, 0, 10 * DAY, { old: always, young: (at) => at > 5 * DAY });
    expect(silence.activity('t', 'young')?.isYoung).toBe(true);
    expect(play(silence, 10 * DAY, 30 * DAY, { old: always })).toEqual([]);
  });

  test('a watch resumed from its snapshot says the same, by the same ids', () => {
    const ids = (silence: Silence) => {
      const found: string[] = [];
      for (let minute = 9 * DAY; minute < 11 * DAY; minute += 1) {
        if (minute < 9.5 * DAY)
          silence.take('t', {
            source: 'a',
            lens: 'l',
            receivedAt: (MONDAY + minute) * MINUTE,
            minutes: [[MONDAY + minute, 1]],
          });
        silence.take('t', {
          source: 'b',
          lens: 'l',
          receivedAt: (MONDAY + minute) * MINUTE,
          minutes: [[MONDAY + minute, 1]],
        });
        found.push(...silence.advance((MONDAY + minute + 1) * MINUTE).map(({ id }) => id));
      }
      return found;
    };
    const silence = new Silence();
    play(silence, 0, 9 * DAY, { a: until(20 * DAY), b: always });
    const resumed = new Silence();
    resumed.restore(JSON.parse(JSON.stringify(silence.snapshot())));
    const said = ids(silence);
    expect(said).toHaveLength(1);
    expect(ids(resumed)).toEqual(said);
  });
});
