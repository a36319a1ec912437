import { LedgerEntry } from '../contracts/ledger-entry.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';

/** Nothing but an entry: a field more is a change too. */
const StrictEntry = LedgerEntry.strict();

/** `ignoreBOM`: a byte order mark would otherwise be dropped and go unseen. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const actorKinds: ReadonlySet<unknown> = new Set(LedgerEntry.shape.actor.shape.kind.options);

/** What is wrong with bytes that should be an entry. */
export type EntryFault = 'is not canonical JSON (RFC 8785)' | 'does not have the shape of a ledger entry';

/** The entry whose canonical form `bytes` are, or what is wrong with them. */
export function readEntry(bytes: Uint8Array): LedgerEntry | EntryFault {
  return readPlainly(bytes) ?? readThoroughly(bytes);
}

/**
 * The usual case, several times as fast: an entry built from exactly the fields of one, in canonical order, is written out again and
 * compared. Whatever does not come out the same is left to `readThoroughly`; a property test holds the two equal.
 */
function readPlainly(bytes: Uint8Array): LedgerEntry | null {
  try {
    const text = utf8.decode(bytes);
    // Lone surrogates: JSON.stringify writes them as they came, and the canonical form does not have them.
    if (text.includes('\\ud')) return null;
    const { actor, at, onBehalfOf, payloadHash, prev, seq, subject, tenant, type, v } = JSON.parse(text);
    const { id, kind, revision } = subject;
    const entry = {
      actor: { id: actor.id, kind: actor.kind, version: actor.version },
      at,
      onBehalfOf,
      payloadHash,
      prev,
      seq,
      subject: { id, kind, revision },
      tenant,
      type,
      v,
    };
    const fits =
      v === 1 &&
      actorKinds.has(entry.actor.kind) &&
      Number.isSafeInteger(seq) &&
      seq > 0 &&
      (revision === null || Number.isSafeInteger(revision)) &&
      (onBehalfOf === null || typeof onBehalfOf === 'string') &&
      isHash(prev) &&
      isHash(payloadHash) &&
      [entry.actor.id, entry.actor.version, at, id, kind, tenant, type].every((one) => typeof one === 'string');
    return fits && JSON.stringify(entry) === text ? entry : null;
  } catch {
    return null;
  }
}

const isHash = (value: unknown): boolean => typeof value === 'string' && value.length === 64;

/** Says what is wrong as well; also the oracle the fast way is tested against. */
export function readThoroughly(bytes: Uint8Array): LedgerEntry | EntryFault {
  const json = canonicalValue(bytes);
  if (json === undefined) return 'is not canonical JSON (RFC 8785)';
  const parsed = StrictEntry.safeParse(json);
  return parsed.success ? parsed.data : 'does not have the shape of a ledger entry';
}

/** The value, or undefined when the bytes are not exactly its canonical form. */
function canonicalValue(bytes: Uint8Array): unknown {
  try {
    const text = utf8.decode(bytes);
    const value: unknown = JSON.parse(text);
    return canonicalJson(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}
