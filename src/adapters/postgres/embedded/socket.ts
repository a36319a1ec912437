import { chownSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Home } from './home.ts';

/** The number in the socket's file name; no TCP port is opened. */
export const PORT = 5432;

/** sockaddr_un holds 108 bytes on Linux, 104 on macOS, a final NUL included. */
const LONGEST = process.platform === 'linux' ? 107 : 103;

/**
 * A path to the home's socket folder that is short enough for the operating system: the folder itself, or a link to it in a
 * new private folder. The socket itself lies in the data folder either way.
 */
export function socketFolder(home: Home, log: (line: string) => void): string {
  if (Buffer.byteLength(join(home.sockets, `.s.PGSQL.${PORT}`)) <= LONGEST) return home.sockets;
  for (const base of [process.env.XDG_RUNTIME_DIR, '/run', '/tmp']) {
    if (base === undefined || base.length > 40) continue;
    try {
      const folder = mkdtempSync(join(base, 'bridgewatch-'));
      if (home.account !== null) chownSync(folder, home.account.uid, home.account.gid);
      const link = join(folder, 's');
      symlinkSync(home.sockets, link);
      log(`the path ${home.sockets} is too long for a socket (${LONGEST} bytes): reached through ${link}`);
      return link;
    } catch {
      // Not writable for us: the next one, and /tmp always is.
    }
  }
  return home.sockets;
}

/** Removes the short link, where there was one. */
export function removeSocketLink(home: Home, host: string): void {
  if (host !== home.sockets) rmSync(dirname(host), { recursive: true, force: true });
}
