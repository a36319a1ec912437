import { z } from 'zod';
import type { LedgerNote } from '../contracts/ledger-entry.ts';
import { Personal } from '../contracts/personal.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import { decrypt, encrypt } from './subject-key.ts';

/** The entry a part stands in: ciphertext moved to another entry does not open there. */
export type PartPlace = Pick<LedgerNote, 'type' | 'subject'> & { readonly tenant: string };

export interface SubjectKey {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** What a reader finds of a key: itself, that it was destroyed, or that it cannot be had here. */
export type FoundKey = SubjectKey | 'destroyed' | 'unknown';

/** A part as it is stored and hashed. */
const SealedPart = z.strictObject({
  $personal: z.strictObject({
    subject: z.string(),
    key: z.string(),
    nonce: z.base64(),
    /** AES-256-GCM over the value's canonical JSON, and its tag. */
    data: z.base64(),
  }),
});
type SealedPart = z.infer<typeof SealedPart>;

const LONGEST_SUBJECT = 200;

/** The subjects of the personal values in `payload`, each once, in order. Throws `LEDGER_BAD_SUBJECT`. */
export function personalSubjects(payload: unknown): readonly string[] {
  const found = new Set<string>();
  changed(payload, (part) => {
    found.add(requireSubject(part.subject));
    return null;
  });
  return [...found].toSorted();
}

/** `payload` with every personal value encrypted. */
export function sealParts(payload: unknown, place: PartPlace, keyOf: (subject: string) => SubjectKey): unknown {
  return changed(payload, ({ subject, value }): SealedPart => {
    const key = keyOf(subject);
    const { nonce, data } = encrypt(key.bytes, bound(place, subject, key.id), Buffer.from(canonicalJson(value)));
    return { $personal: { subject, key: key.id, nonce: nonce.toString('base64'), data: data.toString('base64') } };
  });
}

/** The ids of the keys that the parts of a stored payload are encrypted with. */
export function keysOfParts(payload: string): readonly string[] {
  const found = new Set<string>();
  readParts(payload, (part) => found.add(part.$personal.key));
  return [...found];
}

/**
 * A stored payload as people read it. What was erased is `{ erased: true, subject }`; what cannot be opened here, for want of its key or
 * because it is not what was written, is `{ sealed: true, subject }`.
 */
export function openParts(payload: string, place: PartPlace, keyOf: (id: string) => FoundKey): unknown {
  return readParts(payload, ({ $personal: { subject, key: id, nonce, data } }) => {
    const key = keyOf(id);
    if (key === 'destroyed') return { erased: true, subject };
    const sealed = { nonce: Buffer.from(nonce, 'base64'), data: Buffer.from(data, 'base64') };
    const plain = key === 'unknown' ? null : decrypt(key.bytes, bound(place, subject, id), sealed);
    return plain === null ? { sealed: true, subject } : JSON.parse(plain.toString('utf8'));
  });
}

function bound({ tenant, type, subject: { kind, id } }: PartPlace, subject: string, key: string): string {
  return canonicalJson(['personal', tenant, type, kind, id, subject, key]);
}

function readParts(payload: string, read: (part: SealedPart) => unknown): unknown {
  if (!payload.includes('"$personal"')) return JSON.parse(payload);
  return JSON.parse(payload, (_name, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('$personal' in value)) return value;
    const part = SealedPart.safeParse(value);
    return part.success ? read(part.data) : value;
  });
}

/** `value` with `change` made to every personal value in it; itself where there is none. */
function changed(value: unknown, change: (part: Personal) => unknown): unknown {
  if (value instanceof Personal) return change(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => changed(item, change));
    return items.some((item, n) => item !== value[n]) ? items : value;
  }
  // What has a JSON form of its own holds what that form holds.
  if ('toJSON' in value && typeof value.toJSON === 'function') return value;
  const before = Object.entries(value);
  const after = before.map(([name, member]): [string, unknown] => [name, changed(member, change)]);
  return after.some(([, member], n) => member !== before[n]?.[1]) ? Object.fromEntries(after) : value;
}

/** Throws `LEDGER_BAD_SUBJECT`. */
export function requireSubject(subject: string): string {
  const plain = subject.isWellFormed() && !subject.includes('\0');
  if (plain && subject.length > 0 && subject.length <= LONGEST_SUBJECT) return subject;
  throw new BridgewatchError(
    'LEDGER_BAD_SUBJECT',
    `${JSON.stringify(subject.slice(0, 80))} is no data subject; give 1 to ${LONGEST_SUBJECT} characters of plain text, such as account:<id>`,
    400,
  );
}
