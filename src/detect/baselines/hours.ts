export const HOUR = 3_600_000;

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** Hours since the epoch, UTC. @param at epoch ms */
export function hourOf(at: number): number {
  return Math.floor(at / HOUR);
}

/** Days since the epoch. @param hour hours since the epoch */
export function dayOf(hour: number): number {
  return Math.floor(hour / 24);
}

/** 0 is Monday: the epoch began on a Thursday. @param day days since the epoch */
export function weekdayOf(day: number): number {
  return (day + 3) % 7;
}

/** "Friday", for a sentence. @param day days since the epoch */
export function weekdayName(day: number): string {
  return weekdays[weekdayOf(day)] ?? '';
}

/** "2026-01-09 03:00 UTC". @param hour hours since the epoch */
export function writtenHour(hour: number): string {
  return `${new Date(hour * HOUR).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
