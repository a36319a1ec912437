import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { assess } from '../../src/cli/assess.ts';
import { loadRules, shippedRules } from '../../src/cli/load.ts';
import { compileRules } from '../../src/sigma/index.ts';

/** One scenario file: telemetry in, expected findings out, with the rules that ship. */
interface Scenario {
  readonly name: string;
  readonly why: string;
  /**
   * Records; `repeat` writes one record several times, `{i}` in any text becomes 1, 2, 3, ... (`{ii}`: 01, 02, 03, ...). `series`
   * writes each of those at several times: `{at}` becomes the time, `{nnn}` its number, 001, 002, ...
   */
  readonly telemetry: readonly (Record<string, unknown> & { repeat?: number; series?: Series })[];
  /** In order. `title` must be contained; lists must be contained; an empty list means that nobody is disturbed. */
  readonly findings: readonly {
    readonly title: string;
    readonly disposition?: string;
    readonly techniques?: readonly string[];
    readonly hosts?: readonly string[];
  }[];
}

interface Series {
  readonly from: string;
  readonly everyMinutes: number;
  readonly times: number;
}

const folder = import.meta.dirname;
const { engine } = compileRules(loadRules([shippedRules]));
const scratch = mkdtempSync(join(tmpdir(), 'bridgewatch-scenario-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const once: Series = { from: '2026-02-03T00:00:00Z', everyMinutes: 0, times: 1 };

function lines({ telemetry }: Scenario): string {
  return telemetry
    .flatMap(({ repeat = 1, series = once, ...record }) =>
      Array.from({ length: repeat * series.times }, (_, place) => {
        const i = (place % repeat) + 1;
        const n = Math.floor(place / repeat);
        return JSON.stringify(record)
          .replaceAll('{i}', String(i))
          .replaceAll('{ii}', String(i).padStart(2, '0'))
          .replaceAll('{nnn}', String(n + 1).padStart(3, '0'))
          .replaceAll('{at}', new Date(Date.parse(series.from) + n * series.everyMinutes * 60_000).toISOString());
      }),
    )
    .join('\n');
}

describe('scenarios', () => {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml'))) {
    const scenario = parse(readFileSync(join(folder, file), 'utf8'), { merge: true }) as Scenario;
    it(`${scenario.name}: ${scenario.why}`, async () => {
      const input = join(scratch, `${file}.ndjson`);
      writeFileSync(input, lines(scenario));
      const { malformed, findings } = await assess([input], { engine, tenant: 'scenario', onReject: () => undefined });
      expect(malformed).toBe(0);
      expect(findings.map(({ title }) => title)).toHaveLength(scenario.findings.length);
      for (const [rank, expected] of scenario.findings.entries()) {
        const finding = findings[rank];
        expect(finding?.title).toContain(expected.title);
        if (expected.disposition !== undefined) expect(finding?.recommendation.disposition).toBe(expected.disposition);
        expect(finding?.techniques).toEqual(expect.arrayContaining([...(expected.techniques ?? [])]));
        const hosts = finding?.entities.filter(({ kind }) => kind === 'host').map(({ value }) => value);
        expect(hosts).toEqual(expect.arrayContaining([...(expected.hosts ?? [])]));
      }
    });
  }
});
