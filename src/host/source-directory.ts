import type { SourceDirectory } from '../contracts/source.ts';
import { lookUpIn } from '../ingest/index.ts';
import type { Clock } from '../ports/clock.ts';
import type { LiveSources } from '../ports/state/sources.ts';
import type { StateStore } from '../ports/state-store.ts';

/** How long a change made by another process (the command line, a second server) may take to reach this one. */
const READ_EVERY_MS = 2000;
/**
 * How old a table may grow while the database cannot be reached. Telemetry must outlive an outage of the database; but a token ended
 * meanwhile, elsewhere, would send on for as long as this server were cut off.
 */
const HOLDS_MS = 24 * 3600 * 1000;

interface DirectoryParts {
  readonly store: Pick<StateStore, 'withTenants' | 'onChange'>;
  readonly clock: Clock;
  /** The tenants that this host takes telemetry for, now. */
  readonly tenants: () => readonly string[];
  readonly warn: (message: string) => void;
}

export interface HeldSources extends SourceDirectory {
  /** Resolves once what was committed before the call is known here, or the database could not be reached. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

/** Who may send, answered from memory and read anew every two seconds and after each change made here. Throws the store's errors. */
export async function openSourceDirectory({ store, clock, tenants, warn }: DirectoryParts): Promise<HeldSources> {
  let seen = '';
  let lookup = lookUpIn({ sources: [], tokens: [] });
  let readAt = clock.now();
  let failing = false;
  let reading: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  let closed = false;

  const take = (live: LiveSources, at: number): void => {
    const text = JSON.stringify(live);
    // What has not changed keeps what it remembers of addresses.
    if (text !== seen) lookup = lookUpIn(live);
    seen = text;
    readAt = at;
  };
  const read = async (): Promise<void> => {
    const at = clock.now();
    take(await store.withTenants([...tenants()], (tx) => tx.sources.live()), at);
  };
  const attempt = async (): Promise<void> => {
    try {
      await read();
      if (failing) warn('sources of telemetry are read again');
      failing = false;
    } catch (error) {
      if (!failing)
        warn(
          `sources of telemetry cannot be read (${error instanceof Error ? error.message : String(error)}); those known since ${new Date(readAt).toISOString()} hold for ${HOLDS_MS / 3_600_000} hours`,
        );
      failing = true;
    }
  };
  const begin = (): Promise<void> => {
    reading = attempt().finally(() => {
      reading = null;
    });
    return reading;
  };
  /** A read under way may have looked before the change: whoever asks waits for one that begins now or later. */
  const refresh = (): Promise<void> => {
    if (closed) return Promise.resolve();
    if (reading === null) return begin();
    next ??= reading.then(() => {
      next = null;
      return reading ?? begin();
    });
    return next;
  };

  await read();
  const unsubscribe = store.onChange(({ kind }) => {
    if (kind === 'source') void refresh();
  });
  const timer = setInterval(() => {
    if (reading === null) void refresh();
  }, READ_EVERY_MS).unref();

  const held = (): boolean => clock.now() - readAt <= HOLDS_MS;
  return {
    byToken: (token) => (held() ? lookup.byToken(token) : undefined),
    byPeer: (peer) => (held() ? lookup.byPeer(peer) : undefined),
    refresh,
    async close() {
      closed = true;
      clearInterval(timer);
      unsubscribe();
      await (next ?? reading);
    },
  };
}
