import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Page, Shift } from '../contracts/rota.ts';
import { duePages, type Unacknowledged } from './paging.ts';

const MINUTE = 60_000;
const within = { critical: 10, high: 30, medium: 240, low: 1440, informational: 2880 };

const shift = (account: string, duty: Shift['duty'], startsAt = 0, endsAt = 10_000 * MINUTE): Shift => ({
  id: `shift-${account}`,
  tenant: 'acme',
  account,
  name: account,
  duty,
  startsAt,
  endsAt,
  contact: `${account}@acme.example`,
  withdrawnAt: null,
});
const finding = (changes: Partial<Unacknowledged> = {}): Unacknowledged => ({
  finding: 'f',
  visibleAt: 0,
  severity: 'critical',
  waits: [],
  ...changes,
});

/** Looks every minute until `until`, as the host does; what was paged is remembered. */
function run(
  findings: readonly Unacknowledged[],
  shifts: readonly Shift[],
  until: number,
  every = MINUTE,
): readonly Page[] {
  const paged: Page[] = [];
  for (let now = 0; now <= until; now += every) {
    for (const page of duePages(now, within, findings, shifts, paged)) paged.push({ ...page, sentAt: now, tries: 1 });
  }
  return paged;
}
const who = (pages: readonly Page[]) => pages.map(({ account, at }) => [account, at / MINUTE]);

describe('paging', () => {
  test('tells the first on call in time, then the next, then the leads, each once', () => {
    const shifts = [shift('lead', 'escalation'), shift('ana', 'on_call', 1), shift('ben', 'on_call', 2)];
    expect(who(run([finding()], shifts, 200 * MINUTE))).toEqual([
      ['ana', 10],
      ['ben', 20],
      ['lead', 30],
    ]);
    expect(who(run([finding({ severity: 'high' })], shifts, 65 * MINUTE))).toEqual([
      ['ana', 30],
      ['ben', 60],
    ]);
  });

  test('passes over whoever is not on shift or was taken off, and tells the leads where nobody is', () => {
    const late = shift('late', 'on_call', 15 * MINUTE);
    const over = shift('over', 'on_call', 0, 5 * MINUTE);
    const off = { ...shift('off', 'on_call'), withdrawnAt: 1 };
    expect(who(run([finding()], [late, over, off, shift('lead', 'escalation')], 100 * MINUTE))).toEqual([
      ['lead', 10],
      ['late', 20],
    ]);
  });

  test('stands while the customer is asked', () => {
    const waits = [{ from: 5 * MINUTE, until: 65 * MINUTE }];
    expect(who(run([finding({ waits })], [shift('ana', 'on_call')], 200 * MINUTE))).toEqual([['ana', 70]]);
    const forever = [{ from: 5 * MINUTE, until: null }];
    expect(run([finding({ waits: forever })], [shift('ana', 'on_call')], 200 * MINUTE)).toEqual([]);
  });
});

const shiftOf = fc.record({
  account: fc.constantFrom('a', 'b', 'c', 'd'),
  duty: fc.constantFrom('on_call' as const, 'escalation' as const),
  startsAt: fc.integer({ min: 0, max: 100 }).map((minute) => minute * MINUTE),
  length: fc.integer({ min: 1, max: 300 }),
});
const rota = fc.array(shiftOf, { maxLength: 6 }).map((shifts) =>
  shifts.map(({ account, duty, startsAt, length }, index) => ({
    ...shift(account, duty, startsAt, startsAt + length * MINUTE),
    id: `s${index}`,
  })),
);
const queue = fc
  .array(
    fc.record({
      visibleAt: fc.integer({ min: 0, max: 60 }).map((minute) => minute * MINUTE),
      severity: fc.constantFrom('critical' as const, 'high' as const),
    }),
    { maxLength: 4 },
  )
  .map((all) => all.map((one, index) => finding({ ...one, finding: `f${index}` })));

test('however the rota looks: nobody twice, nobody early, nobody off shift, steps without gaps, nothing that is not due', () => {
  fc.assert(
    fc.property(rota, queue, (shifts, findings) => {
      const paged = run(findings, shifts, 200 * MINUTE, 5 * MINUTE);
      for (const { finding: id, visibleAt, severity } of findings) {
        const pages = paged.filter((page) => page.finding === id);
        const every = within[severity] * MINUTE;
        expect(new Set(pages.map(({ account }) => account)).size).toBe(pages.length);
        expect(pages.map(({ step }) => step)).toEqual(pages.map((_, place) => place));
        for (const { at, step, account } of pages) {
          expect(at - visibleAt).toBeGreaterThanOrEqual((step + 1) * every);
          const onShift = shifts.filter(({ startsAt, endsAt }) => startsAt <= at && at < endsAt);
          expect(onShift.map((each) => each.account)).toContain(account);
          // A lead is told only when everybody on call knows already.
          const told = new Set(pages.filter((page) => page.step < step).map((page) => page.account));
          const untold = onShift.some((each) => each.duty === 'on_call' && !told.has(each.account));
          if (untold) {
            expect(onShift.some((each) => each.account === account && each.duty === 'on_call')).toBe(true);
          }
        }
      }
    }),
  );
});

test('whoever is on call all along is told within one look of being due', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 500 }),
      fc.constantFrom('critical' as const, 'high' as const),
      (minute, level) => {
        const visibleAt = minute * MINUTE;
        const [page] = run([finding({ visibleAt, severity: level })], [shift('ana', 'on_call')], 700 * MINUTE);
        expect(page?.at).toBe(visibleAt + within[level] * MINUTE);
      },
    ),
  );
});
