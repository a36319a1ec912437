import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, detector, event, hit } from '../../test/support/events.ts';
import { MemoryLake } from '../adapters/memory-lake/lake.ts';
import type { Detection, Detector } from '../contracts/detection.ts';
import type { SourceEvent } from '../contracts/event.ts';
import { handSet, weigh } from '../score/index.ts';
import { DetectorHistory } from './history.ts';
import { createTriage, Repeats } from './index.ts';
import { surprise } from './rarity.ts';

const DAY = 1440;
const vendor = (id: string): Detector => ({ ...detector(id, 'low'), kind: 'vendor', id: `vendor:sensor:${id}` });
let made = 0;

/** An alert of another product about a host: nobody and no process is named. */
function alert(type: string, host: string, minute: number): { event: SourceEvent; detection: Detection } {
  made += 1;
  const one = event(`alert-${made}`, minute, { host, action: type });
  return { event: one, detection: hit(one, vendor(type)) };
}

function settled(alerts: readonly ReturnType<typeof alert>[], past: readonly Detection[] = []) {
  const lake = new MemoryLake();
  lake.add(alerts.map((one) => one.event));
  const history = new DetectorHistory();
  for (const detection of past) history.learn(detection);
  for (const { detection } of alerts) history.learn(detection);
  return createTriage({ lake, history })(
    alerts.map(({ detection }) => detection),
    handSet,
  );
}

const term = (
  candidate: { reasons: readonly { term: string; logOdds: number; text: string }[] } | undefined,
  name: string,
) => candidate?.reasons.find((reason) => reason.term === name);

describe('the past of detections', () => {
  it('counts ten-minute spans before a moment as a full list does, as long as it holds them all', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 20 * DAY }), { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 0, max: 20 * DAY }),
        (minutes, when) => {
          const history = new DetectorHistory();
          for (const minute of minutes) history.learn(alert('a', 'h', minute).detection);
          const limit = Math.floor(at(when) / 600_000);
          const cells = new Set(minutes.map((minute) => Math.floor(at(minute) / 600_000)));
          const before = [...cells].filter((cell) => cell < limit).length;
          expect(history.before(vendor('a').id, 'h', at(when)).cells).toBe(before);
        },
      ),
    );
  });

  it('holds a detector that never spoke for more surprising the longer nothing was heard of it', () => {
    const never = [1, 5, 30].map((days) => surprise({ cells: 0, days }));
    expect(never).toEqual(never.toSorted((a, b) => a - b));
    expect(surprise({ cells: 20 * 30, days: 30 })).toBeLessThan(1.3);
    expect(surprise({ cells: 0, days: 30 })).toBeGreaterThan(3);
  });

  it('says of a young tenant that it is young, and nothing of rarity', () => {
    const [candidate] = settled([alert('new', 'web', 60)]);
    expect(term(candidate, 'young')?.text).toContain('what is usual cannot be told yet');
    expect(term(candidate, 'rare-here')).toBeUndefined();
  });

  it('raises what has never been said of a host, and not what is said of it ten times a day', () => {
    const usual = Array.from({ length: 100 }, (_, i) => alert('usual', 'web', i * 144).detection);
    const [rare] = settled([alert('never', 'web', 10 * DAY + 1)], usual);
    const [daily] = settled([alert('usual', 'web', 10 * DAY + 1)], usual);
    expect(term(rare, 'rare-here')?.logOdds).toBeGreaterThan(0.4);
    expect(term(rare, 'rare-here')?.text).toContain('had never fired on web in the 10.0 days before');
    expect(term(daily, 'rare-here')?.logOdds).toBeLessThan(0.15);
  });
});

