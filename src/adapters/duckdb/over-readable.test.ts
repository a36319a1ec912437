import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { LakeFile } from '../../contracts/lake.ts';
import { openEngine } from './engine.ts';
import { rememberRecent } from './recent.ts';

const dir = mkdtempSync(join(tmpdir(), 'bw-readable-'));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('a damaged file keeps no other from being remembered, and is named', async () => {
  const folder = 'tenant=t/hour=2026-11-25T07';
  mkdirSync(join(dir, folder), { recursive: true });
  const engine = await openEngine({});
  const files = Array.from({ length: 7 }, (_, n): LakeFile => {
    const name = `${folder}/f${n}.parquet`;
    return {
      tenant: 't',
      hour: '2026-11-25T07',
      name,
      rows: 2,
      bytes: 1,
      rawBytes: 1,
      minTime: 0,
      maxTime: 0,
      merges: 0,
    };
  });
  for (const [n, { name }] of files.entries())
    await engine.connection.run(
      `COPY (SELECT 'id-${n}-' || i AS id, epoch_ms(1000) AS received FROM range(2) r(i)) TO '${join(dir, name)}' (FORMAT parquet)`,
    );
  engine.close();
  for (const n of [0, 4]) {
    const path = join(dir, `${folder}/f${n}.parquet`);
    writeFileSync(path, readFileSync(path).subarray(0, 50));
  }
  const ids = new Set<string>();
  const damaged = await rememberRecent(dir, files, 0, (id) => ids.add(id));
  expect([...ids].sort()).toEqual([1, 2, 3, 5, 6].flatMap((n) => [`id-${n}-0`, `id-${n}-1`]));
  expect(damaged.map((path) => path.slice(-10, -8))).toEqual(['f0', 'f4']);
});
