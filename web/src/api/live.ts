import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';

/** Changes come in bursts while telemetry is read; screens are refreshed at most this often. */
const REFRESH_EVERY_MS = 700;

export type Connection = 'connecting' | 'live' | 'lost';

const newest = new Map<string, number>();
const listeners = new Set<() => void>();

function noteRevision(id: string, revision: number): void {
  if ((newest.get(id) ?? 0) >= revision) return;
  newest.set(id, revision);
  for (const listener of listeners) listener();
}

/** The highest revision of a finding that the server has announced; 0 when it has announced none. */
export function useAnnouncedRevision(id: string): number {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => newest.get(id) ?? 0,
  );
}

function readFindingChange(data: unknown): { id: string; revision: number } | null {
  if (typeof data !== 'string') return null;
  try {
    const change: unknown = JSON.parse(data);
    if (typeof change !== 'object' || change === null || !('id' in change) || !('revision' in change)) return null;
    return typeof change.id === 'string' && typeof change.revision === 'number'
      ? { id: change.id, revision: change.revision }
      : null;
  } catch {
    return null;
  }
}

function refresher(client: QueryClient, tenant: string) {
  const stale = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    for (const noun of stale) void client.invalidateQueries({ queryKey: [noun, tenant] });
    stale.clear();
  };
  return {
    mark(...nouns: readonly string[]) {
      for (const noun of nouns) stale.add(noun);
      timer ??= setTimeout(flush, REFRESH_EVERY_MS);
    },
    stop: () => clearTimeout(timer),
  };
}

/** Opens the stream again after an answer that the browser takes as final (the server restarting, a proxy's error page). */
const REOPEN_AFTER_MS = 5000;

/** Follows a tenant's server-sent events and marks what they change as stale; opens the stream again when it breaks. */
export function useLive(tenant: string): Connection {
  const client = useQueryClient();
  const [connection, setConnection] = useState<Connection>('connecting');
  useEffect(() => {
    const refresh = refresher(client, tenant);
    let wasLost = false;
    let source: EventSource;
    let reopening: ReturnType<typeof setTimeout> | undefined;
    const open = () => {
      source = new EventSource(`/api/v1/tenants/${encodeURIComponent(tenant)}/live`);
      source.onopen = () => {
        setConnection('live');
        // What happened while the line was down was not announced to us.
        if (wasLost) refresh.mark('queue', 'summary', 'ledger', 'finding-ledger', 'autonomy', 'switch');
      };
      source.onerror = () => {
        wasLost = true;
        setConnection('lost');
        if (source.readyState === EventSource.CLOSED) reopening = setTimeout(open, REOPEN_AFTER_MS);
      };
      source.addEventListener('finding', (event) => {
        const change = readFindingChange(event.data);
        if (change) noteRevision(change.id, change.revision);
        refresh.mark('queue', 'summary', 'ledger', 'finding-ledger');
      });
      source.addEventListener('summary', () => refresh.mark('summary'));
      source.addEventListener('automation', () => refresh.mark('autonomy', 'switch', 'ledger'));
    };
    open();
    return () => {
      refresh.stop();
      clearTimeout(reopening);
      source.close();
    };
  }, [client, tenant]);
  return connection;
}
