import { setTimeout as later } from 'node:timers/promises';

/** Resolves after so many milliseconds, or as soon as the signal aborts. @param ref false where nothing need stay alive for it */
export async function pause(milliseconds: number, signal: AbortSignal, { ref = true } = {}): Promise<void> {
  try {
    await later(milliseconds, undefined, { signal, ref });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
