import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fillLake, processStart } from '../../../test/support/hunt-lake.ts';
import { lakeFolder, noon } from '../../../test/support/lake.ts';
import { openLakeQueries } from '../../adapters/duckdb/queries.ts';
import { openWorkStore } from '../../adapters/sqlite/work-store.ts';
import { huntingOf } from '../../host/hunting.ts';
import type { HuntingDeps } from '../../http/deps.ts';
import { eventOf } from '../../ingest/index.ts';
import { huntFor, limitsOf } from '../index.ts';
import { backtest, backtestLimits } from './backtest.ts';
import { draftRule } from './draft.ts';
import { sigmaText } from './sigma-value.ts';

const HOUR = 3_600_000;
const cleanups: (() => unknown)[] = [];
const dir = lakeFolder((clean) => cleanups.push(clean));
const clock = { now: () => noon };
let hunting: HuntingDeps;

beforeAll(async () => {
  const records = Array.from({ length: 90 }, (_, at) =>
    processStart(
      at * HOUR,
      `web0${at % 3}`,
      at % 9 === 0 ? 'C:\\Tools\\PsExec.exe' : at % 9 === 1 ? 'C:\\powershell\\other.exe' : 'C:\\Windows\\cmd.exe',
      at % 2 === 0 ? 'run "encoded" 100% \\\\srv\\c$' : 'run',
      at % 18 === 0 ? 'svc_backup' : 'ann',
    ),
  );
  await fillLake(dir, records);
  const work = openWorkStore({ path: join(dir, 'work') });
  const queries = openLakeQueries({ dir: join(dir, 'lake'), work });
  hunting = huntingOf({ queries, work });
  cleanups.push(
    () => work.close(),
    () => queries.close(),
  );
});
afterAll(async () => {
  for (const clean of cleanups.toReversed()) await clean();
});

async function drafted(text: string, limits = backtestLimits) {
  const hunt = huntFor({ tenant: 'main', limits: limitsOf() }, text, noon);
  const said = { title: 'Draft', description: '', date: '2026-11-25' };
  const draft = await draftRule(hunting.queries, hunt, said, eventOf);
  const parts = { queries: hunting.queries, clock, read: eventOf };
  return { ...draft, tried: await backtest(parts, hunt, draft.logsource, hunting.compileRule(draft.text), limits) };
}

test("a search becomes a rule in the records' own fields, and fires where the search finds", async () => {
  const { text, tried, notes } = await drafted('process:psexec.exe host:web00 -user:svc_* time:>2026-11-01');
  expect(text).toContain('product: windows\n  category: process_creation');
  expect(text).toContain('Image|endswith: \\psexec.exe');
  expect(text).toMatch(/(Computer|Hostname)\|startswith: web00\./);
  expect(text).toMatch(/User\|contains: \\+svc_/);
  expect(notes.join()).toContain('time:>2026-11-01 is no part of a rule');
  expect(tried).toMatchObject({ events: 90, fired: 5, hunted: 5, both: 5, onlyRule: [], onlyHunt: [], complete: true });
  expect(tried.hosts).toEqual([{ host: 'web00', fired: 5 }]);
  expect(tried.days.reduce((sum, { fired }) => sum + fired, 0)).toBe(5);
});

test('where the rule says more than the search, both the notes and the backtest tell', async () => {
  const { tried, notes } = await drafted('process:*powershell* OR process:psexec.exe');
  expect(notes.join()).toContain('the rule may match there as well');
  expect(tried).toMatchObject({ hunted: 10, both: 10, fired: 20 });
  expect(tried.onlyRule).toHaveLength(10);
});

test('words, numbers of parts and odd signs', async () => {
  expect((await drafted('"encoded" cmd:*100%*')).tried).toMatchObject({ fired: 45, both: 45 });
  expect((await drafted('cmd:"run ""encoded"" 100% \\\\srv\\c$"')).tried).toMatchObject({ fired: 45, both: 45 });
  expect((await drafted('cmd:(*encoded* -*srv*) OR process:"C:\\Tools\\PsExec.exe"')).tried).toMatchObject({
    fired: 10,
    both: 10,
  });
});

test('a backtest that runs out says how far it came', async () => {
  const { tried } = await drafted('process:psexec.exe', { events: 1, milliseconds: 1000 });
  expect(tried.complete).toBe(false);
  expect(tried.until).toBeGreaterThanOrEqual(noon);
});

test('nothing to learn from, and nothing to say, are refused', async () => {
  await expect(drafted('process:nothing.exe')).rejects.toMatchObject({ code: 'HUNT_DRAFT_EMPTY' });
  await expect(drafted('kind:process_start')).rejects.toMatchObject({ code: 'HUNT_DRAFT_IMPOSSIBLE' });
});

test('a literal text is the same text in a rule, whatever its signs', () => {
  const bit = fc.constantFrom('\\', '*', '?', 'a', 'B', '%', ' ', '.');
  fc.assert(
    fc.property(fc.array(bit, { minLength: 1, maxLength: 6 }), fc.array(bit, { maxLength: 6 }), (wanted, other) => {
      const rule = JSON.stringify(sigmaText([{ text: wanted.join('') }]));
      const matches = hunting.compileRule(
        `title: t\nid: 11111111-2222-4333-8444-555555555555\nlogsource: { product: windows }\ndetection:\n  s: { CommandLine: ${rule} }\n  condition: s\n`,
      );
      const event = (commandLine: string) =>
        eventOf({ id: 'e', time: 0, source: 's', raw: JSON.stringify(processStart(0, 'h', 'x', commandLine)) });
      for (const each of [wanted, other]) {
        const read = event(each.join(''));
        expect(read !== undefined && matches(read)).toBe(each.join('').toLowerCase() === wanted.join('').toLowerCase());
      }
    }),
  );
});
