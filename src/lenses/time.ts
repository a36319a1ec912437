const MINUTE = 60_000;
const DAY = 86_400_000;

let lastDate = -1;
let lastDateMs = 0;

/** Two decimal digits at `at`, or -1. */
function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

/** Midnight UTC of a civil date. Feeds run through one day at a time, so the last answer is usually the right one. */
function dateMs(year: number, month: number, day: number): number | undefined {
  const date = (year * 16 + month) * 32 + day;
  if (date === lastDate) return lastDateMs;
  if (month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  const ms = Date.UTC(year, month - 1, day);
  if (new Date(ms).getUTCDate() !== day) return undefined;
  lastDate = date;
  lastDateMs = ms;
  return ms;
}

/**
 * `YYYY-MM-DD`, `T` or blank, `hh:mm:ss`, any fraction, zone `Z`, `±hh:mm`, `±hhmm` or none (then UTC). Digits beyond
 * milliseconds are cut. Hand-written because Date.parse takes a zoneless time for the machine's own and is several times slower.
 */
export function parseIso(text: string): number | undefined {
  if (text.length < 19 || text.length > 40) return undefined;
  const century = two(text, 0);
  const year = two(text, 2);
  const hour = two(text, 11);
  const minute = two(text, 14);
  const second = two(text, 17);
  if (century < 0 || year < 0 || hour < 0 || minute < 0 || second < 0) return undefined;
  if (hour > 24 || minute > 59 || second > 60 || text.charCodeAt(4) !== 45 || text.charCodeAt(13) !== 58)
    return undefined;
  const day = dateMs(century * 100 + year, two(text, 5), two(text, 8));
  if (day === undefined) return undefined;
  let ms = day + hour * 3_600_000 + minute * MINUTE + second * 1000;
  let at = 19;
  const point = text.charCodeAt(at);
  if (point === 46 || point === 44) {
    let scale = 100;
    for (at += 1; at < text.length; at += 1) {
      const digit = text.charCodeAt(at) - 48;
      if (digit < 0 || digit > 9) break;
      if (scale >= 1) ms += digit * scale;
      scale /= 10;
    }
  }
  if (at >= text.length) return ms;
  const offset = zoneMs(text, text.charCodeAt(at) === 32 ? at + 1 : at);
  return offset === undefined ? undefined : ms - offset;
}

function zoneMs(text: string, at: number): number | undefined {
  const sign = text.charCodeAt(at);
  if (sign === 90 || sign === 122 || text.startsWith('UTC', at)) return 0;
  if (sign !== 43 && sign !== 45) return undefined;
  const hours = two(text, at + 1);
  if (hours < 0) return undefined;
  const minutes = text.length <= at + 3 ? 0 : two(text, text.charCodeAt(at + 3) === 58 ? at + 4 : at + 3);
  if (minutes < 0) return undefined;
  return (sign === 45 ? -1 : 1) * (hours * 60 + minutes) * MINUTE;
}

const numeric = /^\d{9,19}(\.\d+)?$/;
const usual = /^(\d{1,2})\/(\d{1,2})\/(\d{4}),? (\d{1,2}):(\d{2}):(\d{2})(?:\.(\d{1,7}))? ?([AaPp][Mm])?$/;
const dotNet = /^\/Date\((-?\d{1,15})\)\/$/;

/**
 * Epoch ms (UTC) of a timestamp as logs write it: ISO 8601 with or without zone, epoch seconds, milliseconds,
 * microseconds or nanoseconds (told apart by size), `/Date(ms)/`, `m/d/yyyy h:mm:ss PM`. Undefined for anything else.
 */
export function parseTime(value: unknown): number | undefined {
  if (typeof value === 'string') {
    const iso = parseIso(value);
    if (iso !== undefined) return iso;
    if (value.length > 40) return undefined;
    if (numeric.test(value)) return epoch(Number(value));
    return unusual(value);
  }
  return typeof value === 'number' ? epoch(value) : undefined;
}

function unusual(text: string): number | undefined {
  const net = dotNet.exec(text);
  if (net) return Number(net[1]);
  const us = usual.exec(text);
  if (!us) return undefined;
  const day = dateMs(Number(us[3]), Number(us[1]), Number(us[2]));
  if (day === undefined) return undefined;
  let hour = Number(us[4]);
  if (us[8] !== undefined) hour = (hour % 12) + (us[8].toLowerCase() === 'pm' ? 12 : 0);
  const fraction = us[7] === undefined ? 0 : Math.trunc(Number(`0.${us[7]}`) * 1000);
  return day + hour * 3_600_000 + Number(us[5]) * MINUTE + Number(us[6]) * 1000 + fraction;
}

/** Seconds since 1970 pass 1e11 in the year 5138, milliseconds passed it in 1973: the size tells the unit. */
function epoch(value: number): number | undefined {
  if (!Number.isFinite(value) || value < 1e8) return undefined;
  if (value < 1e11) return Math.trunc(value * 1000);
  if (value < 1e14) return Math.trunc(value);
  if (value < 1e17) return Math.trunc(value / 1e3);
  return value < 1e20 ? Math.trunc(value / 1e6) : undefined;
}

/** The whole quarter hours between a local clock and UTC (zones are multiples of 15 minutes), or undefined past ±14 h. */
export function zoneBetween(local: number, utc: number): number | undefined {
  const offset = Math.round((local - utc) / (15 * MINUTE)) * 15 * MINUTE;
  return Math.abs(offset) <= (14 * DAY) / 24 ? offset : undefined;
}
