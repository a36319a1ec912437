import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '../adapters/system-clock.ts';
import { pageOnce } from '../decide/index.ts';
import type { StateStore } from '../ports/state-store.ts';
import type { NotifierFor } from './on-call.ts';

const LOOK_EVERY_MS = 30_000;

export interface PagingHostParts {
  readonly store: StateStore;
  readonly tenants: () => readonly string[];
  readonly notifierFor: NotifierFor;
  readonly publicUrl: string | null;
  readonly warn: (message: string) => void;
}

/** Pages whoever is on call for what nobody opened in time, twice a minute. Returns what ends it, after the look at hand. */
export function startPaging({ store, tenants, notifierFor, publicUrl, warn }: PagingHostParts): () => Promise<void> {
  const over = new AbortController();
  const look = async (tenant: string): Promise<void> => {
    const found = await notifierFor(tenant);
    if (found === null) return;
    const linkTo = (of: string, finding: string) =>
      publicUrl === null ? null : `${publicUrl}/t/${encodeURIComponent(of)}/findings/${encodeURIComponent(finding)}`;
    await pageOnce({ store, clock: systemClock, notifier: found.notifier, linkTo, warn }, tenant);
  };
  const loop = async (): Promise<void> => {
    while (!over.signal.aborted) {
      for (const tenant of tenants()) {
        await look(tenant).catch((error: unknown) => {
          warn(`paging of ${tenant} failed: ${error instanceof Error ? error.message : String(error)}`);
        });
      }
      await wait(LOOK_EVERY_MS, undefined, { signal: over.signal, ref: false }).catch(() => undefined);
    }
  };
  const running = loop();
  return async () => {
    over.abort();
    await running;
  };
}
