import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateSample } from '../../src/sample/index.ts';

interface Report {
  readonly events: number;
  readonly malformed: number;
  readonly findings: readonly {
    readonly threatProbability: number;
    readonly base: number;
    readonly reasons: readonly { logOdds: number; evidence: readonly string[] }[];
    readonly investigation: { readonly steps: readonly { logOdds: number; evidence: readonly string[] }[] };
  }[];
}

/** The command as a user runs it, on a small company's day. */
describe('assess', () => {
  let folder: string;
  let file: string;
  let lines: number;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bridgewatch-assess-'));
    const sample = [...generateSample({ seed: 7, people: 12 }).lines].map(({ line }) => line);
    lines = sample.length;
    file = join(folder, 'day.ndjson.gz');
    writeFileSync(file, gzipSync(`${sample.join('\n')}\n`));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function assess(args: readonly string[], input?: Buffer) {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/bridgewatch.js', 'assess', ...args], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      ...(input === undefined ? {} : { input }),
    });
    return { status, stdout, stderr };
  }
  const timeless = (json: string): unknown => {
    const { seconds, eventsPerSecond, peakRssMb, ...rest } = JSON.parse(json) as Record<string, unknown>;
    expect([seconds, eventsPerSecond, peakRssMb].every((value) => typeof value === 'number' && value > 0)).toBe(true);
    return rest;
  };

  it('prints the same for the same input, and parts that add up to the probability', () => {
    const first = assess([file, '--json']);
    expect(first.status).toBe(0);
    expect(timeless(assess([file, '--json']).stdout)).toEqual(timeless(first.stdout));
    const report = JSON.parse(first.stdout) as Report;
    expect(report).toMatchObject({ events: lines, malformed: 0 });
    expect(report.findings.length).toBeGreaterThan(0);
    for (const { base, reasons, investigation, threatProbability: p } of report.findings) {
      const sum = [...reasons, ...investigation.steps].reduce((total, { logOdds }) => total + logOdds, base);
      expect(Math.abs(sum - Math.log(p / (1 - p)))).toBeLessThan(1e-9);
    }
  });

  it('gives the same events and ids whether plain, compressed or from standard input', () => {
    const plain = join(folder, 'day.ndjson');
    const zipped = readFileSync(file);
    spawnSync('sh', ['-c', `gzip -dc ${file} > ${plain}`]);
    const expected = JSON.stringify((JSON.parse(assess([file, '--json']).stdout) as Report).findings);
    expect(JSON.stringify((JSON.parse(assess([plain, '--json']).stdout) as Report).findings)).toBe(expected);
    expect(JSON.stringify((JSON.parse(assess(['-', '--json'], zipped).stdout) as Report).findings)).toBe(expected);
  });

  it('keeps what it cannot read, says where, and goes on', () => {
    const broken = join(folder, 'broken.ndjson');
    const rejects = join(folder, 'rejects.ndjson');
    writeFileSync(broken, '{"a":1}\n{"a":\n{"b":2}\n');
    const { status, stdout, stderr } = assess([broken, '--json', '--rejects', rejects]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ events: 2, malformed: 1 });
    expect(stderr).toContain(`${broken}:2: INGEST_INVALID_JSON`);
    expect(JSON.parse(readFileSync(rejects, 'utf8'))).toMatchObject({
      file: broken,
      line: 2,
      code: 'INGEST_INVALID_JSON',
    });
  });

  it('says with a code what is wrong with the call', () => {
    const { status, stderr } = assess([join(folder, 'absent.ndjson')]);
    expect(status).toBe(1);
    expect(stderr).toContain('INGEST_FILE_MISSING');
  });
});
