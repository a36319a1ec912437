import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import { loadRules, shippedRules } from '../../../src/cli/load.ts';
import type { Detection } from '../../../src/contracts/detection.ts';
import { createDetecting } from '../../../src/detect/index.ts';
import { readEvents } from '../../../src/ingest/index.ts';
import { compileRules } from '../../../src/sigma/index.ts';
import { linesOf, type Telemetry } from '../../support/telemetry.ts';

/** Weeks of telemetry in, what baselines say of it out; rules, all that ship, are silent throughout. */
interface Scenario {
  readonly name: string;
  readonly why: string;
  /** Not looked at: a place for anchors. */
  readonly records?: unknown;
  readonly telemetry: readonly Telemetry[];
  /** Each must come; none must come that is not here; an empty list means that nobody is disturbed. */
  readonly detections: readonly Expected[];
  /** Baselines that may speak or not: the same act is often strange in more than one way. */
  readonly may?: readonly string[];
}

interface Expected {
  readonly baseline: string;
  /** Contained in the sentence. */
  readonly text?: string;
  /** Values of entities, all contained. */
  readonly entities?: readonly string[];
}

const folder = import.meta.dirname;
const { engine } = compileRules(loadRules([shippedRules]));
const scratch = mkdtempSync(join(tmpdir(), 'bridgewatch-baselines-'));
afterAll(() => rmSync(scratch, { recursive: true }));

async function detectionsOf(file: string, { telemetry }: Scenario): Promise<readonly Detection[]> {
  const input = join(scratch, `${file}.ndjson`);
  writeFileSync(input, linesOf(telemetry));
  const detecting = createDetecting(engine, 'scenario', { baselines: true });
  const reading = readEvents([input], {
    tenant: 'scenario',
    clock: systemClock,
    dedupe: true,
    onReject: ({ code }) => {
      throw new Error(`${file}: ${code}`);
    },
  });
  const found: Detection[] = [];
  for await (const batch of reading.batches) found.push(...detecting.push(batch));
  expect(reading.counters.duplicates).toBe(0);
  return [...found, ...detecting.end()];
}

function said({ detector, fields, entities }: Detection): string {
  const text = fields.find(({ field }) => field === 'why')?.value ?? '';
  return `${detector.id}: ${text} [${entities.map(({ value }) => value).join(' ')}]`;
}

function isAs({ baseline, text = '', entities = [] }: Expected, detection: Detection): boolean {
  const named = new Set(detection.entities.map(({ value }) => value));
  return (
    detection.detector.id === `baseline:${baseline}` &&
    detection.fields.some(({ field, value }) => field === 'why' && value.includes(text)) &&
    entities.every((value) => named.has(value))
  );
}

describe('what baselines say', () => {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml'))) {
    const scenario = parse(readFileSync(join(folder, file), 'utf8'), { merge: true }) as Scenario;
    it(`${scenario.name}: ${scenario.why}`, { timeout: 120_000 }, async () => {
      const { detections: expected, may = [] } = scenario;
      const found = await detectionsOf(file, scenario);
      expect(
        found.filter(({ detector }) => detector.kind !== 'baseline').map(({ detector }) => detector.title),
      ).toEqual([]);
      const missing = expected.filter((one) => !found.some((detection) => isAs(one, detection)));
      expect(missing, `said: ${found.map(said).join('\n')}`).toEqual([]);
      const unforeseen = found.filter(
        (detection) =>
          !expected.some((one) => isAs(one, detection)) &&
          !may.some((name) => detection.detector.id === `baseline:${name}`),
      );
      expect(unforeseen.map(said)).toEqual([]);
    });
  }
});
