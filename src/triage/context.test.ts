import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detector, event, hit } from '../../test/support/events.ts';
import type { ContextFact, FactBody } from '../contracts/context.ts';
import type { Detection } from '../contracts/detection.ts';
import { sumLogOdds, weights } from '../score/index.ts';
import { contextReasons, standingFacts } from './context.ts';
import { inTimeOrder } from './group.ts';
import { witnessesOf } from './witness.ts';

// The Monday of test/support/events.ts, 09:00 UTC.
const monday = Date.UTC(2026, 0, 5, 9);
const anything = { detectors: [], families: [], techniques: [], hosts: [], hours: null };
const expected = (part: Partial<Omit<Extract<FactBody, { kind: 'expected_behaviour' }>, 'kind'>> = {}): FactBody => ({
  kind: 'expected_behaviour',
  ...anything,
  ...part,
});

function fact(body: FactBody, part: Partial<ContextFact> = {}): ContextFact {
  return {
    id: 'c1',
    tenant: 't',
    entity: { kind: 'user', value: 'svc-scan' },
    body,
    text: 'Scans for missing patches',
    owner: 'IT operations',
    by: { id: 'ana', name: 'Ana Analyst' },
    at: monday - 86_400_000,
    until: monday + 30 * 86_400_000,
    withdrawnAt: null,
    ...part,
  };
}

const act = (id: string, minute: number, host: string, by = detector('scan')): Detection =>
  hit(event(id, minute, { kind: 'process_start', host, user: 'svc-scan' }), by);

function reasons(detections: readonly Detection[], ...facts: readonly ContextFact[]) {
  const group = inTimeOrder(detections);
  return contextReasons(group, witnessesOf(group), standingFacts(facts));
}
const weight = (...given: Parameters<typeof reasons>): number => sumLogOdds(0, reasons(...given));
const { narrow, broad } = weights.context.expected;

