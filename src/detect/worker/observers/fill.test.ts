import { describe, expect, test } from 'vitest';
import { Fill } from './fill.ts';
import { Filling } from './filling.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 5);

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

function filledOf(draw: () => number, events: number, share: number): number {
  let filled = 0;
  for (let event = 0; event < events; event += 1) if (draw() < share) filled += 1;
  return filled;
}

const group = (kind: string, ...origin: string[]) => JSON.stringify([kind, ...origin]);
const starts = group('process_start', 'windows', 'sysmon', 'process_creation');
const rules = new Map([
  ['CommandLine', 37],
  ['Image', 12],
]);
const rulesFor = () => rules;

describe('filled fields', () => {
  test('unchanged shares, though they go up and down with the hour, are called ended in none of 864,000 judgements', () => {
    let calls = 0;
    let judged = 0;
    for (let field = 0; field < 400; field += 1) {
      const draw = uniform(field + 1);
      const share = 0.08 + 0.9 * draw();
      const swing = 0.4 * draw();
      const filling = new Filling();
      for (let hour = 0; hour < 2160; hour += 1) {
        const events = 40 + Math.floor(draw() * 60);
        const now = share * (1 - swing * (hour % 24 < 8 ? 1 : 0)) * (1 - 0.1 * draw());
        filling.see(events, filledOf(draw, events, now), hour);
        judged += 1;
        if (filling.closeHour() !== undefined) calls += 1;
      }
    }
    expect({ judged, calls }).toEqual({ judged: 864_000, calls: 0 });
  }, 30_000);

  test('a field that is renamed in a feed is called in the hour after, with its share before and after and the rules that look at it', () => {
    const fill = new Fill(rulesFor);
    const said = [];
    for (let hour = 0; hour < 96; hour += 1) {
      const filled =
        hour < 80
          ? { Image: 200, CommandLine: 196, 'activity.process.commandLine': 196 }
          : { Image: 200, CmdLine: 196 };
      const at = START + hour * HOUR;
      fill.take('t', {
        source: 'dc',
        lens: 'winlogbeat7',
        receivedAt: at,
        minutes: [],
        samples: [{ group: starts, events: 200, filled }],
      });
      said.push(...fill.advance(at + HOUR + 60_000).map((detection) => ({ hour, detection })));
    }
    expect(said).toHaveLength(1);
    expect(said[0]).toMatchObject({
      hour: 80,
      detection: {
        at: START + 80 * HOUR,
        events: [],
        entities: [],
        detector: { id: 'baseline:field-unfilled', title: 'Source dc no longer fills CommandLine and 1 more' },
        fields: [
          {
            selection: 'process_start windows/sysmon/process_creation',
            field: 'CommandLine',
            value: 'filled in 0 % of 200 sampled events since 2026-01-08T08:00Z',
            pattern: 'filled in 98 % of 16000 before; 37 loaded rules look at it',
          },
          {
            field: 'activity.process.commandLine',
            pattern: expect.stringContaining('triage and investigation use it'),
          },
          { field: 'source and lens', value: 'dc winlogbeat7' },
          { selection: 'blind', field: 'CommandLine', value: '37 loaded rules' },
        ],
      },
    });
    const ended = fill.fieldsOf('t', 'dc').filter(({ hasEnded }) => hasEnded);
    expect(ended.map(({ field, share }) => ({ field, share }))).toEqual([
      { field: 'CommandLine', share: 0 },
      { field: 'activity.process.commandLine', share: 0 },
    ]);
  });

  test('another mix of events at night is no end of any field', () => {
    const fill = new Fill(rulesFor);
    const draw = uniform(11);
    let said = 0;
    for (let hour = 0; hour < 24 * 21; hour += 1) {
      const at = START + hour * HOUR;
      const isNight = hour % 24 < 7;
      const counts = { starts: isNight ? 4 : 300, network: isNight ? 600 : 200 };
      const user = isNight ? 0.7 : 0.95;
      fill.take('t', {
        source: 'dc',
        lens: 'winlogbeat7',
        receivedAt: at,
        minutes: [],
        samples: [
          {
            group: starts,
            events: counts.starts,
            filled: { Image: counts.starts, 'activity.user': filledOf(draw, counts.starts, user) },
          },
          {
            group: group('network', 'windows', 'sysmon', 'network_connection'),
            events: counts.network,
            filled: { 'activity.user': filledOf(draw, counts.network, user), Image: counts.network },
          },
        ],
      });
      said += fill.advance(at + HOUR + 60_000).length;
    }
    expect(said).toBe(0);
  });

  test('a field that comes back and ends again is called again; a watch resumed from its snapshot says the same', () => {
    const run = (resumes: boolean) => {
      let fill = new Fill(rulesFor);
      const ids: string[] = [];
      for (let hour = 0; hour < 140; hour += 1) {
        const at = START + hour * HOUR;
        const isFilled = hour < 60 || (hour >= 70 && hour < 130);
        const filled: Record<string, number> = isFilled ? { Image: 50 } : {};
        const samples = [{ group: starts, events: 50, filled }];
        fill.take('t', { source: 'dc', lens: 'l', receivedAt: at, minutes: [], samples });
        ids.push(...fill.advance(at + HOUR + 60_000).map(({ id }) => id));
        if (!resumes) continue;
        const kept = JSON.stringify(fill.snapshot());
        fill = new Fill(rulesFor);
        fill.restore(JSON.parse(kept));
      }
      return ids;
    };
    const ids = run(false);
    expect(new Set(ids).size).toBe(2);
    expect(run(true)).toEqual(ids);
  });
});
