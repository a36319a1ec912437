import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BridgewatchError } from '../../kernel/errors.ts';
import { sha256 } from '../../kernel/ids.ts';
import { KEY_BYTES, type WrappingKey } from '../../ledger/subject-key.ts';
import { writeOnce } from './write-once.ts';

/** Where a data folder keeps the key that wraps the keys of data subjects (mode 0600). */
const wrappingKeyFile = (dataDir: string): string => join(dataDir, 'personal-data.key');

/**
 * The key in `BRIDGEWATCH_KEY_FILE`, which must be there, or else in the data folder, made where there is none. 256 random bits as 64
 * hexadecimal digits. Throws `LEDGER_WRAPPING_KEY_WRONG`.
 */
export function ensureWrappingKey(dataDir: string, environment: NodeJS.ProcessEnv = process.env): WrappingKey {
  const named = environment.BRIDGEWATCH_KEY_FILE;
  if (named !== undefined && named !== '') return readWrappingKey(named);
  const file = wrappingKeyFile(dataDir);
  writeOnce(file, () => `${randomBytes(KEY_BYTES).toString('hex')}\n`);
  return readWrappingKey(file);
}

function readWrappingKey(file: string): WrappingKey {
  const text = textOf(file).trim();
  if (new RegExp(`^[0-9a-f]{${2 * KEY_BYTES}}$`, 'i').test(text)) {
    const bytes = Buffer.from(text, 'hex');
    return { id: sha256(Buffer.concat([Buffer.from('bridgewatch wrapping key\0'), bytes])).slice(0, 32), bytes };
  }
  throw wrong(file, `it has ${text.length} characters that are not ${2 * KEY_BYTES} hexadecimal digits`);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw wrong(file, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function wrong(file: string, why: string, cause?: unknown): BridgewatchError {
  return new BridgewatchError(
    'LEDGER_WRAPPING_KEY_WRONG',
    `The key of personal data cannot be read from ${file} (${why}); put the file back that this store was used with, or make one: openssl rand -hex ${KEY_BYTES}`,
    500,
    { cause },
  );
}
