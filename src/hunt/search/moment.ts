const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };
const DAY = 86_400_000;
const written = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2})(?::(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?)?)?Z?$/;

/** A moment or a period as people write it: first and last millisecond. */
export interface Period {
  readonly from: number;
  readonly to: number;
  /** It was said as a distance from now. */
  readonly relative: boolean;
}

/** `2026-11-25`, `2026-11-25T07:30` (UTC, as precise as written), `24h`, `7d` ago, `now`. Undefined where it is none of these. */
export function readPeriod(text: string, now: number): Period | undefined {
  if (text === 'now') return { from: now, to: now, relative: true };
  const ago = /^(\d{1,6})([mhdw])$/.exec(text);
  if (ago) {
    const at = now - Number(ago[1]) * (units[ago[2] as string] as number);
    return { from: at, to: at, relative: true };
  }
  const parts = written.exec(text);
  if (parts === null) return undefined;
  const [, day, hour = '00', minute = '00', second = '00', fraction = '0'] = parts;
  const from = Date.parse(`${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0')}Z`);
  // Date.parse takes the 31st of February for the 3rd of March.
  if (Number.isNaN(from) || new Date(from).toISOString().slice(0, 10) !== day) return undefined;
  return { from, to: from + lengthOf(parts) - 1, relative: false };
}

function lengthOf([, , hour, minute, second, fraction]: RegExpExecArray): number {
  if (hour === undefined) return DAY;
  if (minute === undefined) return 3_600_000;
  if (second === undefined) return 60_000;
  return fraction === undefined ? 1000 : 10 ** (3 - fraction.length);
}
