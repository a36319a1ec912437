import type { LedgerEntry, LedgerNote } from '../contracts/ledger-entry.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import type { Clock } from '../ports/clock.ts';
import { type ChainHead, draftEntry, type EntryDraft, sealDraft } from './entry.ts';
import { personalSubjects } from './personal-parts.ts';

/** What appending needs of the transaction it runs in. */
export interface ChainWriter {
  /**
   * Locks the chain of `tenant` until the transaction ends, puts the draft after its last entry, and says where: `before` is the
   * head it found, `hash` the SHA-256 (hex) of the bytes it stored. Calls made at once are taken in the order they were made.
   */
  append(tenant: string, draft: EntryDraft): Promise<{ before: ChainHead; hash: string }>;
  /** The note with its personal parts encrypted; `subjects` are whom they are about, at least one. */
  seal(tenant: string, note: LedgerNote, subjects: readonly string[]): Promise<LedgerNote>;
}

/**
 * An appender for one transaction; calls made at once are taken in the order they were made. The store puts the head into the entry, in
 * one round trip while the chain is locked; what it must then have stored is computed here again. Throws `LEDGER_STORED_OTHERWISE`
 * where it is not.
 */
export function chainAppender(
  writer: ChainWriter,
  clock: Clock,
): (tenant: string, note: LedgerNote) => Promise<LedgerEntry> {
  /** The last note that waits to be encrypted, if any: those after it must not overtake it. */
  let waiting: Promise<void> | null = null;

  const write = async (tenant: string, note: LedgerNote, at: number): Promise<LedgerEntry> => {
    const draft = draftEntry(tenant, note, at);
    const { before, hash } = await writer.append(tenant, draft);
    const sealed = sealDraft(draft, before);
    if (sealed.hash === hash) return sealed.entry;
    throw new BridgewatchError(
      'LEDGER_STORED_OTHERWISE',
      `Entry ${sealed.entry.seq} of ${tenant} was stored with hash ${hash} and has ${sealed.hash}; the store does not do what it was told`,
    );
  };

  return async (tenant, note) => {
    const at = clock.now();
    const subjects = personalSubjects(note.payload);
    const before = waiting;
    if (subjects.length === 0 && before === null) return await write(tenant, note, at);

    const turn = Promise.withResolvers<void>();
    waiting = turn.promise;
    try {
      await before;
      const sealed = subjects.length === 0 ? note : await writer.seal(tenant, note, subjects);
      // Begun, which is what counts for the order, once this returns.
      const writing = write(tenant, sealed, at);
      turn.resolve();
      return await writing;
    } finally {
      turn.resolve();
      if (waiting === turn.promise) waiting = null;
    }
  };
}
