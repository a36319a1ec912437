import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { canonicalJson } from '../kernel/canonical-json.ts';

/** AES-256-GCM (NIST SP 800-38D): 256-bit keys, 96-bit random nonces, 128-bit tags. */
const CIPHER = 'aes-256-gcm';
export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The key that wraps subjects' keys; outside the database, so that the database alone opens nothing. */
export interface WrappingKey {
  /** Tells keys apart; says nothing about them. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** Ciphertext with its tag behind it. */
interface Sealed {
  readonly nonce: Buffer;
  readonly data: Buffer;
}

/** Which subject's key it is; bound to it, so that a row cannot be passed off as another's. */
export interface KeyPlace {
  readonly tenant: string;
  readonly subject: string;
  readonly key: string;
}

export const newSubjectKey = (): Uint8Array => randomBytes(KEY_BYTES);

/** A subject's key as it is stored: nonce, ciphertext, tag. */
export function wrapKey(wrapping: WrappingKey, place: KeyPlace, key: Uint8Array): Uint8Array {
  const { nonce, data } = encrypt(wrapping.bytes, canonicalJson(['subject-key', place]), key);
  return Buffer.concat([nonce, data]);
}

/** Null where it was wrapped with another key, or for another place, or changed. */
export function unwrapKey(wrapping: WrappingKey, place: KeyPlace, wrapped: Uint8Array): Uint8Array | null {
  const bytes = Buffer.from(wrapped);
  const sealed = { nonce: bytes.subarray(0, NONCE_BYTES), data: bytes.subarray(NONCE_BYTES) };
  return decrypt(wrapping.bytes, canonicalJson(['subject-key', place]), sealed);
}

/** `bound` is authenticated with the ciphertext, and must be the same to decrypt. */
export function encrypt(key: Uint8Array, bound: string, plain: Uint8Array): Sealed {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(bound));
  return { nonce, data: Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]) };
}

/** Null where key, `bound`, nonce or ciphertext are not those of one encryption. */
export function decrypt(key: Uint8Array, bound: string, { nonce, data }: Sealed): Buffer | null {
  if (nonce.length !== NONCE_BYTES || data.length < TAG_BYTES) return null;
  try {
    const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(bound));
    decipher.setAuthTag(data.subarray(data.length - TAG_BYTES));
    return Buffer.concat([decipher.update(data.subarray(0, data.length - TAG_BYTES)), decipher.final()]);
  } catch {
    return null;
  }
}
