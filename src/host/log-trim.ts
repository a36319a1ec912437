import { pause } from '../kernel/pause.ts';
import type { EventLog } from '../ports/event-log.ts';
import type { WorkStore } from '../ports/work-store.ts';

/** Milliseconds between looks; one that finds something costs a durable commit a lane. */
const EVERY = 1000;

/** Lets go of what is in the lake. Only the process that appends does it, so that the log has one writer. */
export async function trimLog(
  log: EventLog,
  work: Pick<WorkStore, 'offsets'>,
  done = new Map<number, number>(),
): Promise<void> {
  for (const [lane, { lake }] of work.offsets()) {
    if (lake <= (done.get(lane) ?? 0)) continue;
    await log.trim(lane, lake);
    done.set(lane, lake);
  }
}

/** Trims from now on; the answer ends it, after a last look. */
export function startTrimming(log: EventLog, work: WorkStore, warn: (message: string) => void): () => Promise<void> {
  const ending = new AbortController();
  const done = new Map<number, number>();
  const look = (): Promise<void> =>
    trimLog(log, work, done).catch((error: unknown) => warn(`the event log is not trimmed: ${String(error)}`));
  const running = (async () => {
    while (!ending.signal.aborted) {
      await look();
      await pause(EVERY, ending.signal, { ref: false });
    }
  })();
  return async () => {
    ending.abort();
    await running;
    await look();
  };
}
