import { systemClock } from '../adapters/system-clock.ts';
import { runDue } from '../hunt/index.ts';
import { pause } from '../kernel/pause.ts';
import type { LakeQueries } from '../ports/lake.ts';
import type { StateStore } from '../ports/state-store.ts';

const LOOK_EVERY_MS = 30_000;

export interface HuntHostParts {
  readonly store: StateStore;
  readonly queries: LakeQueries;
  readonly tenants: () => readonly string[];
  readonly warn: (message: string) => void;
}

/** Runs saved hunts when they are due. Returns what ends it; a run at hand is cancelled, and its hunt is due again. */
export function startHunts({ store, queries, tenants, warn }: HuntHostParts): () => Promise<void> {
  const over = new AbortController();
  const loop = async (): Promise<void> => {
    while (!over.signal.aborted) {
      for (const tenant of tenants()) {
        await runDue({ store, queries, clock: systemClock }, [tenant], over.signal).then(
          (runs) => {
            for (const { hunt, error } of runs) if (error !== null) warn(`hunt ${hunt} of ${tenant} failed: ${error}`);
          },
          (error: unknown) =>
            warn(`hunts of ${tenant} are late: ${error instanceof Error ? error.message : String(error)}`),
        );
      }
      await pause(LOOK_EVERY_MS, over.signal, { ref: false });
    }
  };
  const running = loop();
  return async () => {
    over.abort();
    await running;
  };
}
