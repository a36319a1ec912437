import { setTimeout as wait } from 'node:timers/promises';
import { expireDue } from './change.ts';
import { carryOut, leaseOf } from './execute.ts';
import { tellOne } from './notice.ts';
import type { ExecutorParts } from './parts.ts';

/** How often the rows are looked at when nothing says that they changed, ms. */
const LOOK_EVERY = 5_000;
/** Actions carried out at once: one slow system keeps no other waiting. */
const AT_ONCE = 4;

export interface Executor {
  /** Does what is due now: expiries, actions, notices. Resolves when nothing is left to do now. */
  tick(): Promise<void>;
  /** Ticks whenever an action changes, and every few seconds. Returns what ends it, after the work at hand. */
  start(): () => Promise<void>;
}

/** The runner of actions. The rows are its queue: any number of processes may run it on one store. */
export function createExecutor(parts: ExecutorParts & { readonly publicUrl: string | null }): Executor {
  const { store, clock, warn } = parts;

  const claim = async () => {
    const tenants = await parts.tenants();
    return store.withTenants(tenants, (tx) => tx.response.claim(tenants, clock.now(), leaseOf(parts)));
  };
  const worker = async (): Promise<void> => {
    for (let action = await claim(); action !== null; action = await claim()) {
      const { id } = action;
      await carryOut(parts, action).catch((error: unknown) => {
        // Its lease runs out, and whoever claims it then looks for the effect first.
        warn(`action ${id} was interrupted: ${error instanceof Error ? error.message : String(error)}`);
      });
    }
  };
  const tick = async (): Promise<void> => {
    const tenants = await parts.tenants();
    if (tenants.length === 0) return;
    await store.withTenants(tenants, (tx) => expireDue(tx, clock, tenants));
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    while (await tellOne(parts, parts.publicUrl));
  };

  return {
    tick,
    start() {
      const over = new AbortController();
      let wake: () => void = () => undefined;
      const unsubscribe = store.onChange(({ kind }) => {
        if (kind === 'action') wake();
      });
      const loop = async (): Promise<void> => {
        while (!over.signal.aborted) {
          const woken = new Promise<void>((resolve) => {
            wake = resolve;
          });
          await tick().catch((error: unknown) => {
            warn(`actions could not be looked at: ${error instanceof Error ? error.message : String(error)}`);
          });
          const rest = wait(LOOK_EVERY, undefined, { signal: over.signal, ref: false }).catch(() => undefined);
          await Promise.race([woken, rest]);
        }
      };
      const ended = loop();
      return async () => {
        unsubscribe();
        over.abort();
        wake();
        await ended;
      };
    },
  };
}
