import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lakeFolder, noon, row, written } from '../../../test/support/lake.ts';
import { MemoryWork } from '../../../test/support/memory-work.ts';
import type { Engine } from './engine.ts';
import { openSession } from './session.ts';

const cleanups: (() => void)[] = [];
const dir = lakeFolder((clean) => cleanups.push(clean));
let engine: Engine;
const fileOf = (tenant: string) => {
  const folder = join(dir, `tenant=${tenant}/hour=2026-11-25T12`);
  return join(folder, readdirSync(folder)[0] as string);
};

beforeAll(async () => {
  const work = new MemoryWork();
  await written(dir, work, [[row('mine', noon)]], 'main');
  await written(dir, work, [[row('theirs', noon)]], 'other');
  const scope = { tenant: 'main', indexed: [], blocks: [], from: null, to: null, words: [], memoryMb: 100, threads: 1 };
  engine = await openSession({ ...scope, whole: [fileOf('main')] });
  cleanups.push(() => engine.close());
});
afterAll(() => {
  for (const clean of cleanups.toReversed()) clean();
});

// The reading of statements refuses all of these before they run; this holds what stands behind it, should it ever let one through.
test.each([
  () => `SELECT * FROM read_parquet('${fileOf('other')}')`,
  () => `SELECT * FROM '${fileOf('other')}'`,
  () => `SELECT * FROM read_parquet('${dir}/tenant=main/../tenant=other/hour=2026-11-25T12/*.parquet')`,
  () => "SELECT * FROM read_text('/etc/passwd')",
  () => "SELECT * FROM read_csv('/etc/passwd')",
  () => `SELECT * FROM glob('${dir}/*/*/*')`,
  () => `COPY events TO '${dir}/out.parquet'`,
  () => `COPY events TO '${fileOf('main')}'`,
  () => `ATTACH '${dir}/x.db'`,
  () => 'INSTALL httpfs',
  () => 'LOAD httpfs',
  () => 'SET enable_external_access = true',
  () => "SET allowed_paths = ['/etc/passwd']",
  () => 'SET lock_configuration = false',
  () => "SET memory_limit = '100GB'",
  () => "SET temp_directory = '/tmp'",
  () => 'RESET lock_configuration',
  () => "SELECT * FROM 'https://example.com/x.parquet'",
])('the engine itself refuses (%#)', async (sql) => {
  await expect(engine.connection.run(sql())).rejects.toThrow();
  const { connection } = engine;
  expect((await connection.runAndReadAll('SELECT id FROM events')).getRows()).toEqual([['mine']]);
});
