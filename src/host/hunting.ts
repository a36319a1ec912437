import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetExport } from '../adapters/duckdb/parquet-export.ts';
import type { HuntingDeps } from '../http/deps.ts';
import type { Ingest } from './ingest.ts';

/** What hunting stands on where telemetry comes in. */
export function huntingOf({ queries, work }: Pick<Ingest, 'queries' | 'work'>): HuntingDeps {
  return { queries, work, parquet };
}

const parquet: HuntingDeps['parquet'] = async (columns, pages) => {
  const folder = await mkdtemp(join(tmpdir(), 'bridgewatch-export-'));
  const clean = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'hunt.parquet');
    await parquetExport.write(columns, pages, path);
    const stream = createReadStream(path);
    stream.once('close', () => void clean());
    return stream;
  } catch (error) {
    await clean();
    throw error;
  }
};
