import { afterEach, expect, test } from 'vitest';
import { openLakeQueries } from '../../src/adapters/duckdb/queries.ts';
import type { Detection } from '../../src/contracts/detection.ts';
import { surroundingsOf } from '../../src/host/live/surroundings.ts';
import { lakeFolder, noon, row, written } from '../support/lake.ts';
import { MemoryWork } from '../support/memory-work.ts';

const MINUTE = 60_000;
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});

/** A silence of a source, as the watch words it. */
function silenceOf(source: string, at: number): Detection {
  return {
    id: `silence of ${source}`,
    tenant: 'main',
    detector: {
      kind: 'baseline',
      id: 'baseline:source-silent',
      version: '1',
      title: `Source ${source} fell silent`,
      level: 'medium',
      techniques: [],
      tactics: [],
      falsePositives: [],
    },
    events: [],
    at,
    fields: [{ selection: 'baseline', field: 'source', value: source, pattern: 'last heard 2026-11-25T12:00Z' }],
    entities: [],
  };
}

test('what a source reported last is brought near from the lake, and nothing of other sources or times', async () => {
  const dir = lakeFolder((clean) => cleanups.push(clean));
  const work = new MemoryWork();
  const raw = '{"EventID":1102}';
  await written(dir, work, [
    [
      row('last', noon, { source: 'dc', raw }),
      row('before', noon - 10 * MINUTE, { source: 'dc', raw }),
      row('long-before', noon - 16 * MINUTE, { source: 'dc', raw }),
      row('back-again', noon + 61 * MINUTE, { source: 'dc', raw }),
      row('of-another', noon, { source: 'web', raw }),
    ],
  ]);
  const queries = openLakeQueries({ dir, work });
  cleanups.push(() => queries.close());
  const near = await surroundingsOf(queries, 'main', [silenceOf('dc', noon)]);
  expect(near.map(({ id }) => id).sort()).toEqual(['before', 'last']);
  expect(near.map(({ file }) => file)).toEqual(['dc', 'dc']);
  expect(await surroundingsOf(queries, 'main', [silenceOf("d'c", noon)])).toEqual([]);
});