describe('context', () => {
  it('names the fact, who says it, who answers for it, since when and until when, and the events', () => {
    const [reason] = reasons([act('e1', 0, 'ws1')], fact(expected({ detectors: ['scan'] })));
    expect(reason).toEqual({
      term: 'context',
      text: 'Expected (1 hit): user svc-scan, "Scans for missing patches" (said by Ana Analyst, IT operations answers for it; since 2026-01-04, until 2026-02-04)',
      logOdds: narrow,
      evidence: ['e1'],
    });
  });

  it('weighs less where it says only by whom, and nothing where host, detector, technique or hours are others', () => {
    const one = [act('e1', 0, 'ws1')];
    expect(weight(one, fact(expected()))).toBe(broad);
    for (const body of [
      expected({ hosts: ['ws2'] }),
      expected({ detectors: ['other'] }),
      expected({ techniques: ['T1003'] }),
      expected({ families: ['discovery'] }),
      expected({ hours: { timeZone: 'UTC', spans: [{ days: [2], from: '08:00', to: '10:00' }] } }),
    ])
      expect(reasons(one, fact(body))).toEqual([]);
    const fits = expected({
      techniques: ['T1059'],
      hosts: ['ws1'],
      hours: { timeZone: 'UTC', spans: [{ days: [1], from: '09:00', to: '09:01' }] },
    });
    expect(weight(one, fact(fits))).toBe(narrow);
    expect(weight([act('e1', 1, 'ws1')], fact(fits))).toBe(0);
    expect(weight([act('e1', 0, 'ws1', detector('sub', 'high', [], ['T1059.001']))], fact(fits))).toBe(narrow);
    expect(weight(one, fact(expected(), { entity: { kind: 'user', value: 'ana' } }))).toBe(0);
  });

  it('leaves what is not explained standing: a detector counts where each of its hits is explained', () => {
    const scan = fact(expected({ hosts: ['ws1'] }));
    expect(weight([act('e1', 0, 'ws1'), act('e2', 1, 'ws2')], scan)).toBe(0);
    const other = act('e3', 2, 'ws2', detector('dump', 'critical'));
    const { level, witness } = weights;
    const share = (level.high * witness[1]) / (level.critical + level.high * witness[1]);
    expect(weight([act('e1', 0, 'ws1'), other], scan)).toBeCloseTo(broad * share, 12);
  });

  it('is no more for being said twice, and never takes more than its bound', () => {
    const body = expected({ detectors: ['scan'] });
    const one = [act('e1', 0, 'ws1')];
    expect(weight(one, fact(body), fact(body, { id: 'c2' }), fact(expected(), { id: 'c3' }))).toBe(narrow);
    const window = fact({ kind: 'maintenance_window', from: null, hours: null, also: [] }, { id: 'w' });
    expect(narrow + weights.context.window).toBeLessThan(weights.context.mostLowered);
    expect(weight(one, fact(body), window)).toBeCloseTo(weights.context.mostLowered, 12);
  });

  it('holds in a window from its start until its end, for all that are worked on', () => {
    const window = fact(
      { kind: 'maintenance_window', from: monday, hours: null, also: [{ kind: 'host', value: 'ws1' }] },
      { entity: { kind: 'host', value: 'db1' }, until: monday + 60 * 60_000 },
    );
    expect(weight([act('e', -1, 'ws1')], window)).toBe(0);
    expect(weight([act('e', 0, 'ws1')], window)).toBe(weights.context.window);
    expect(weight([act('e', 59, 'ws1')], window)).toBe(weights.context.window);
    expect(weight([act('e', 60, 'ws1')], window)).toBe(0);
    expect(weight([act('e', 0, 'ws2')], window)).toBe(0);
  });

  it('does not take the word of a time that the event itself does not have', () => {
    const suspect = { ...act('e', 0, 'ws1'), timeSuspect: true };
    const hours = { timeZone: 'UTC', spans: [{ days: [1], from: '09:00', to: '10:00' }] };
    expect(weight([suspect], fact(expected({ hours })))).toBe(0);
    expect(weight([suspect], fact(expected()))).toBe(broad);
  });

  it('has no effect once it has expired or was taken back', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e9, max: 0 }),
        fc.constantFrom<FactBody>(
          expected(),
          expected({ detectors: ['scan'] }),
          { kind: 'vip' },
          { kind: 'criticality', level: 'crown_jewel' },
        ),
        (before, body) => {
          const one = [act('e', 0, 'ws1')];
          expect(reasons(one, fact(body, { until: monday + before }))).toEqual([]);
          expect(reasons(one, fact(body, { until: monday + 1 }))).toHaveLength(1);
          expect(reasons(one, fact(body, { withdrawnAt: monday }))).toEqual([]);
        },
      ),
    );
  });

  it('raises for whom attackers seek out and what must not fall, within its bound', () => {
    const jewel = fact(
      { kind: 'criticality', level: 'crown_jewel' },
      { id: 'j', entity: { kind: 'host', value: 'ws1' } },
    );
    const one = [act('e', 0, 'ws1')];
    expect(weight(one, jewel)).toBe(weights.context.criticality.crown_jewel);
    expect(weight(one, jewel, fact({ kind: 'vip' }))).toBeCloseTo(weights.context.mostRaised, 12);
    expect(
      reasons(
        one,
        fact({ kind: 'criticality', level: 'normal' }),
        fact({ kind: 'note' }, { id: 'n' }),
        fact({ kind: 'owner' }, { id: 'o' }),
      ),
    ).toEqual([]);
  });

  it('stays within its bounds whatever is said, and says the same whatever order it is said in', () => {
    const host = fc.constantFrom('ws1', 'ws2', 'ws3');
    const hits = fc.array(
      fc.record({
        host,
        minute: fc.integer({ min: 0, max: 3000 }),
        by: fc.constantFrom('scan', 'dump', 'odd'),
        level: fc.constantFrom('low' as const, 'high' as const, 'critical' as const),
      }),
      { minLength: 1, maxLength: 12 },
    );
    const body = fc.oneof(
      fc.record({
        kind: fc.constant('expected_behaviour' as const),
        detectors: fc.subarray(['scan', 'dump']),
        families: fc.subarray(['execution']),
        techniques: fc.subarray(['T1059']),
        hosts: fc.subarray(['ws1', 'ws2']),
        hours: fc.constant(null),
      }),
      fc.constant<FactBody>({
        kind: 'maintenance_window',
        from: null,
        hours: null,
        also: [{ kind: 'host', value: 'ws2' }],
      }),
      fc.constant<FactBody>({ kind: 'vip' }),
      fc
        .constantFrom('low' as const, 'high' as const, 'crown_jewel' as const)
        .map((level): FactBody => ({ kind: 'criticality', level })),
    );
    const facts = fc.array(
      fc.tuple(
        body,
        fc.constantFrom({ kind: 'user' as const, value: 'svc-scan' }, { kind: 'host' as const, value: 'ws1' }),
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(hits, facts, (made, said) => {
        const detections = made.map(({ host: on, minute, by, level }, n) =>
          act(`e${n}`, minute, on, detector(`${by}-${level}`, level)),
        );
        const all = said.map(([what, entity], n) => fact(what, { id: `c${n}`, entity }));
        const given = reasons(detections, ...all);
        const down = sumLogOdds(
          0,
          given.filter(({ logOdds }) => logOdds < 0),
        );
        const up = sumLogOdds(
          0,
          given.filter(({ logOdds }) => logOdds > 0),
        );
        expect(down).toBeGreaterThanOrEqual(weights.context.mostLowered - 1e-9);
        expect(up).toBeLessThanOrEqual(weights.context.mostRaised + 1e-9);
        expect(given.length).toBeLessThanOrEqual(2 * 9);
        expect(reasons(detections.toReversed(), ...all.toReversed())).toEqual(given);
      }),
    );
  });
});
