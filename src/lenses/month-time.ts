const MINUTE = 60_000;
const DAY = 86_400_000;
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Zones by abbreviation, minutes east of UTC. Null: it names several, so it is read over and the default zone holds. */
const zones: Readonly<Record<string, number | null>> = {
  UTC: 0,
  GMT: 0,
  CET: 60,
  CEST: 120,
  EET: 120,
  EEST: 180,
  MSK: 180,
  JST: 540,
  EST: -300,
  EDT: -240,
  CDT: -300,
  MST: -420,
  MDT: -360,
  PST: -480,
  PDT: -420,
  CST: null,
  BST: null,
  IST: null,
};

/** `Oct  1 22:14:15`, `Oct 11 2024 22:14:15.123 UTC`, `Oct 11 22:14:15 2024`; only known zones, as a host's name may stand there. */
const form = new RegExp(
  '^([A-Z][a-z]{2})\\.?\\s{1,2}(\\d{1,2})(?:,? (\\d{4}))?,? (\\d{1,2}):(\\d{2}):(\\d{2})(?:[.,](\\d{1,9}))?' +
    `(?: (\\d{4})(?= |: |$))?(?: (${Object.keys(zones).join('|')}|[+-]\\d{2}:?\\d{2})(?=[: ]|$))?`,
);

export interface MonthTime {
  /** Epoch ms, UTC. */
  readonly ms: number;
  /** Length of the time in the text. */
  readonly length: number;
  /** The text held year and zone. */
  readonly complete: boolean;
}

/**
 * A time with the month's name at the start of `text`, as RFC 3164, CEF and LEEF write it; undefined where there is none.
 *
 * @param receivedAt epoch ms: a time without a year is the latest such time not more than a day after it (a clock or zone may run ahead; a
 *   record is never from months to come). Without it a time without a year is none.
 * @param zone ms east of UTC, for a time that names no zone
 */
export function monthTime(text: string, receivedAt?: number, zone = 0): MonthTime | undefined {
  const found = form.exec(text);
  if (found === null) return undefined;
  const [whole, name = '', day, yearBefore, hour, minute, second, fraction, yearAfter, zoneText] = found;
  const month = months.indexOf(name.toLowerCase());
  if (month < 0 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const named = zoneMs(zoneText);
  const clock =
    Number(hour) * 60 * MINUTE +
    Number(minute) * MINUTE +
    Number(second) * 1000 +
    (fraction === undefined ? 0 : Math.trunc(Number(`0.${fraction}`) * 1000)) -
    (named ?? zone);
  const written = yearBefore ?? yearAfter;
  const length = whole.length;
  if (written !== undefined) {
    const date = dateOf(Number(written), month, Number(day));
    return date === undefined ? undefined : { ms: date + clock, length, complete: named !== undefined };
  }
  if (receivedAt === undefined) return undefined;
  const year = new Date(receivedAt).getUTCFullYear();
  // Nine years hold a 29 February, also across the year 2100.
  for (let back = -1; back < 9; back += 1) {
    const date = dateOf(year - back, month, Number(day));
    if (date !== undefined && date + clock <= receivedAt + DAY) return { ms: date + clock, length, complete: false };
  }
  return undefined;
}

function dateOf(year: number, month: number, day: number): number | undefined {
  const ms = Date.UTC(year, month, day);
  return new Date(ms).getUTCDate() === day ? ms : undefined;
}

function zoneMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const offset = /^([+-])(\d{2}):?(\d{2})$/.exec(text);
  if (offset === null) {
    const minutes = Object.hasOwn(zones, text) ? zones[text] : undefined;
    return typeof minutes === 'number' ? minutes * MINUTE : undefined;
  }
  return (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3])) * MINUTE;
}
