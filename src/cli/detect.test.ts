import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const main = join(import.meta.dirname, '..', 'main.ts');
let folder = '';
const path = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'detect-'));
  writeFileSync(
    path('good.yml'),
    'title: shell\nid: 11111111-2222-4333-8444-555555555555\nlevel: high\nlogsource: { product: windows, category: process_creation }\ndetection:\n  s: { "Image|endswith": \'\\cmd.exe\', "CommandLine|contains": whoami }\n  condition: s\n',
  );
  writeFileSync(
    path('bad.yml'),
    'title: bad\nid: 22222222-2222-4333-8444-555555555555\nlogsource: { product: windows }\ndetection:\n  s:\n    "f|nope": 1\n  condition: s\n',
  );
  const event = (commandLine: string) =>
    JSON.stringify({
      Event: {
        System: {
          Provider: { '#attributes': { Name: 'Microsoft-Windows-Sysmon' } },
          EventID: 1,
          Channel: 'Microsoft-Windows-Sysmon/Operational',
          Computer: 'h',
          TimeCreated: { '#attributes': { SystemTime: '2024-01-01T00:00:00Z' } },
        },
        EventData: { Image: 'C:\\Windows\\System32\\cmd.exe', CommandLine: commandLine },
      },
    });
  writeFileSync(
    path('events.ndjson'),
    `${[event('cmd /c dir'), event('cmd /c WHOAMI'), event('cmd /c WHOAMI')].join('\n')}\n`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [main, ...args])) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

test('detect: one line a match with rule, place and fields; equal events are not dropped; --stats on standard error', async () => {
  const { code, stdout, stderr } = await run(
    'detect',
    '--rules',
    path('good.yml'),
    path('bad.yml'),
    path('events.ndjson'),
    '--stats',
  );
  const match = {
    rule: '11111111-2222-4333-8444-555555555555',
    title: 'shell',
    level: 'high',
    file: path('events.ndjson'),
    fields: { Image: 'C:\\Windows\\System32\\cmd.exe', CommandLine: 'cmd /c WHOAMI' },
  };
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([
    { ...match, line: 2 },
    { ...match, line: 3 },
  ]);
  expect(stderr).toContain(`${path('bad.yml')}:6: SIGMA_MODIFIER_UNKNOWN`);
  const stats = JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as Record<string, number>;
  expect(Object.keys(stats)).toEqual([
    'events',
    'bytes',
    'rules',
    'loadSeconds',
    'seconds',
    'eventsPerSecond',
    'peakRssMb',
  ]);
  expect(stats).toMatchObject({ events: 3, rules: 1 });
  expect(code).toBe(0);
});

test('detect without telemetry says so', async () => {
  const { code, stderr } = await run('detect', '--rules', path('good.yml'), path('bad.yml'));
  expect(code).not.toBe(0);
  expect(stderr).toContain('INGEST_FILE_MISSING');
});

test('rules check: file and line, exit 1 on errors, 0 without', async () => {
  const bad = await run('rules', 'check', folder);
  expect(bad.code).toBe(1);
  expect(bad.stdout).toContain(`${path('bad.yml')}:6: error: SIGMA_MODIFIER_UNKNOWN`);
  expect((await run('rules', 'check', path('good.yml'))).code).toBe(0);
});

test('rules check: a file that is too large is a problem with its name, and the others are checked', async () => {
  const large = path('large.yml');
  // More bytes than characters are taken, fewer characters than that: what is read must not pass for the whole file.
  writeFileSync(large, `title: ${'ü'.repeat(1_500_000)}\n`);
  try {
    const { code, stdout, stderr } = await run('rules', 'check', large, path('good.yml'));
    expect(code).toBe(1);
    expect(stdout).toContain(`${large}:1: error: SIGMA_YAML_SIZE`);
    expect(stderr).toContain('1 rules compile; 1 errors');
  } finally {
    rmSync(large);
  }
});

test('rules explain: every condition with the value it saw', async () => {
  const missed = await run('rules', 'explain', path('good.yml'), path('events.ndjson'));
  expect(missed.code).toBe(1);
  expect(missed.stdout).toContain('no match  shell');
  expect(missed.stdout).toContain('+ Image|endswith: "C:\\\\Windows\\\\System32\\\\cmd.exe"');
  expect(missed.stdout).toContain('- CommandLine|contains: "cmd /c dir"');
  const met = await run(
    'rules',
    'explain',
    '11111111-2222-4333-8444-555555555555',
    path('events.ndjson'),
    '--rules',
    folder,
    '--record',
    '2',
    '--json',
  );
  expect(met.code).toBe(0);
  expect(JSON.parse(met.stdout)).toMatchObject({
    matched: true,
    rule: { title: 'shell' },
    selections: [{ name: 's', matched: true }],
  });
});
