import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { smallDisk } from '../../small-disk.ts';
import { type Report, run, until } from './run.ts';

const MIB = 1024 * 1024;

/** Takes all that is left of a disk; returns what gives it back. */
function fill(folder: string): () => void {
  const path = join(folder, 'somebody-elses');
  const file = openSync(path, 'w');
  let size = MIB;
  while (size >= 1) {
    try {
      if (writeSync(file, Buffer.alloc(size)) === size) continue;
    } catch {
      // No room for as much: a smaller piece may fit.
    }
    size = Math.floor(size / 4);
  }
  closeSync(file);
  return () => rmSync(path);
}

/** Somebody else fills the disk to the last byte, twice, once with a kill of everything meanwhile; then there is room again. */
export async function fullDisk(seed = 1): Promise<Report | { missing: string }> {
  const disk = smallDisk(320 * MIB);
  if ('missing' in disk) return disk;
  try {
    return await run(
      async ({ plane, sender }) => {
        for (const isKilled of [false, true]) {
          const before = sender.receipted + 300;
          await until('events receipted', () => sender.receipted > before);
          const free = fill(disk.folder);
          try {
            const refused = sender.refused[503] ?? 0;
            await until('requests refused', () => (sender.refused[503] ?? 0) > refused + 20);
            if (isKilled) {
              await plane.kill();
              void plane.start();
            }
            // Workers cannot commit, and try again.
            await later(3000);
            if (statfsSync(disk.folder).bavail > 1024) throw new Error('the disk is not full');
          } finally {
            free();
          }
          // A server may not even have been able to start on it.
          if (!plane.isUp) await plane.start();
        }
      },
      { seed, folder: disk.folder },
    );
  } finally {
    disk.remove();
  }
}

/** Every fsync of the log takes 300 ms: receipts wait for it, and a kill among them takes none back. */
export function slowDisk(seed = 1): Promise<Report> {
  return run(
    async ({ plane, sender }) => {
      await until('events receipted', () => sender.receipted > 600);
      await plane.kill();
      await plane.start({ slowMs: 300 });
      const more = sender.receipted + 600;
      await until('more events receipted', () => sender.receipted > more);
    },
    { seed, faults: { slowMs: 300 } },
  );
}
