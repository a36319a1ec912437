import { existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Makes a secret's file (mode 0600), whole or not at all, where there is none; of two first starts one makes it. */
export function writeOnce(file: string, content: () => string | Uint8Array): void {
  if (existsSync(file)) return;
  mkdirSync(dirname(file), { recursive: true });
  const aside = `${file}.${process.pid}`;
  writeFileSync(aside, content(), { mode: 0o600 });
  try {
    // Unlike a rename, a link leaves a file alone that another first start has made meanwhile.
    linkSync(aside, file);
  } catch (error) {
    if (!existsSync(file)) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}
