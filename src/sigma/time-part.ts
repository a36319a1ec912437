import type { TimePart } from './pattern.ts';

const written = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::\d\d(?:\.\d+)?)?)?/;

/**
 * One number out of a date, as the date is written: the Sigma modifiers appendix asks for no time zone conversion. A bare
 * number is seconds since the epoch, or milliseconds from 1e11 on, in UTC. undefined where the value is no date.
 */
export function timePartOf(part: TimePart, value: unknown): number | undefined {
  if (typeof value === 'string') {
    const found = written.exec(value);
    if (found) {
      const [year = 0, month = 0, day = 0] = found.slice(1, 4).map(Number);
      if (month < 1 || month > 12 || day < 1 || day > 31) return undefined;
      if (part === 'hour' || part === 'minute') {
        const text = found[part === 'hour' ? 4 : 5];
        return text === undefined ? undefined : Number(text);
      }
      return calendarPart(part, year, month, day);
    }
    if (!/^\d{9,14}(?:\.\d+)?$/.test(value)) return undefined;
  } else if (typeof value !== 'number') return undefined;
  const number = Number(value);
  const date = new Date(Math.abs(number) >= 1e11 ? number : number * 1000);
  if (Number.isNaN(date.getTime())) return undefined;
  if (part === 'hour') return date.getUTCHours();
  if (part === 'minute') return date.getUTCMinutes();
  return calendarPart(part, date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate());
}

function calendarPart(part: TimePart, year: number, month: number, day: number): number {
  if (part === 'year') return year;
  if (part === 'month') return month;
  if (part === 'day') return day;
  return isoWeek(year, month, day);
}

/** ISO 8601: the week belongs to the year that holds its Thursday. */
function isoWeek(year: number, month: number, day: number): number {
  const date = new Date(Date.UTC(year, month - 1, day));
  const weekday = (date.getUTCDay() + 6) % 7;
  date.setUTCDate(date.getUTCDate() - weekday + 3);
  const firstThursday = Date.UTC(date.getUTCFullYear(), 0, 4);
  const offset = (new Date(firstThursday).getUTCDay() + 6) % 7;
  return 1 + Math.round((date.getTime() - firstThursday) / 86_400_000 / 7 + (offset - 3) / 7);
}
