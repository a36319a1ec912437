import { seeded } from '../../src/kernel/seeded.ts';
/** When a record is written, over and over. */
export interface Series {
  readonly from: string;
  readonly everyMinutes: number;
  /** How often; or, instead, for how many days. */
  readonly times?: number;
  readonly days?: number;
  /** Only on days of the week (1 Monday .. 7 Sunday) and between hours (UTC, the second not included). */
  readonly weekdays?: readonly number[];
  readonly between?: readonly [from: number, to: number];
  /** Each is moved by up to so many minutes to either side. */
  readonly jitterMinutes?: number;
  /** Each is written with this probability only. */
  readonly chance?: number;
}

type Picked = string | number | Readonly<Record<string, string | number>>;

/**
 * A record and how often it is written. In any text of it, `{i}` becomes 1, 2, ... `repeat` (`{ii}`: 01, 02, ...), `{at}` the time, `{nnn}`
 * the number of the time (001, ...), `{n}` the number of the record, unlike any other's. Of `pick`, `{name}` becomes one value of the
 * list each time, `{name.part}` a part of it where values have parts; of `own`, it is always the same for the same `{i}`.
 */
export type Telemetry = Record<string, unknown> & {
  readonly repeat?: number;
  readonly series?: Series;
  readonly pick?: Readonly<Record<string, readonly Picked[]>>;
  readonly own?: Readonly<Record<string, readonly Picked[]>>;
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const once: Series = { from: '2026-02-03T00:00:00Z', everyMinutes: 0, times: 1 };

/** The records as JSON lines, by time where every record has a series. The same text gives the same lines. */
export function linesOf(telemetry: readonly Telemetry[]): string {
  const random = seeded(20260203);
  const lines: { readonly at: number; readonly line: string }[] = [];
  for (const { repeat = 1, series = once, pick = {}, own = {}, ...record } of telemetry) {
    const text = JSON.stringify(record);
    for (const [n, time] of timesOf(series).entries()) {
      for (let i = 1; i <= repeat; i += 1) {
        if (series.chance !== undefined && random() >= series.chance) continue;
        const at = time + Math.round((2 * random() - 1) * (series.jitterMinutes ?? 0) * MINUTE);
        let line = text
          .replaceAll('{i}', String(i))
          .replaceAll('{ii}', String(i).padStart(2, '0'))
          .replaceAll('{nnn}', String(n + 1).padStart(3, '0'))
          .replaceAll('{n}', String(lines.length + 1))
          .replaceAll('{at}', new Date(at).toISOString());
        for (const [name, values] of Object.entries(own)) line = put(line, name, values[(i - 1) % values.length]);
        for (const [name, values] of Object.entries(pick))
          line = put(line, name, values[Math.floor(random() * values.length)]);
        lines.push({ at, line });
      }
    }
  }
  if (telemetry.every(({ series }) => series !== undefined)) lines.sort((a, b) => a.at - b.at);
  return lines.map(({ line }) => line).join('\n');
}

function put(line: string, name: string, value: Picked | undefined): string {
  if (typeof value !== 'object') return line.replaceAll(`{${name}}`, escaped(value ?? ''));
  let filled = line;
  for (const [part, text] of Object.entries(value)) filled = filled.replaceAll(`{${name}.${part}}`, escaped(text));
  return filled;
}

function escaped(value: string | number): string {
  return JSON.stringify(String(value)).slice(1, -1);
}

function timesOf({ from, everyMinutes, times, days, weekdays, between }: Series): number[] {
  const start = Date.parse(from);
  const count = times ?? (days === undefined ? 1 : Math.floor((days * DAY) / (everyMinutes * MINUTE)));
  return Array.from({ length: count }, (_, n) => start + n * everyMinutes * MINUTE).filter((time) => {
    const weekday = ((Math.floor(time / DAY) + 3) % 7) + 1;
    const hour = (time % DAY) / HOUR;
    return (
      (weekdays === undefined || weekdays.includes(weekday)) &&
      (between === undefined || (hour >= between[0] && hour < between[1]))
    );
  });
}
