import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetExport } from '../adapters/duckdb/parquet-export.ts';
import type { HuntingDeps } from '../http/deps.ts';
import { eventOf } from '../ingest/index.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import { compileRules } from '../sigma/index.ts';
import type { Ingest } from './ingest.ts';

/** What hunting stands on where telemetry comes in. */
export function huntingOf({ queries, work }: Pick<Ingest, 'queries' | 'work'>): HuntingDeps {
  return { queries, work, parquet, readEvent: eventOf, compileRule };
}

const compileRule: HuntingDeps['compileRule'] = (text) => {
  const { engine, rules, problems } = compileRules([{ file: 'draft.yml', text }]);
  const broken = problems.find(({ severity }) => severity === 'error');
  if (broken !== undefined || rules.length !== 1)
    throw new BridgewatchError(
      'HUNT_DRAFT_BROKEN',
      `the draft does not compile: ${broken?.message ?? 'it is no rule'}`,
    );
  return (event) => engine.matchAll(event).length > 0;
};

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
