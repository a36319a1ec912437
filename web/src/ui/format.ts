/** Numbers and times as the console writes them. */
export const count = (n: number): string => n.toLocaleString('en');

/** `96.2 %`. Never rounds to 0 % or 100 %: no score is certain. */
export function percent(probability: number): string {
  const share = probability * 100;
  if (share > 99.9 && probability < 1) return '> 99.9 %';
  if (share < 0.1 && probability > 0) return '< 0.1 %';
  return `${share.toFixed(1)} %`;
}

/** `+1.20`, `−0.45`, `0.00`: with a true minus sign, so that columns line up. */
export function signed(value: number, digits = 2): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return `${value < 0 ? '−' : '+'}${text}`;
}

const units: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
];

/** A length of time in its two largest units: `4 min 12 s`, `2 d 3 h`. Milliseconds in. */
export function duration(ms: number): string {
  if (ms < 1000) return '< 1 s';
  const first = units.findIndex(([, size]) => ms >= size);
  const parts: string[] = [];
  let left = ms;
  for (const [name, size] of units.slice(first, first + 2)) {
    const whole = Math.floor(left / size);
    left -= whole * size;
    if (whole > 0) parts.push(`${whole} ${name}`);
  }
  return parts.join(' ');
}

/** `just now`, `3 min`, `2 h`, `5 d`: one unit, for lists. */
export function age(ms: number): string {
  if (ms < 60_000) return 'just now';
  const unit = units.find(([, size]) => ms >= size);
  return unit ? `${Math.floor(ms / unit[1])} ${unit[0]}` : 'just now';
}

const zoneFormat = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' });

/** The viewer's zone, `CET`. */
export const zone = (): string =>
  zoneFormat.formatToParts(new Date()).find((part) => part.type === 'timeZoneName')?.value ?? '';

const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `18 Oct`, and the year where it is not this one. */
function day(at: number): string {
  const date = new Date(at);
  const year = date.getFullYear();
  const text = `${String(date.getDate()).padStart(2, '0')} ${monthNames[date.getMonth()]}`;
  return year === new Date().getFullYear() ? text : `${text} ${year}`;
}

const clock = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const minuteClock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** Epoch ms in the viewer's zone. `full` has the date and seconds, `minute` the date, `clock` the time of day with milliseconds. */
export const formats = {
  day,
  full: (at: number) => `${day(at)} ${clock.format(at)}`,
  minute: (at: number) => `${day(at)} ${minuteClock.format(at)}`,
  clock: (at: number) => `${clock.format(at)}.${String(new Date(at).getMilliseconds()).padStart(3, '0')}`,
} as const;

export type TimeFormat = keyof typeof formats;

/** ISO 8601 in UTC, or a note where the number is no time. */
export const utc = (at: number): string => (Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : 'not a time');

/** A family or disposition as a person writes it: `false_positive` -> `false positive`. */
export const words = (name: string): string => name.replaceAll(/[_-]/g, ' ');
