import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openEngine } from '../../src/adapters/duckdb/engine.ts';
import { registerDetect } from '../../src/cli/detect.ts';
import { registerHunt } from '../../src/cli/hunt.ts';
import { BridgewatchError } from '../../src/kernel/errors.ts';
import { fillLake, processStart } from '../support/hunt-lake.ts';
import { lakeFolder } from '../support/lake.ts';

const HOUR = 3_600_000;
const cleanups: (() => unknown)[] = [];
const data = lakeFolder((clean) => cleanups.push(clean));
afterAll(async () => {
  for (const clean of cleanups) await clean();
});

beforeAll(async () => {
  const records = Array.from({ length: 60 }, (_, at) =>
    processStart(
      at * HOUR + at,
      `web0${at % 3}`,
      at % 10 === 0
        ? 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe'
        : 'C:\\Windows\\System32\\cmd.exe',
      at % 20 === 0 ? 'powershell -enc SQBFAFgA "=1+1" \u001b[31m' : 'cmd /c dir',
    ),
  );
  await fillLake(data, records);
  writeFileSync(
    join(data, 'rule.yml'),
    `title: shell
id: 11111111-2222-4333-8444-555555555555
level: high
logsource: { product: windows, category: process_creation }
detection:
  s: { "Image|endswith": '\\powershell.exe', "CommandLine|contains": '-enc' }
  condition: s
---
title: thrice
id: 22222222-2222-4333-8444-555555555555
level: high
correlation:
  type: event_count
  rules: [11111111-2222-4333-8444-555555555555]
  group-by: [User]
  timespan: 3d
  condition: { gte: 3 }
`,
  );
});

async function run(...words: string[]): Promise<{ stdout: string; stderr: string }> {
  const said = { stdout: '', stderr: '' };
  const writes = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      said[stream] += String(text);
      return true;
    }),
  );
  try {
    const program = new Command().exitOverride();
    registerHunt(program);
    registerDetect(program);
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof BridgewatchError)) throw error;
    said.stderr += `${error.code}: ${error.message}`;
  } finally {
    for (const write of writes) write.mockRestore();
  }
  return said;
}

const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));

test('a search, as lines of JSON and as a table that no terminal obeys', { timeout: 60_000 }, async () => {
  const asked = await run(
    'hunt',
    '--search',
    'process:power* -enc OR "SQBFAFgA"',
    '--data',
    data,
    '--format',
    'ndjson',
  );
  expect(asked.stderr).toBe('6 rows\n');
  expect(lines(asked.stdout)[0]).toMatchObject({ id: 'e0050', process_name: 'powershell.exe', host: 'web02' });
  const table = await run('hunt', 'host:web02 cmd:*SQB*', '--data', data);
  expect(table.stdout).toMatch(/^time +kind +host +user +process_name +command_line/);
  expect(table.stdout).toContain('web02  ann');
  expect(table.stdout).not.toContain('\u001b');
});

test('SQL, with a limit that is told', { timeout: 60_000 }, async () => {
  const sql = 'SELECT host, count(*)::INT AS n FROM events GROUP BY host ORDER BY host';
  const { stdout, stderr } = await run('hunt', sql, '--data', data, '--format', 'json', '--limit', '2');
  expect(JSON.parse(stdout)).toEqual([
    { host: 'web00', n: 20 },
    { host: 'web01', n: 20 },
  ]);
  expect(stderr).toBe('2 rows; there are more, see --limit\n');
  const since = await run(
    'hunt',
    'from events select count(*)',
    '--data',
    data,
    '--from',
    '2026-11-26',
    '--to',
    '2026-11-26',
    '--format',
    'csv',
  );
  expect(since.stdout).toBe('count_star()\r\n24\r\n');
});

test('CSV and Parquet files hold what was found', { timeout: 60_000 }, async () => {
  const [csv, parquet] = [join(data, 'out.csv'), join(data, 'out.parquet')];
  await run('hunt', 'process:powershell.exe', '--data', data, '--format', 'csv', '--out', csv);
  expect(readFileSync(csv, 'utf8').split('\r\n')).toHaveLength(8);
  const made = await run('hunt', '*', '--data', data, '--format', 'parquet', '--out', parquet);
  expect(made.stderr).toBe('60 rows\n');
  const engine = await openEngine({});
  const read = await engine.connection.runAndReadAll(
    `SELECT count(*)::INT, typeof(any_value(time)), count(DISTINCT host)::INT FROM '${parquet}'`,
  );
  expect(read.getRows()).toEqual([[60, 'TIMESTAMP', 3]]);
  engine.close();
});

test('what cannot be asked is said with what could', { timeout: 60_000 }, async () => {
  expect((await run('hunt', 'a (b', '--data', data)).stderr).toContain('HUNT_SEARCH_SYNTAX: at character 3');
  expect((await run('hunt', 'SELECT * FROM nope', '--data', data)).stderr).toContain('HUNT_SQL_INVALID');
  expect((await run('hunt', 'x', '--data', join(data, 'nowhere'))).stderr).toContain('HUNT_NO_LAKE');
  expect((await run('hunt', 'x', '--data', data, '--from', 'noon')).stderr).toContain('CLI_NOT_A_TIME');
  expect((await run('hunt', 'x', '--data', data, '--format', 'parquet')).stderr).toContain('HUNT_NO_FILE');
});

test('rules over the past: matches in order of time, and correlations', { timeout: 60_000 }, async () => {
  const rule = join(data, 'rule.yml');
  const { stdout, stderr } = await run('detect', '--lake', '--rules', rule, '--data', data, '--stats');
  const found = lines(stdout);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({
    title: 'thrice',
    file: 'winlog',
    line: 0,
    event: 'e0040',
    events: [{ event: 'e0000' }, { event: 'e0020' }, { event: 'e0040' }],
  });
  expect(lines(stderr)[0]).toMatchObject({ events: 60 });
  writeFileSync(rule, readFileSync(rule, 'utf8').split('---')[0] ?? '');
  const alone = await run('detect', '--lake', '--rules', rule, '--data', data, '--from', '2026-11-26');
  expect(lines(alone.stdout)).toMatchObject([
    {
      title: 'shell',
      event: 'e0020',
      time: '2026-11-26T08:00:00.020Z',
      fields: { Image: expect.stringContaining('powershell') as string },
    },
    { event: 'e0040' },
  ]);
});
