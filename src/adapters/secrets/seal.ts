import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import { sha256 } from '../../kernel/ids.ts';
import type { SealedSecret } from '../../ports/state/secrets.ts';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
export const KEY_BYTES = 32;

/** What seals secrets. `id` says which one it is and nothing of what it is. */
export interface SealingKey {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** Where a secret stands; sealed in, so that a row moved elsewhere does not open. */
export interface SecretPlace {
  readonly tenant: string;
  readonly name: string;
}

/** The sealing key of an installation key (32 random bytes), which may serve other ends too: HKDF-SHA-256 (RFC 5869) keeps them apart. */
export function sealingKey(installationKey: Uint8Array): SealingKey {
  const bytes = new Uint8Array(
    hkdfSync('sha256', installationKey, new Uint8Array(0), 'bridgewatch connector secrets', KEY_BYTES),
  );
  return { bytes, id: sha256(Buffer.concat([Buffer.from('bridgewatch sealing key\0'), bytes])).slice(0, 32) };
}

/** AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D): far fewer secrets are ever set than its 2^32. */
export function seal(key: SealingKey, place: SecretPlace, value: string): SealedSecret {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key.bytes, nonce).setAAD(placeBytes(place));
  const ciphertext = Buffer.concat([cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return { nonce, ciphertext, keyId: key.id };
}

/** Throws `SECRET_UNREADABLE` where the row was changed, moved, or sealed with another key. */
export function open(key: SealingKey, place: SecretPlace, { nonce, ciphertext }: SealedSecret): string {
  const end = ciphertext.length - TAG_BYTES;
  try {
    const decipher = createDecipheriv(CIPHER, key.bytes, nonce, { authTagLength: TAG_BYTES })
      .setAAD(placeBytes(place))
      .setAuthTag(ciphertext.subarray(end));
    return Buffer.concat([decipher.update(ciphertext.subarray(0, end)), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new BridgewatchError(
      'SECRET_UNREADABLE',
      `secret ${place.name} of ${place.tenant} does not open: its row was changed or moved; set it again`,
      500,
      { cause },
    );
  }
}

function placeBytes({ tenant, name }: SecretPlace): Uint8Array {
  return Buffer.from(canonicalJson({ v: 1, tenant, name }), 'utf8');
}
