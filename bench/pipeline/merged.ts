import { join } from 'node:path';
import { openLakeKeeping } from '../../src/adapters/duckdb/keeping.ts';
import { openWorkStore } from '../../src/adapters/sqlite/work-store.ts';
import { places } from '../../src/host/worker/options.ts';

const HOUR = 3_600_000;

/** Bytes on disk a raw byte once the lake of `dataDir` is merged, as it is when its hours are over. */
export async function mergedBytesPerRawByte(dataDir: string): Promise<number> {
  const work = openWorkStore({ path: join(dataDir, places.work) });
  const keeping = await openLakeKeeping({
    dir: join(dataDir, places.lake),
    work,
    // Two hours on: no hour is open any more.
    clock: { now: () => Date.now() + 2 * HOUR },
    daysOf: () => undefined,
    log: (message) => process.stderr.write(`${message}\n`),
  });
  while ((await keeping.merge()).into > 0);
  let bytes = 0;
  let raw = 0;
  for (const file of work.allFiles()) {
    bytes += file.bytes;
    raw += file.rawBytes;
  }
  await keeping.close();
  await work.close();
  return bytes / raw;
}
