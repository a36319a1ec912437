import { readFileSync } from 'node:fs';

/** Resident memory of processes in MB, what they share counted once (Pss); `anonymous` is the part that no file stands behind. */
export function memoryMb(pids: readonly number[]): {
  readonly all: number;
  readonly anonymous: number;
  /** Of each process, in the order given. */
  readonly each: readonly number[];
} {
  let all = 0;
  let anonymous = 0;
  const each: number[] = [];
  for (const pid of pids) {
    try {
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
      const pss = Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
      all += pss;
      each.push(Math.round(pss / 1024));
      anonymous += Number(/^Pss_Anon:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
    } catch {
      // It has ended.
    }
  }
  return { all: all / 1024, anonymous: anonymous / 1024, each };
}

const TICKS = 100;

/** CPU of processes so far, ms. */
export function cpuMs(pids: readonly number[]): number {
  let ticks = 0;
  for (const pid of pids) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      ticks += Number(fields[11]) + Number(fields[12]);
    } catch {
      // It has ended.
    }
  }
  return (ticks * 1000) / TICKS;
}

export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
