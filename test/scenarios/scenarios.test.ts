import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { assess } from '../../src/cli/assess.ts';
import { loadRules, shippedRules } from '../../src/cli/load.ts';
import { compileRules } from '../../src/sigma/index.ts';
import { linesOf, type Telemetry } from '../support/telemetry.ts';

/** One scenario file: telemetry in, expected findings out, with the rules that ship. */
interface Scenario {
  readonly name: string;
  readonly why: string;
  readonly telemetry: readonly Telemetry[];
  /** In order. `title` must be contained; lists must be contained; an empty list means that nobody is disturbed. */
  readonly findings: readonly {
    readonly title: string;
    readonly disposition?: string;
    readonly techniques?: readonly string[];
    readonly hosts?: readonly string[];
  }[];
}

const folder = import.meta.dirname;
const { engine } = compileRules(loadRules([shippedRules]));
const scratch = mkdtempSync(join(tmpdir(), 'bridgewatch-scenario-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe('scenarios', () => {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml'))) {
    const scenario = parse(readFileSync(join(folder, file), 'utf8'), { merge: true }) as Scenario;
    it(`${scenario.name}: ${scenario.why}`, async () => {
      const input = join(scratch, `${file}.ndjson`);
      writeFileSync(input, linesOf(scenario.telemetry));
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
