import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import { sha256 } from '../kernel/ids.ts';

const Hash = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * What is signed: that at the time `at` the chain of `tenant` had `size` entries, the last one with the hash `head`, and that
 * the Merkle tree over them (RFC 9162) has the root `root`. Hashes in hex.
 */
export const Checkpoint = z.strictObject({
  v: z.literal(1),
  tenant: z.string().min(1),
  size: z.number().int().positive(),
  root: Hash,
  head: Hash,
  at: z.iso.datetime(),
});
export type Checkpoint = z.infer<typeof Checkpoint>;

/** A checkpoint as it is handed around and kept in an anchor, one JSON line each. */
export const SignedCheckpoint = z.strictObject({
  /** Canonical JSON (RFC 8785) of the checkpoint: exactly the bytes that are signed. */
  checkpoint: z.string().max(1000),
  /** Id of the public key that fits the signature. */
  key: Hash,
  /** Ed25519 (RFC 8032), base64. */
  signature: z.base64().length(88),
});
export type SignedCheckpoint = z.infer<typeof SignedCheckpoint>;

export interface PublicKey {
  /** SHA-256 (hex) of the key's DER (SubjectPublicKeyInfo). */
  readonly id: string;
  readonly key: KeyObject;
}

export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly publicKey: PublicKey;
}

/** Throws `LEDGER_KEY_WRONG` unless `key` is an Ed25519 key. `where` is for the message. */
export function publicKeyOf(key: KeyObject, where: string): PublicKey {
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new BridgewatchError(
      'LEDGER_KEY_WRONG',
      `The key in ${where} is ${key.asymmetricKeyType ?? key.type}; the ledger takes Ed25519 (bridgewatch ledger key prints the public one)`,
      400,
    );
  }
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return { id: sha256(publicKey.export({ type: 'spki', format: 'der' })), key: publicKey };
}

export function signCheckpoint(checkpoint: Checkpoint, { privateKey, publicKey }: SigningKey): SignedCheckpoint {
  const text = canonicalJson(Checkpoint.parse(checkpoint));
  return {
    checkpoint: text,
    key: publicKey.id,
    signature: sign(null, Buffer.from(text), privateKey).toString('base64'),
  };
}

/** The checkpoint inside, or null when the text is not exactly the canonical form of one. */
export function readCheckpoint({ checkpoint: text }: SignedCheckpoint): Checkpoint | null {
  try {
    const parsed = Checkpoint.parse(JSON.parse(text));
    return canonicalJson(parsed) === text ? parsed : null;
  } catch {
    return null;
  }
}

/** Whether the signature holds: 'stranger' where none of `keys` is the one it names. */
export function checkSignature(signed: SignedCheckpoint, keys: readonly PublicKey[]): 'good' | 'bad' | 'stranger' {
  const known = keys.find(({ id }) => id === signed.key);
  if (known === undefined) return 'stranger';
  const signature = Buffer.from(signed.signature, 'base64');
  // Reading base64 passes over what it does not know; a signature is one text only.
  const exact = signature.toString('base64') === signed.signature;
  return exact && verify(null, Buffer.from(signed.checkpoint), known.key, signature) ? 'good' : 'bad';
}
