import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BridgewatchError } from '../../kernel/errors.ts';
import { KEY_BYTES, type SealingKey, sealingKey } from './seal.ts';

/**
 * The installation's keys: the first seals, every one opens. The file holds one key a line, 64 hexadecimal digits, mode 0600; more
 * than one only while a rotation is under way. It is read anew at each use, so that a rotation reaches a running server.
 */
export interface KeyRing {
  /** Throws `SECRET_KEY_FILE_WRONG`. */
  keys(): readonly [SealingKey, ...SealingKey[]];
  /** Writes other keys in the place of these, whole or not at all. Throws `SECRET_KEY_FILE_FOREIGN` where the file is not ours. */
  replace(installationKeys: readonly Uint8Array[]): void;
  installationKeys(): readonly Uint8Array[];
}

/** The keys in `BRIDGEWATCH_KEY_FILE`, which must be there, or else in the data folder, made where there are none. */
export function openKeyRing(dataDir: string, environment: NodeJS.ProcessEnv = process.env): KeyRing {
  const named = environment.BRIDGEWATCH_KEY_FILE;
  const foreign = named !== undefined && named !== '';
  const file = foreign ? named : join(dataDir, 'secrets.key');
  if (!foreign) makeOnce(dataDir, file);
  const ring: KeyRing = {
    installationKeys: () => readKeys(file),
    keys() {
      const [first, ...rest] = readKeys(file);
      return [sealingKey(first), ...rest.map(sealingKey)];
    },
    replace(installationKeys) {
      if (foreign) {
        throw new BridgewatchError(
          'SECRET_KEY_FILE_FOREIGN',
          `${file} is kept by you (BRIDGEWATCH_KEY_FILE) and may serve other ends; only the key file of a data folder is rotated`,
          400,
        );
      }
      const aside = `${file}.${process.pid}`;
      writeFileSync(aside, textOf(installationKeys), { mode: 0o600, flush: true });
      renameSync(aside, file);
    },
  };
  ring.keys();
  return ring;
}

function makeOnce(dataDir: string, file: string): void {
  if (existsSync(file)) return;
  mkdirSync(dataDir, { recursive: true });
  const aside = `${file}.${process.pid}`;
  writeFileSync(aside, textOf([randomBytes(KEY_BYTES)]), { mode: 0o600, flush: true });
  try {
    // Unlike a rename, a link leaves a file alone that another first start has made meanwhile.
    linkSync(aside, file);
  } catch (error) {
    if (!existsSync(file)) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function textOf(keys: readonly Uint8Array[]): string {
  return keys.map((key) => `${Buffer.from(key).toString('hex')}\n`).join('');
}

function readKeys(file: string): [Uint8Array, ...Uint8Array[]] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw wrong(file, cause instanceof Error ? cause.message : String(cause), cause);
  }
  const lines = text.trim().split(/\s+/);
  const keys = lines.filter((line) => /^[0-9a-f]{64}$/i.test(line)).map((line) => Buffer.from(line, 'hex'));
  const [first, ...rest] = keys;
  if (first === undefined || keys.length !== lines.length) {
    throw wrong(file, `it does not hold ${2 * KEY_BYTES} hexadecimal digits a line and nothing else`);
  }
  return [first, ...rest];
}

function wrong(file: string, why: string, cause?: unknown): BridgewatchError {
  return new BridgewatchError(
    'SECRET_KEY_FILE_WRONG',
    `the key of secrets cannot be read from ${file} (${why}); put back the file this store was used with, or make one: openssl rand -hex ${KEY_BYTES}`,
    500,
    { cause },
  );
}
