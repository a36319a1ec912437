import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLakeQueries } from '../../src/adapters/duckdb/queries.ts';
import { openWorkStore } from '../../src/adapters/sqlite/work-store.ts';
import { lakeColumns } from '../../src/contracts/lake.ts';
import { parseSearch } from '../../src/hunt/search/parse.ts';
import { fillLake, processStart } from '../support/hunt-lake.ts';
import { lakeFolder, limits } from '../support/lake.ts';

const page = readFileSync('docs/hunting.md', 'utf8');
const cleanups: (() => unknown)[] = [];
const data = lakeFolder((clean) => cleanups.push(clean));
beforeAll(() => fillLake(data, [processStart(0, 'web01', 'C:\\a\\b.exe', 'b')]));
afterAll(async () => {
  for (const clean of cleanups.toReversed()) await clean();
});

test('every statement of the page can be asked', async () => {
  const work = openWorkStore({ path: join(data, 'work') });
  const queries = openLakeQueries({ dir: join(data, 'lake'), work });
  const statements = [...page.matchAll(/```sql\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
    block.split(/;\s*\n/).filter((statement) => /select/i.test(statement)),
  );
  expect(statements.length).toBeGreaterThan(2);
  try {
    for (const sql of statements) {
      const { columns } = await queries.query('main', sql, { limits });
      expect(columns.length, sql).toBeGreaterThan(1);
    }
  } finally {
    await queries.close();
    await work.close();
  }
});

test('every search of the page is one', () => {
  const table = page.slice(page.indexOf('| written |'), page.indexOf('What a field does not say'));
  const searches = table
    .split('\n')
    .slice(2)
    .flatMap((line) => [...(line.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, search = '']) => search));
  expect(searches.length).toBeGreaterThan(20);
  for (const search of searches) expect(parseSearch(search, 0), search).toBeTruthy();
});

test('every column is named', () => {
  for (const [name] of lakeColumns) expect(page).toContain(`\`${name}\``);
});
