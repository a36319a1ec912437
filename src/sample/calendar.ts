export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

/** Monday to Friday (the company's offices keep UTC in the months the sample covers). */
export function isWorkday(time: number): boolean {
  const weekday = new Date(time).getUTCDay();
  return weekday !== 0 && weekday !== 6;
}

/** The last working day that begins within the range; the first day where there is none. */
export function lastWorkday(start: number, end: number): number {
  for (let midnight = end - day; midnight >= start; midnight -= day) if (isWorkday(midnight)) return midnight;
  return start;
}

/** How busy a day of the month is: closing books, salary and project reports crowd the ends. 1 is ordinary. */
export function monthLoad(time: number): number {
  const date = new Date(time).getUTCDate();
  if (date <= 3 || date >= 28) return 1.25;
  return date >= 13 && date <= 16 ? 1.1 : 1;
}

export function isoTime(time: number): string {
  return new Date(time).toISOString();
}

/** As CloudTrail writes it: whole seconds. */
export function isoSeconds(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

/** As Sysmon writes UtcTime. */
export function sysmonTime(time: number): string {
  return new Date(time).toISOString().replace('T', ' ').slice(0, 23);
}
