import type { LedgerEntry, LedgerNote } from '../contracts/ledger-entry.ts';
import type { Clock } from '../ports/clock.ts';
import { type ChainHead, type SealedEntry, sealEntry } from './entry.ts';

/** What appending needs of the transaction it runs in. */
export interface ChainWriter {
  /** Locks the chain of `tenant` until the transaction ends and says where it stands. */
  lockHead(tenant: string): Promise<ChainHead>;
  /** Stores the entry, its payload and the new head. */
  store(tenant: string, sealed: SealedEntry): Promise<void>;
}

/**
 * An appender for one transaction. Calls are taken one after the other, also when the caller does not wait: two entries
 * computed from one head would both claim its place. The head is read once per chain, since the lock holds it still.
 */
export function chainAppender(
  writer: ChainWriter,
  clock: Clock,
): (tenant: string, note: LedgerNote) => Promise<LedgerEntry> {
  const heads = new Map<string, ChainHead>();
  let turn: Promise<unknown> = Promise.resolve();

  const appendNext = async (tenant: string, note: LedgerNote): Promise<LedgerEntry> => {
    const head = heads.get(tenant) ?? (await writer.lockHead(tenant));
    const sealed = sealEntry(tenant, head, note, clock.now());
    await writer.store(tenant, sealed);
    heads.set(tenant, { seq: sealed.entry.seq, hash: sealed.hash });
    return sealed.entry;
  };

  return (tenant, note) => {
    const mine = turn.then(() => appendNext(tenant, note));
    turn = mine.catch(() => undefined);
    return mine;
  };
}
