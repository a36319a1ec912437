import type { ServerResponse } from 'node:http';
import { SYSTEM_TENANT } from '../contracts/tenant.ts';
import type { ServerDeps } from './deps.ts';

/** Counters move with every batch of telemetry; people need to see that once in a while. */
const SUMMARY_EVERY_MS = 500;
/** A reader this far behind is cut off; it reconnects and reads the queue again. */
const MOST_UNSENT_BYTES = 256 * 1024;

interface Reader {
  readonly tenant: string;
  readonly account: string;
  readonly response: ServerResponse;
}

/** Sends what changes in a tenant to everyone who watches it (server-sent events). */
export interface Live {
  /** Adds a reader whose response head is already written. */
  add(reader: Reader): void;
  readersOf(account: string): number;
  /** Ends every stream and stops listening to the store. */
  close(): void;
}

/** One subscription to the store feeds all readers; a change is read once per tenant, not once per reader. */
export function liveFeed({ store, summary, log }: Pick<ServerDeps, 'store' | 'summary' | 'log'>): Live {
  const readers = new Set<Reader>();
  const due = new Map<string, NodeJS.Timeout>();

  const send = (tenant: string, event: string, data: unknown): void => {
    const text = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    for (const reader of readers) {
      if (reader.tenant !== tenant) continue;
      if (reader.response.writableLength > MOST_UNSENT_BYTES) reader.response.destroy();
      else reader.response.write(text);
    }
  };
  const watched = (tenant: string): boolean => [...readers].some((reader) => reader.tenant === tenant);
  const failed = (err: unknown) => log.warn({ err }, 'a change could not be sent to live readers');

  const sendFinding = async (tenant: string, id: string): Promise<void> => {
    const stored = await store.withTenants([tenant], (tx) => tx.findings.get(tenant, id));
    if (stored !== null) send(tenant, 'finding', { id: stored.finding.id, revision: stored.finding.revision });
  };
  const sendSummarySoon = (tenant: string): void => {
    if (due.has(tenant)) return;
    const timer = setTimeout(() => {
      due.delete(tenant);
      summary(tenant).then((counts) => send(tenant, 'summary', counts), failed);
    }, SUMMARY_EVERY_MS);
    due.set(tenant, timer.unref());
  };

  /** That something moved, and not what: which class it was would tell what the AI says of a finding. */
  const sendAutomation = (tenant: string): void => {
    const tenants = tenant === SYSTEM_TENANT ? new Set([...readers].map((reader) => reader.tenant)) : [tenant];
    for (const each of tenants) send(each, 'automation', {});
  };

  const unsubscribe = store.onChange(({ tenant, kind, id }) => {
    if (kind === 'switch' || kind === 'autonomy') sendAutomation(tenant);
    if (!watched(tenant)) return;
    // Whoever's role changed or ended asks anew, and is judged anew.
    if (kind === 'member')
      for (const reader of readers) if (reader.tenant === tenant && reader.account === id) reader.response.end();
    if (kind === 'finding') sendFinding(tenant, id).catch(failed);
    sendSummarySoon(tenant);
  });

  return {
    add(reader) {
      readers.add(reader);
      reader.response.on('close', () => readers.delete(reader));
    },
    readersOf: (account) => [...readers].filter((reader) => reader.account === account).length,
    close() {
      unsubscribe();
      for (const timer of due.values()) clearTimeout(timer);
      for (const reader of readers) reader.response.end();
    },
  };
}
