import { z } from 'zod';

/** Minutes of a day, `22:30`; `24:00` is its end. */
const TimeOfDay = z
  .string()
  .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be a time of day such as 22:30, at most 24:00');

/** Several spans of the week, on the clock of one place. */
export const WeeklyHours = z.strictObject({
  /** IANA name, `Europe/Vienna`: hours are those on the wall there, summer time included. */
  timeZone: z.string().max(64).refine(isTimeZone, 'must be a time zone of the IANA database, such as Europe/Vienna'),
  spans: z
    .array(
      z
        .strictObject({
          /** 1 is Monday, 7 is Sunday: the days on which the span begins. */
          days: z.array(z.number().int().min(1).max(7)).min(1).max(7),
          /** Included. */
          from: TimeOfDay,
          /** Not included; at or before `from`, it is on the next day. */
          to: TimeOfDay,
        })
        .refine(({ from }) => from !== '24:00', { path: ['from'], message: 'must be before 24:00' }),
    )
    .min(1)
    .max(21),
});
export type WeeklyHours = z.infer<typeof WeeklyHours>;

/** One formatter a zone: to make one costs more than to use it a thousand times. */
const formatters = new Map<string, Intl.DateTimeFormat>();
const ZONES_KEPT = 64;

const dayNumbers: Readonly<Record<string, number>> = { Mon: 1, Tue: 2, Wed: 3, Thu: 4, Fri: 5, Sat: 6, Sun: 7 };

/**
 * Whether a moment (epoch ms) is within the hours. Half-open: the first minute is in, the last is not. An hour that a change of the clock
 * leaves out never comes; one that it repeats counts both times.
 */
export function isWithin({ timeZone, spans }: WeeklyHours, at: number): boolean {
  const { day, minute } = onTheWall(timeZone, at);
  const yesterday = day === 1 ? 7 : day - 1;
  return spans.some(({ days, from, to }) => {
    const start = minutesOf(from);
    const end = minutesOf(to);
    if (end > start) return days.includes(day) && minute >= start && minute < end;
    return (days.includes(day) && minute >= start) || (days.includes(yesterday) && minute < end);
  });
}

/** Day of the week (1 is Monday) and minute of the day at a place. */
export function onTheWall(timeZone: string, at: number): { readonly day: number; readonly minute: number } {
  let formatter = formatters.get(timeZone);
  if (formatter === undefined) {
    if (formatters.size >= ZONES_KEPT) formatters.clear();
    formatter = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formatters.set(timeZone, formatter);
  }
  let day = 1;
  let minute = 0;
  for (const { type, value } of formatter.formatToParts(at)) {
    if (type === 'weekday') day = dayNumbers[value] ?? 1;
    else if (type === 'hour') minute += Number(value) * 60;
    else if (type === 'minute') minute += Number(value);
  }
  return { day, minute };
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
