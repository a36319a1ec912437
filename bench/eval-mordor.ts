/**
 * How well `assess` reads real attack captures: share that give a finding, findings a capture, share whose technique is named,
 * and whether stories of different captures stay apart when mixed. Table on standard output; `--json` prints one line a capture,
 * one a draw and a summary.
 */
import { assess } from '../src/cli/assess.ts';
import { loadRules } from '../src/cli/load.ts';
import { compileRules } from '../src/sigma/index.ts';
import { dataOptions, median } from './data-options.ts';
import { type Capture, capturesIn, namesTechnique } from './mordor/captures.ts';
import { mixedRun } from './mordor/mixed.ts';

const TECHNIQUES_COUNTED = 5;
const MIXED_CAPTURES = 10;

interface Row {
  readonly scenario: string;
  readonly events: number;
  readonly generic: number;
  readonly detections: number;
  readonly findings: number;
  readonly named: boolean;
  readonly top: string;
}

const options = dataOptions({ data: '../shared/data/mordor', rules: ['../shared/data/sigma/rules'] });
const { engine, rules } = compileRules(loadRules(options.rules));
const captures = capturesIn(options.data);
const started = performance.now();

const rows: Row[] = [];
for (const capture of captures) {
  const row = await measure(capture);
  rows.push(row);
  if (options.json) print({ capture: row });
  else
    process.stdout.write(
      `${row.findings > 0 ? 'found ' : 'silent'} ${row.named ? 'named ' : '      '} ${String(row.events).padStart(6)} ${String(row.detections).padStart(6)} ${String(row.findings).padStart(3)}  ${row.scenario}  ${row.top}\n`,
    );
}

const draws = [];
for (let draw = 0; draw < options.draws; draw++) {
  const run = await mixedRun(drawOf(captures, draw), engine, Date.UTC(2026, 0, 5, 9));
  draws.push(run);
  if (options.json) print({ draw, ...run });
}

const summary = {
  captures: captures.length,
  rules: rules.length,
  events: rows.reduce((sum, { events }) => sum + events, 0),
  eventsByGenericLens: rows.reduce((sum, { generic }) => sum + generic, 0),
  withFinding: rows.filter(({ findings }) => findings > 0).length,
  medianFindings: median(rows.map(({ findings }) => findings)),
  maxFindings: Math.max(...rows.map(({ findings }) => findings)),
  techniqueNamed: rows.filter(({ named }) => named).length,
  mixedDraws: draws.length,
  inPureFindingsMedian: median(draws.map(({ inPureFindings }) => inPureFindings)),
  inPureFindingsWorst: Math.min(...draws.map(({ inPureFindings }) => inPureFindings)),
  inPureGroupsMedian: median(draws.map(({ inPureGroups }) => inPureGroups)),
  seconds: (performance.now() - started) / 1000,
};
if (options.json) print({ summary });
else
  process.stdout.write(
    `\n${Object.entries(summary)
      .map(
        ([name, value]) => `${name.padEnd(24)} ${typeof value === 'number' ? Math.round(value * 1000) / 1000 : value}`,
      )
      .join('\n')}\n`,
  );

async function measure(capture: Capture): Promise<Row> {
  const result = await assess([capture.file], { engine, tenant: 'eval', onReject: () => undefined });
  return {
    scenario: capture.scenario,
    events: result.events,
    generic: result.eventsByLens.generic ?? 0,
    detections: result.detections,
    findings: result.findings.length,
    named: result.findings.some(({ techniques }) =>
      namesTechnique(techniques.slice(0, TECHNIQUES_COUNTED), capture.techniques),
    ),
    top: result.findings[0]?.title ?? '',
  };
}

/** Ten captures by a seeded shuffle (mulberry32), so that every run draws the same. */
function drawOf(all: readonly Capture[], seed: number): readonly Capture[] {
  let state = seed + 1;
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  return all
    .map((capture) => ({ capture, at: random() }))
    .sort((a, b) => a.at - b.at)
    .slice(0, MIXED_CAPTURES)
    .map(({ capture }) => capture);
}

function print(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
