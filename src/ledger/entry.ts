import { LedgerEntry, type LedgerNote } from '../contracts/ledger-entry.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import { sha256 } from '../kernel/ids.ts';

/** `prev` of the first entry of a chain. */
export const GENESIS = '0'.repeat(64);

/** Largest payload one entry may carry, bytes. Verification holds a few dozen payloads in memory at a time. */
export const MAX_PAYLOAD_BYTES = 4 * 1024 * 1024;

/** Where a chain stands: the number of its last entry and the SHA-256 (hex) of that entry's bytes. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

export const emptyChain: ChainHead = { seq: 0, hash: GENESIS };

/** What is stored of one entry. The bytes are the truth; the rest can be derived from them. */
export interface SealedEntry {
  readonly entry: LedgerEntry;
  /** Canonical JSON (RFC 8785) of `entry`, UTF-8: what is hashed and what is stored. */
  readonly bytes: Uint8Array;
  /** SHA-256 of `bytes`, hex. */
  readonly hash: string;
  /** The payload as stored; `entry.payloadHash` is its SHA-256. */
  readonly payload: Uint8Array;
}

/** Canonical UTF-8 bytes of an entry. */
export function entryBytes(entry: LedgerEntry): Uint8Array {
  return Buffer.from(canonicalJson(entry), 'utf8');
}

/** The payload as it is stored. Throws `LEDGER_PAYLOAD_TOO_LARGE` and `CANONICAL_JSON_UNDEFINED`. */
export function payloadBytes(payload: unknown): Uint8Array {
  const bytes = Buffer.from(canonicalJson(payload), 'utf8');
  if (bytes.length > MAX_PAYLOAD_BYTES) {
    throw new BridgewatchError(
      'LEDGER_PAYLOAD_TOO_LARGE',
      `A ledger payload of ${bytes.length} bytes is over the limit of ${MAX_PAYLOAD_BYTES}; record ids and digests of what is large`,
      413,
    );
  }
  return bytes;
}

/** The entry that `note` becomes as the successor of `head`, sealed. `at` is epoch ms, UTC. */
export function sealEntry(tenant: string, head: ChainHead, note: LedgerNote, at: number): SealedEntry {
  const { kind, id, revision } = note.subject;
  for (const text of [kind, id, note.type]) {
    if (!text.isWellFormed() || text.includes('\0')) {
      throw new BridgewatchError(
        'LEDGER_BAD_SUBJECT',
        `Ledger type and subject must be plain text without NUL or lone surrogates; got ${JSON.stringify(text)}`,
        400,
      );
    }
  }
  const payload = payloadBytes(note.payload);
  const entry = LedgerEntry.parse({
    v: 1,
    tenant,
    seq: head.seq + 1,
    prev: head.hash,
    at: new Date(at).toISOString(),
    actor: note.actor,
    onBehalfOf: note.onBehalfOf,
    type: note.type,
    subject: { kind, id, revision },
    payloadHash: sha256(payload),
  });
  const bytes = entryBytes(entry);
  return { entry, bytes, hash: sha256(bytes), payload };
}
