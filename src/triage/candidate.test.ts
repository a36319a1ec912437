import { describe, expect, it } from 'vitest';
import { detector, event, hit, processStart } from '../../test/support/events.ts';
import { MemoryLake } from '../adapters/memory-lake/lake.ts';
import type { Detection } from '../contracts/detection.ts';
import type { SourceEvent } from '../contracts/event.ts';
import type { Candidate } from '../contracts/stages.ts';
import { handSet, weights } from '../score/index.ts';
import { candidateOf } from './candidate.ts';
import { inTimeOrder } from './group.ts';
import { detectorSpread } from './terms.ts';

function storyOf(
  detections: readonly Detection[],
  events: readonly SourceEvent[],
  all: readonly Detection[] = detections,
): Candidate {
  const lake = new MemoryLake();
  lake.add(events);
  return candidateOf(
    inTimeOrder(detections),
    { lake, spread: detectorSpread(all), sweeps: new Map(), history: undefined },
    handSet,
  );
}

const reason = (candidate: Candidate, term: string) => candidate.reasons.find((one) => one.term === term);

describe('a story', () => {
  it('of a flood keeps what founded it and what says most, within bounds, and tells how much there was', () => {
    const start = processStart('start', 0, 'ws1', 'ana', 'a.exe');
    const flood = Array.from({ length: 20_000 }, (_, i) =>
      event(`f${i}`, 1 + i / 10_000, {
        kind: 'network',
        host: 'ws1',
        user: 'ana',
        remoteAddress: `10.${i >> 8}.${i & 255}.1`,
      }),
    );
    const late = processStart('late', 3, 'ws1', 'ana', 'b.exe');
    const candidate = storyOf(
      [
        hit(start, detector('first', 'low')),
        ...flood.map((one) => hit(one, detector('flood', 'high'))),
        hit(late, detector('weak', 'low')),
      ],
      [start, ...flood, late],
    );
    expect(candidate.events).toHaveLength(500);
    expect(candidate.events[0]).toBe('start');
    expect(candidate.events).toContain('late');
    expect(candidate.entities.length).toBeLessThanOrEqual(100);
    expect(candidate.entities).toContainEqual({ kind: 'host', value: 'ws1' });
    expect(candidate.entities).toContainEqual({ kind: 'user', value: 'ana' });
    expect(candidate.detections).toHaveLength(20_002);
    expect(reason(candidate, 'size')).toMatchObject({ logOdds: 0, text: expect.stringContaining('20002 events') });
    expect(JSON.stringify({ ...candidate, detections: [] }).length).toBeLessThan(64 * 1024);
  });

  it('keeps the same entities while a flood grows', () => {
    const flood = (size: number) =>
      Array.from({ length: size }, (_, i) =>
        event(`f${i}`, i / 1000, { kind: 'logon_failure', host: `ws${i}`, user: `u${i}` }),
      );
    const keptOf = (size: number) => {
      const events = flood(size);
      return storyOf(
        events.map((one) => hit(one, detector('spray'))),
        events,
      ).entities.map(({ kind, value }) => `${kind} ${value}`);
    };
    expect(keptOf(2000).toSorted()).toEqual(keptOf(500).toSorted());
  });

  it('of ordinary size is kept whole and says nothing of its size', () => {
    const events = [processStart('a', 0, 'ws1', 'ana', 'a.exe'), processStart('b', 1, 'ws1', 'ana', 'b.exe')];
    const candidate = storyOf(
      events.map((one) => hit(one, detector('r'))),
      events,
    );
    expect(candidate.events).toEqual(['a', 'b']);
    expect(reason(candidate, 'size')).toBeUndefined();
  });

  it('is titled in one line, whatever telemetry calls its accounts and hosts', () => {
    const one = processStart('a', 0, 'ws\u202E1', `${'x'.repeat(5_000_000)}\n`, 'a.exe');
    const candidate = storyOf([hit(one, { ...detector('r'), title: 'T'.repeat(5000) })], [one]);
    expect(candidate.title.length).toBeLessThanOrEqual(301);
    expect(candidate.title).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(JSON.stringify(candidate.reasons).length).toBeLessThan(1000);
  });
});

