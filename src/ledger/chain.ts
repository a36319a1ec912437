import type { LedgerEntry } from '../contracts/ledger-entry.ts';
import { sha256 } from '../kernel/ids.ts';
import { type ChainHead, emptyChain } from './entry.ts';
import type { Misfit, ProblemKind } from './problem.ts';
import { readEntry } from './read-entry.ts';

/** What a store keeps beside an entry's bytes, for look-ups. An export has the bytes only. */
interface RepeatedColumns {
  readonly hash: string;
  readonly subjectKind: string;
  readonly subjectId: string;
}

/** One entry as kept, with whatever payload stands beside it. */
export interface StoredLink {
  readonly seq: number;
  /** Null where only a payload stands at this number. */
  readonly stored: { readonly bytes: Uint8Array; readonly columns: RepeatedColumns | null } | null;
  readonly payload: Uint8Array | null;
}

/** Reads a chain link by link, from where it is known to stand. */
export interface ChainWalk {
  /** Where the links taken so far lead. */
  at(): ChainHead;
  /** The next link, or what is wrong with it; after that the walk is over. */
  take(link: StoredLink): Misfit | null;
}

/**
 * A walk from `from`. Recomputes canonical bytes, own hash, link to the entry before, the columns that repeat the entry, and the
 * payload's hash.
 */
export function chainWalk(tenant: string, from: ChainHead = emptyChain): ChainWalk {
  let at = from;
  return {
    at: () => at,
    take(link) {
      const expected = at.seq + 1;
      const { seq, stored, payload } = link;
      if (stored === null && seq !== expected) {
        // A payload alone at the next number means its entry is gone; one anywhere else was put there or moved there.
        return { kind: 'payload-stray', table: 'ledger_payloads', seq, what: 'belongs to no entry' };
      }
      if (stored === null || seq !== expected) {
        return { kind: 'entry-missing', table: 'ledger_entries', seq: expected, what: 'is missing' };
      }
      const hash = sha256(stored.bytes);
      const entry = readEntry(stored.bytes);
      const wrong = entryMisfit(tenant, at, hash, entry, stored.columns);
      if (wrong !== null) return { ...wrong, table: 'ledger_entries', seq };
      if (payload === null) return { kind: 'payload-missing', table: 'ledger_payloads', seq, what: 'is missing' };
      if (typeof entry !== 'string' && sha256(payload) !== entry.payloadHash) {
        const what = `does not have the hash ${entry.payloadHash} that its entry states`;
        return { kind: 'payload-swapped', table: 'ledger_payloads', seq, what };
      }
      at = { seq, hash };
      return null;
    },
  };
}

/** What keeps an entry from being the successor of `before`. */
function entryMisfit(
  tenant: string,
  before: ChainHead,
  hash: string,
  entry: LedgerEntry | string,
  columns: RepeatedColumns | null,
): { kind: ProblemKind; what: string } | null {
  if (columns !== null && columns.hash !== hash) {
    return { kind: 'entry-altered', what: 'has bytes that do not have the hash stored beside them' };
  }
  if (typeof entry === 'string') return { kind: 'entry-altered', what: entry };
  if (entry.tenant !== tenant) return misstated('entry-moved', 'tenant', entry.tenant, tenant);
  if (entry.seq !== before.seq + 1) return misstated('entry-moved', 'seq', entry.seq, before.seq + 1);
  if (entry.prev !== before.hash) return misstated('entry-forged', 'prev', entry.prev, before.hash);
  if (columns === null) return null;
  const { kind, id } = entry.subject;
  if (columns.subjectKind !== kind) return misstated('entry-altered', 'subject kind', columns.subjectKind, kind);
  if (columns.subjectId !== id) return misstated('entry-altered', 'subject id', columns.subjectId, id);
  return null;
}

function misstated(kind: ProblemKind, name: string, stated: string | number, fits: string | number) {
  return { kind, what: `states ${name} ${stated} where ${fits} fits` };
}
