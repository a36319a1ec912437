import type { Level } from '../contracts/detection.ts';
import type { Policy } from '../contracts/policy.ts';
import type { Page, Shift } from '../contracts/rota.ts';
import type { Wait } from '../ports/state/review.ts';

const MINUTE = 60_000;

/** An open finding as far as paging looks at it. Times are epoch ms. */
export interface Unacknowledged {
  readonly finding: string;
  readonly visibleAt: number;
  /** The severity that readers are shown. */
  readonly severity: Level;
  readonly waits: readonly Wait[];
}

/**
 * Whom to page now. The first person on call is told when nobody has opened a finding within the policy's minutes for its severity,
 * the next one each such time later, and after the last of those on call the leads, in turn. Nobody is told twice of one finding, and
 * no step is taken twice; where nobody is on call, the leads are told at once. While a finding waits on the customer its time stands.
 *
 * @param findings open ones that nobody has acknowledged
 * @param shifts any; those that run at `now` count
 * @param paged pages of these findings so far
 */
export function duePages(
  now: number,
  within: Policy['acknowledgeWithin'],
  findings: readonly Unacknowledged[],
  shifts: readonly Shift[],
  paged: readonly Page[],
): readonly Omit<Page, 'sentAt' | 'tries'>[] {
  const running = shifts.filter(
    ({ startsAt, endsAt, withdrawnAt }) => withdrawnAt === null && startsAt <= now && now < endsAt,
  );
  const order = [...inTurn(running, 'on_call'), ...inTurn(running, 'escalation')];
  const soFar = Map.groupBy(paged, ({ finding }) => finding);
  return findings.flatMap(({ finding, visibleAt, severity, waits }) => {
    const before = soFar.get(finding) ?? [];
    const every = within[severity] * MINUTE;
    const waited = waits.reduce((sum, { from, until }) => sum + Math.max(0, (until ?? now) - from), 0);
    const earned = Math.floor((now - visibleAt - waited) / every);
    const told = new Set(before.map(({ account }) => account));
    const step = before.length;
    const next = order.find(({ account }) => !told.has(account));
    if (earned <= step || next === undefined) return [];
    const { tenant, account, contact } = next;
    return [{ tenant, finding, step, account, contact, at: now }];
  });
}

/** By start, then id: the order in which the rota shows them. */
function inTurn(shifts: readonly Shift[], duty: Shift['duty']): readonly Shift[] {
  return shifts
    .filter((shift) => shift.duty === duty)
    .toSorted((a, b) => a.startsAt - b.startsAt || (a.id < b.id ? -1 : 1));
}
