import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The key that signs sessions. */
export function sessionSecret(dataDir: string): string {
  return secretIn(dataDir, 'session.secret');
}

/** The key by which findings are drawn for blind decisions and second opinions: whoever has it could foresee the draws. */
export function drawSecret(dataDir: string): string {
  return secretIn(dataDir, 'draw.secret');
}

/** 256 random bits in the data folder, readable by the owner only, made at first start. */
function secretIn(dataDir: string, name: string): string {
  const file = join(dataDir, name);
  mkdirSync(dataDir, { recursive: true });
  try {
    // 'wx': of two first starts, one makes it and the other reads it.
    writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8');
}
