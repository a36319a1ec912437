import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admissible, type ReliabilityCase } from './admissible.ts';
import { logE } from './e-process.ts';

const DAY = 86_400_000;

function caseOf(part: Partial<ReliabilityCase> & Pick<ReliabilityCase, 'id'>): ReliabilityCase {
  const traits = { detectors: ['d'], techniques: ['T1059'], entities: ['e'], sources: ['s'] };
  return { at: 0, entity: 'e', isError: false, seeded: false, ...traits, ...part };
}

const stream = fc
  .array(
    fc.record({
      at: fc.integer({ min: 0, max: 60 * DAY }),
      entity: fc.integer({ min: 0, max: 14 }).map((n) => `host-${n}`),
      isError: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
      seeded: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    }),
    { maxLength: 300 },
  )
  .map((parts) => parts.map((part, n) => caseOf({ id: `c${n}`, ...part })));

const ids = (cases: readonly { readonly id: string }[]) => cases.map(({ id }) => id);

describe('the cases that count', () => {
  it('are chosen without a look at outcomes: turning any outcome round moves that case at most', () => {
    fc.assert(
      fc.property(stream, fc.nat(), (cases, which) => {
        const turned = cases[which % Math.max(1, cases.length)];
        if (turned === undefined) return;
        const other = cases.map((each) => (each === turned ? { ...each, isError: !each.isError } : each));
        const besides = (all: readonly ReliabilityCase[]) =>
          ids(admissible(all).counted).filter((id) => id !== turned.id);
        expect(besides(other)).toEqual(besides(cases));
      }),
    );
  });

  it('are the same where no case errs and where errors are only among them', () => {
    fc.assert(
      fc.property(stream, (cases) => {
        const clean = cases.map((each) => ({ ...each, isError: false }));
        const kept = new Set(ids(admissible(clean).counted));
        const wrong = cases.map((each) => ({ ...each, isError: each.isError && kept.has(each.id) }));
        expect(new Set(ids(admissible(wrong).counted))).toEqual(kept);
      }),
    );
  });

  it('do not depend on the order in which they are given', () => {
    fc.assert(
      fc.property(stream, (cases) => {
        expect(admissible(cases.toReversed())).toEqual(admissible(cases));
      }),
    );
  });

  it('never choose by what comes later', () => {
    fc.assert(
      fc.property(stream, fc.integer({ min: 0, max: 60 * DAY }), (cases, until) => {
        const early = admissible(cases.filter(({ at }) => at < until));
        expect(ids(early.counted)).toEqual(ids(admissible(cases).counted.filter(({ at }) => at < until)));
      }),
    );
  });

  it('hold every error of the stream, and no evidence is above that of all cases', () => {
    fc.assert(
      fc.property(stream, (cases) => {
        const record = admissible(cases);
        const real = cases.filter(({ seeded }) => !seeded);
        expect(record.errors).toBe(real.filter(({ isError }) => isError).length);
        expect(record.cases + record.leftOut.length).toBe(cases.length);
        expect(logE(0.05, record.errors, record.cases)).toBeLessThanOrEqual(
          logE(0.05, record.errors, real.length) + 1e-9,
        );
      }),
    );
  });

  it('hold one clean case an entity and day, the first, and no entity over a tenth of the record', () => {
    fc.assert(
      fc.property(stream, (cases) => {
        const clean = cases.map((each) => ({ ...each, isError: false }));
        const { counted, largestEntity, leftOut } = admissible(clean);
        const first = new Map<string, ReliabilityCase>();
        for (const each of clean
          .filter(({ seeded }) => !seeded)
          .toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))) {
          const key = `${each.entity} ${Math.floor(each.at / DAY)}`;
          if (!first.has(key)) first.set(key, each);
        }
        const days = counted.map((each) => `${each.entity} ${Math.floor(each.at / DAY)}`);
        expect(new Set(days).size).toBe(days.length);
        if (leftOut.every(({ why }) => why !== 'entity-share')) {
          for (const each of counted)
            expect(first.get(`${each.entity} ${Math.floor(each.at / DAY)}`)?.id).toBe(each.id);
        }
        if (largestEntity !== null) {
          expect(largestEntity.cases).toBeLessThanOrEqual(Math.max(9, counted.length / 10));
        }
      }),
    );
  });

  it('go on for ever with eleven equally busy entities and stop with ten', () => {
    const counted = (entities: number) =>
      admissible(
        Array.from({ length: 60 * entities }, (_, n) =>
          caseOf({ id: `${n}`, at: Math.floor(n / entities) * DAY, entity: `host-${n % entities}` }),
        ),
      ).cases;
    expect(counted(11)).toBe(660);
    expect(counted(10)).toBe(90);
  });

  it('are told with the days they span, why others are left out, and seeded threats apart', () => {
    const record = admissible([
      caseOf({ id: 'a' }),
      caseOf({ id: 'b', at: 1 }),
      caseOf({ id: 'c', at: 2, isError: true }),
      caseOf({ id: 'd', at: 3, seeded: true, isError: true }),
      caseOf({ id: 'e', at: 20 * DAY, entity: 'f' }),
    ]);
    expect(ids(record.counted)).toEqual(['a', 'c', 'e']);
    expect(record.leftOut).toEqual([
      { id: 'b', why: 'same-day' },
      { id: 'd', why: 'seeded' },
    ]);
    expect(record).toMatchObject({ cases: 3, errors: 1, daysSpanned: 20, largestEntity: { entity: 'e', cases: 2 } });
    expect(() => admissible([caseOf({ id: 'x', at: Number.NaN })])).toThrow(/case 'x' is at NaN/);
  });
});