describe('reasons', () => {
  it('count hosts only where a logon leads from one to another', () => {
    const net = event('net', 0, { kind: 'network', host: 'ws1', sourceAddress: '10.0.0.1', remoteAddress: '10.0.0.2' });
    const here = processStart('here', 1, 'ws1', 'ana', 'a.exe');
    const logon = event('logon', 3, { kind: 'logon', host: 'ws2', user: 'ana', sourceAddress: '10.0.0.1' });
    const there = processStart('there', 4, 'ws2', 'ana', 'b.exe');
    const detections = [here, there].map((one) => hit(one, detector('r')));
    expect(reason(storyOf(detections, [net, here, logon, there]), 'hosts')?.logOdds).toBe(weights.hostsCrossed);
    expect(reason(storyOf(detections, [net, here, there]), 'hosts')).toBeUndefined();
  });

  it('give a habit on several hosts nothing for its hosts', () => {
    const events = Array.from({ length: 36 }, (_, i) => ({
      ...processStart(`e${i}`, Math.floor(i / 3) * 60, `ws${i % 3}`, 'svc', 'job.exe'),
    }));
    const candidate = storyOf(
      events.map((one) => hit(one, detector('r'))),
      events,
    );
    expect(reason(candidate, 'habit')?.text).toBe(
      'The same act, 36 times in 12 different hours, on each of 3 hosts: a job, a health check or an agent does this',
    );
    expect(reason(candidate, 'hosts')).toBeUndefined();
  });

  it('say how many tactics and how many detectors, and count no more tactics than detectors', () => {
    const one = processStart('a', 0, 'ws1', 'ana', 'a.exe');
    const candidate = storyOf(
      [
        hit(one, detector('three', 'high', ['execution', 'persistence', 'impact'])),
        hit(one, detector('one', 'high', ['discovery'])),
        hit(one, detector('none', 'high', [])),
      ],
      [one],
    );
    const tactics = reason(candidate, 'tactics');
    expect(tactics?.text).toMatch(/^4 tactics of the kill chain, by 2 detectors, counted as 2: /);
    expect(tactics?.logOdds).toBe(weights.tacticsSeenTogether);
  });

  const hostsOfEstate = Array.from({ length: 12 }, (_, i) => processStart(`own${i}`, 0, `ws${i}`, `p${i}`, 'app.exe'));

  it('call a detector common that fires on many hosts for many, never on more than there are', () => {
    const events = Array.from({ length: 30 }, (_, i) =>
      processStart(`e${i}`, i * 300, `srv${i}`, `srv${i}$`, 'agent.exe'),
    );
    const all = events.map((one) => hit(one, detector('r')));
    const candidate = storyOf(all.slice(0, 1), [...hostsOfEstate, ...events], all);
    expect(reason(candidate, 'detector-common')?.text).toContain('fired on 30 of 42 hosts');
  });

  it('weigh a vendor’s rule by the worst it said of a case, less than a rule of ours, and say whose word it is', () => {
    const events = [event('a', 0, { host: 'ws1' }), event('b', 1, { host: 'ws1' }), event('c', 2, { host: 'ws1' })];
    const levels = ['low', 'high', 'medium'] as const;
    const candidate = storyOf(
      events.map((one, i) => hit(one, { ...detector('vendor:guardduty:x', levels[i]), kind: 'vendor' })),
      events,
    );
    expect(candidate.level).toBe('high');
    expect(reason(candidate, 'detector')?.text).toContain("high by the vendor's severity");
    expect(reason(candidate, 'detector')?.logOdds).toBeCloseTo(weights.level.high * weights.vendorShare, 12);
  });

  it('call common what a sensor sees from most addresses, and count addresses as no hosts', () => {
    const network = (id: string, sourceAddress: string) => event(id, 0, { kind: 'network', sourceAddress });
    const noise = Array.from({ length: 40 }, (_, i) => network(`n${i}`, `10.0.0.${i}`));
    const rare = network('rare', '10.0.0.7');
    const all = [...noise.map((one) => hit(one, detector('noise', 'low'))), hit(rare, detector('rare', 'low'))];
    const [first] = noise;
    if (first === undefined) throw new Error('no events');
    const common = reason(storyOf([hit(first, detector('noise', 'low'))], [first], all), 'detector-common');
    expect(common?.text).toContain('fired on 40 of 40 addresses');
    expect(common?.logOdds).toBeCloseTo(-weights.level.low, 12);
    expect(reason(storyOf([hit(rare, detector('rare', 'low'))], [rare], all), 'detector-common')).toBeUndefined();
    expect(detectorSpread(all).hosts.size).toBe(0);
  });

  it('do not call common what one account does on host after host', () => {
    const events = Array.from({ length: 8 }, (_, i) => processStart(`e${i}`, i * 130, `ws${i}`, 'adm', 'tool.exe'));
    const all = events.map((one) => hit(one, detector('r')));
    expect(reason(storyOf(all.slice(0, 1), [...hostsOfEstate, ...events], all), 'detector-common')).toBeUndefined();
  });
});
