import { existsSync } from 'node:fs';

/** The browser that tests drive: Debian's, or the one `CHROMIUM` names. */
export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Why the browser tests of `file` cannot run here, or null. In CI that is a fault, not a reason to skip. */
export function chromiumMissing(file: string): string | null {
  if (existsSync(CHROMIUM)) return null;
  const why = `no Chromium at ${CHROMIUM} (Debian: apt-get install chromium, or set CHROMIUM)`;
  if (process.env.CI === 'true') throw new Error(`${why}; in CI it must be there`);
  console.warn(`${file} skipped: ${why}`);
  return why;
}
