import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { places } from '../../../src/host/worker/options.ts';
import type { EventLog } from '../../../src/ports/event-log.ts';

export const logCrashPoints = ['after write before fsync', 'after fsync before receipt'] as const;
export interface LogCrash {
  readonly point: (typeof logCrashPoints)[number];
  /** Which append it is. */
  readonly visit: number;
}

/**
 * A log whose process dies at an append. Between write and fsync it is caught in the act: as soon as the file has changed while the append
 * is still under way. The commit runs on a thread of LMDB's, so there is no line of ours to stop at.
 */
export function crashingLog(log: EventLog, dataDir: string, { point, visit }: LogCrash): EventLog {
  const data = join(dataDir, places.log, 'data.mdb');
  const changed = (): bigint => statSync(data, { bigint: true }).mtimeNs;
  const die = (): void => void process.kill(process.pid, 'SIGKILL');
  let visits = 0;
  return standIn(log, async (batches) => {
    visits += 1;
    if (visits !== visit) return await log.append(batches);
    const before = changed();
    const appending = log.append(batches);
    if (point === 'after write before fsync') {
      const look = (): void => {
        if (changed() !== before) die();
        else setImmediate(look);
      };
      look();
    }
    await appending;
    die();
  });
}

/** A log on a disk whose every fsync takes so long. */
export function slowLog(log: EventLog, milliseconds: number): EventLog {
  return standIn(log, async (batches) => {
    await log.append(batches);
    await later(milliseconds);
  });
}

function standIn(log: EventLog, append: EventLog['append']): EventLog {
  return {
    append,
    read: (lane, after, bytes) => log.read(lane, after, bytes),
    end: (lane) => log.end(lane),
    more: (after, signal) => log.more(after, signal),
    trim: (lane, upTo) => log.trim(lane, upTo),
    size: () => log.size(),
    close: () => log.close(),
  };
}
