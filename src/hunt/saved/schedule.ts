import type { HuntSchedule } from '../../contracts/hunt.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** When a schedule is due after `now`, epoch ms; null where it never is. Times that passed while nothing ran are not made up for. */
export function nextDue(schedule: HuntSchedule, now: number): number | null {
  if (schedule.kind === 'none') return null;
  if (schedule.kind === 'hours') return now + schedule.every * HOUR;
  const today = Math.floor(now / DAY) * DAY + schedule.minute * MINUTE;
  return today > now ? today : today + DAY;
}