describe('repeats', () => {
  it('of a flood are told once, and again where it resumes', () => {
    const repeats = new Repeats();
    const told: number[] = [];
    // Fifty a second for a minute, twelve seconds of silence, and again.
    for (const from of [0, 1.2])
      for (let i = 0; i < 3000; i += 1) {
        const minute = from + i / 3000;
        if (!repeats.isRepeat(alert('flood', 'web', minute).detection)) told.push(minute);
      }
    expect(told).toHaveLength(2);
    expect(told[1]).toBeCloseTo(1.2, 6);
  });

  it('of other names, or ten minutes later, are no repeats', () => {
    const repeats = new Repeats();
    const all = [alert('a', 'web', 0), alert('a', 'mail', 0), alert('b', 'web', 0), alert('a', 'web', 11)];
    expect(all.map(({ detection }) => repeats.isRepeat(detection))).toEqual([false, false, false, false]);
  });
});

describe('a sweep', () => {
  const hosts = ['web', 'mail', 'vpn', 'files', 'dns'];

  it('over many hosts is one story, and what goes on at one of them is a story of that host', () => {
    const scan = hosts.map((host, i) => alert('probe', host, 100 + i / 10));
    const attack = [alert('injection', 'web', 102), alert('probe', 'web', 103), alert('shell', 'web', 104)];
    const stories = settled([...scan, ...attack]);
    expect(stories).toHaveLength(2);
    const [sweep, web] = stories.toSorted((a, b) => b.detections.length - a.detections.length);
    expect(sweep?.detections).toHaveLength(5);
    expect(term(sweep, 'sweep')?.text).toContain('of 5');
    expect(web?.detections.map(({ id }) => id)).toEqual(attack.map(({ detection }) => detection.id));
  });

  it('is none of three hosts, and none that takes hours', () => {
    expect(settled(hosts.slice(0, 3).map((host, i) => alert('probe', host, 100 + i / 10)))).toHaveLength(3);
    expect(settled(hosts.map((host, i) => alert('probe', host, 100 + 60 * i)))).toHaveLength(5);
  });

  it('is none where each names the account that did it: an intruder may walk fast', () => {
    const walk = hosts.map((host, i) => {
      const one = event(`walk-${i}`, 100 + i / 10, {
        host,
        user: 'ana',
        process: { key: `${host}|1`, pid: '1', image: 'x.exe', commandLine: undefined },
      });
      return { event: one, detection: hit(one, detector('tool', 'high')) };
    });
    expect(settled(walk)).toHaveLength(5);
  });
});

describe('a campaign', () => {
  it('lifts what happens elsewhere near a likely threat, and not the threat by what it lifts', () => {
    const past = [alert('x', 'old', -5 * DAY).detection];
    const strong = ['a', 'b', 'c', 'd', 'e', 'f'].map((type, i) => {
      const one = event(`strong-${type}`, 100 + i, { host: 'web', action: type });
      return { event: one, detection: hit(one, detector(type, 'high')) };
    });
    const near = alert('cpu', 'monitoring', 130);
    const far = alert('cpu', 'monitoring', 130 + 600);
    const alone = settled([near], past);
    const [, ...others] = settled([...strong, near, far], past).toSorted(
      (a, b) => weigh(handSet, b.features).logOdds - weigh(handSet, a.features).logOdds,
    );
    const lifted = others.find(({ detections }) => detections[0]?.id === near.detection.id);
    expect(term(lifted, 'campaign')?.logOdds).toBeGreaterThan(0.5);
    expect(
      term(
        others.find(({ detections }) => detections[0]?.id === far.detection.id),
        'campaign',
      ),
    ).toBeUndefined();
    expect(term(alone[0], 'campaign')).toBeUndefined();
  });

  it('is made of the same for every model', () => {
    const alerts = ['a', 'b', 'c'].map((type, i) => alert(type, `h${i}`, 100 + i));
    const lake = new MemoryLake();
    lake.add(alerts.map((one) => one.event));
    const history = new DetectorHistory();
    for (const { detection } of alerts) history.learn(detection);
    const triage = createTriage({ lake, history });
    const detections = alerts.map(({ detection }) => detection);
    const other = { ...handSet, base: 3, gains: { '*': 2 } };
    expect(triage(detections, other).map(({ features }) => features)).toEqual(
      triage(detections, handSet).map(({ features }) => features),
    );
  });
});
