import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openLakeKeeping } from '../../../src/adapters/duckdb/keeping.ts';
import { openLakeQueries } from '../../../src/adapters/duckdb/queries.ts';
import { openWorkStore } from '../../../src/adapters/sqlite/work-store.ts';
import { idsOf, lakeFolder, noon, row, written } from '../../support/lake.ts';

const cleanups: (() => unknown)[] = [];
const whenDone = (clean: () => unknown): void => {
  cleanups.push(clean);
};
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});

test('a keeper whose server was killed and its successor merge the same files: every row is there once', async () => {
  const dir = lakeFolder(whenDone);
  const work = openWorkStore({ path: join(dir, 'work') });
  whenDone(() => work.close());
  const queries = openLakeQueries({ dir, work });
  whenDone(() => queries.close());
  await written(dir, work, [[row('a', noon)], [row('b', noon)], [row('c', noon)]]);
  const keeper = async () => {
    const claim = work.claim('keeper');
    const clock = { now: () => noon + 3 * 3_600_000 };
    const keeping = await openLakeKeeping({
      dir,
      work,
      claim,
      clock,
      daysOf: () => undefined,
      memoryMb: 128,
      log() {},
    });
    whenDone(() => keeping.close());
    return keeping;
  };
  const [before, after] = [await keeper(), await keeper()];
  const [late, done] = await Promise.allSettled([before.merge(), after.merge()]);
  expect(late).toMatchObject({ status: 'rejected', reason: { code: 'WORK_CLAIM_LOST' } });
  expect(done).toMatchObject({ status: 'fulfilled', value: { from: 3, into: 1 } });
  expect(await idsOf(queries)).toEqual(['a', 'b', 'c']);
});
