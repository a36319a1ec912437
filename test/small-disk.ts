import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MOUNT = '/usr/bin/mount';
const UMOUNT = '/usr/bin/umount';

export interface SmallDisk {
  readonly folder: string;
  remove(): void;
}

/** A disk of memory of that size; or why there is none. In CI as root that is a fault, not a reason to skip. */
export function smallDisk(bytes: number): SmallDisk | { readonly missing: string } {
  const folder = mkdtempSync(join(tmpdir(), 'bw-small-disk-'));
  try {
    execFileSync(MOUNT, ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    rmSync(folder, { recursive: true });
    const missing = `a small disk needs root and mount: ${error instanceof Error ? error.message : String(error)}`;
    if (process.env.CI === 'true' && process.getuid?.() === 0) throw new Error(missing);
    return { missing };
  }
  return {
    folder,
    remove() {
      execFileSync(UMOUNT, ['-l', folder], { stdio: 'pipe' });
      rmSync(folder, { recursive: true });
    },
  };
}
