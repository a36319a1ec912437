import type { LedgerEntry, LedgerNote } from '../contracts/ledger-entry.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import type { Clock } from '../ports/clock.ts';
import { type ChainHead, draftEntry, type EntryDraft, sealDraft } from './entry.ts';

/** What appending needs of the transaction it runs in. */
export interface ChainWriter {
  /**
   * Locks the chain of `tenant` until the transaction ends, puts the draft after its last entry, and says where: `before` is the
   * head it found, `hash` the SHA-256 (hex) of the bytes it stored. Calls made at once are taken in the order they were made.
   */
  append(tenant: string, draft: EntryDraft): Promise<{ before: ChainHead; hash: string }>;
}

/**
 * An appender for one transaction. The store puts the head into the entry, in one round trip while the chain is locked; what it
 * must then have stored is computed here again. Throws `LEDGER_STORED_OTHERWISE` where it is not.
 */
export function chainAppender(
  writer: ChainWriter,
  clock: Clock,
): (tenant: string, note: LedgerNote) => Promise<LedgerEntry> {
  return async (tenant, note) => {
    const draft = draftEntry(tenant, note, clock.now());
    const { before, hash } = await writer.append(tenant, draft);
    const sealed = sealDraft(draft, before);
    if (sealed.hash === hash) return sealed.entry;
    throw new BridgewatchError(
      'LEDGER_STORED_OTHERWISE',
      `Entry ${sealed.entry.seq} of ${tenant} was stored with hash ${hash} and has ${sealed.hash}; the store does not do what it was told`,
    );
  };
}
