import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BridgewatchError } from '../../kernel/errors.ts';
import { type PublicKey, publicKeyOf, type SigningKey } from '../../ledger/checkpoint.ts';
import { writeOnce } from './write-once.ts';

/** Where a data folder keeps the key that signs checkpoints (mode 0600). */
export const signingKeyFile = (dataDir: string): string => join(dataDir, 'ledger-signing-key.pem');

/** The signing key of a data folder, made where there is none. Throws `LEDGER_KEY_UNREADABLE` and `LEDGER_KEY_WRONG`. */
export function ensureSigningKey(dataDir: string): SigningKey {
  const file = signingKeyFile(dataDir);
  writeOnce(file, () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return readSigningKey(file);
}

/** The private key in a PEM file (PKCS #8, Ed25519). Throws `LEDGER_KEY_UNREADABLE` and `LEDGER_KEY_WRONG`. */
export function readSigningKey(file: string): SigningKey {
  const privateKey = readKey(file, createPrivateKey);
  return { privateKey, publicKey: publicKeyOf(privateKey, file) };
}

/** The public key in a PEM file. Throws as `readSigningKey`. */
export function readPublicKey(file: string): PublicKey {
  return publicKeyOf(readKey(file, createPublicKey), file);
}

/** As PEM text (SubjectPublicKeyInfo): what `readPublicKey` and OpenSSL read. */
export function publicKeyText({ key }: PublicKey): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

function readKey(file: string, read: (pem: Buffer) => KeyObject): KeyObject {
  try {
    return read(readFileSync(file));
  } catch (cause) {
    throw new BridgewatchError(
      'LEDGER_KEY_UNREADABLE',
      `The key cannot be read from ${file} (${cause instanceof Error ? cause.message : String(cause)}); give a PEM file of an Ed25519 key that this user may read`,
      400,
      { cause },
    );
  }
}
