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

/** An entry that only lacks its place in the chain. */
export interface EntryDraft {
  /** As the first of its chain. */
  readonly entry: LedgerEntry;
  /** Canonical bytes up to and including the opening quote of `prev`'s value. */
  readonly start: Uint8Array;
  /** Canonical bytes from the comma after `seq`'s value to the end. */
  readonly end: Uint8Array;
  readonly payload: Uint8Array;
}

/** What stands between `start` and `end`: canonical order puts `seq` right after `prev`. */
const place = ({ seq, hash }: ChainHead): string => `${hash}","seq":${seq + 1}`;

/** The entry that `note` becomes, without its place. `at` is epoch ms, UTC. Throws `LEDGER_BAD_SUBJECT` and as `payloadBytes`. */
export function draftEntry(tenant: string, note: LedgerNote, at: number): EntryDraft {
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
    seq: emptyChain.seq + 1,
    prev: emptyChain.hash,
    at: new Date(at).toISOString(),
    actor: note.actor,
    onBehalfOf: note.onBehalfOf,
    type: note.type,
    subject: { kind, id, revision },
    payloadHash: sha256(payload),
  });
  const text = canonicalJson(entry);
  // Quotes inside strings are escaped, so the first `"prev":"` is the field.
  const name = '"prev":"';
  const begin = text.indexOf(name) + name.length;
  const [start, end] = [text.slice(0, begin), text.slice(begin + place(emptyChain).length)];
  return { entry, start: Buffer.from(start), end: Buffer.from(end), payload };
}

/** The draft as the successor of `head`. */
export function sealDraft({ entry, start, end, payload }: EntryDraft, head: ChainHead): SealedEntry {
  const bytes = Buffer.concat([start, Buffer.from(place(head)), end]);
  return { entry: { ...entry, seq: head.seq + 1, prev: head.hash }, bytes, hash: sha256(bytes), payload };
}

/** The entry that `note` becomes as the successor of `head`, sealed. `at` is epoch ms, UTC. */
export function sealEntry(tenant: string, head: ChainHead, note: LedgerNote, at: number): SealedEntry {
  return sealDraft(draftEntry(tenant, note, at), head);
}
