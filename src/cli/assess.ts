import { resourceUsage } from 'node:process';
import type { Command } from 'commander';
import { MemoryLake } from '../adapters/memory-lake/lake.ts';
import { systemClock } from '../adapters/system-clock.ts';
import type { Finding } from '../contracts/finding.ts';
import { type Reject, readEvents } from '../ingest/index.ts';
import { compileRules } from '../sigma/index.ts';
import { createPipeline, defaultCapacity, type RuleEngine } from '../topology.ts';
import { loadPlaybooks, loadRules, shippedRules } from './load.ts';
import { wholeNumber } from './options.ts';
import { RejectFile } from './reject-file.ts';
import { reportOf } from './report.ts';

interface AssessOptions {
  readonly rules?: readonly string[];
  readonly json?: boolean;
  readonly rejects?: string;
  readonly tenant: string;
  readonly capacity?: string;
  readonly baselines?: boolean;
}

export interface Assessment {
  readonly events: number;
  readonly malformed: number;
  readonly duplicates: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly detections: number;
  /** How many events each lens read. */
  readonly eventsByLens: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  readonly below: readonly Finding[];
}

/** The AI half on any telemetry files, no server: read, detect, triage, investigate, recommend. */
export async function assess(
  files: readonly string[],
  options: {
    engine: RuleEngine;
    tenant: string;
    onReject: (reject: Reject) => void;
    findingsPerDay?: number;
    baselines?: boolean;
  },
): Promise<Assessment> {
  const started = performance.now();
  const pipeline = createPipeline({
    tenant: options.tenant,
    engine: options.engine,
    lake: new MemoryLake(),
    playbooks: loadPlaybooks(),
    baselines: options.baselines ?? false,
    capacity: { ...defaultCapacity, findingsPerDay: options.findingsPerDay ?? Number.POSITIVE_INFINITY },
  });
  const reading = readEvents(files, {
    tenant: options.tenant,
    clock: systemClock,
    dedupe: true,
    onReject: options.onReject,
  });
  const eventsByLens: Record<string, number> = {};
  for await (const batch of reading.batches) {
    for (const { lens } of batch) eventsByLens[lens.name] = (eventsByLens[lens.name] ?? 0) + 1;
    pipeline.push(batch);
  }
  pipeline.end();
  const { surfaced, below } = pipeline.settle();
  return {
    ...reading.counters,
    seconds: (performance.now() - started) / 1000,
    detections: pipeline.detections.length,
    eventsByLens,
    findings: surfaced,
    below,
  };
}

export function registerAssess(program: Command): void {
  program
    .command('assess')
    .description('read telemetry files, detect, triage and investigate; print ranked findings (no server)')
    .argument('<file...>', "files or folders; '-' is standard input")
    .option('--rules <dir...>', 'Sigma rules to use (default: the rules that ship)')
    .option('--json', 'print one JSON document')
    .option('--rejects <file>', 'keep unreadable records here, one JSON line each')
    .option('--capacity <n>', 'at most this many findings a day of event time (default: all above the floor)')
    .option('--baselines', 'judge by behavioural baselines too: of use where the files hold more than a week')
    .option('--tenant <id>', 'tenant the events belong to', 'local')
    .action(async (files: string[], options: AssessOptions) => {
      const rejects = new RejectFile(options.rejects);
      const { engine, problems } = compileRules(loadRules(options.rules ?? [shippedRules]));
      for (const problem of problems)
        if (problem.severity === 'error')
          process.stderr.write(`${problem.file}:${problem.line}: ${problem.code}: ${problem.message}\n`);
      const findingsPerDay = options.capacity === undefined ? undefined : wholeNumber('--capacity', options.capacity);
      const result = await assess(files, {
        engine,
        tenant: options.tenant,
        onReject: rejects.add,
        baselines: options.baselines === true,
        ...(findingsPerDay === undefined ? {} : { findingsPerDay }),
      });
      rejects.close();
      process.stdout.write(options.json === true ? `${JSON.stringify(document(result))}\n` : text(result));
    });
}

function document(result: Assessment): Record<string, unknown> {
  return {
    events: result.events,
    malformed: result.malformed,
    duplicates: result.duplicates,
    bytes: result.bytes,
    seconds: result.seconds,
    eventsPerSecond: result.events / result.seconds,
    peakRssMb: resourceUsage().maxRSS / 1024,
    detections: result.detections,
    findings: result.findings.map(reportOf),
  };
}

function text(result: Assessment): string {
  const lines = [
    `${result.events} events (${result.malformed} unreadable, ${result.duplicates} repeats) -> ${result.detections} detections -> ${result.findings.length} findings, ${result.below.length} below the line, in ${result.seconds.toFixed(1)} s`,
  ];
  for (const [rank, finding] of result.findings.entries()) {
    lines.push(
      '',
      `${rank + 1}. [${finding.severity}] ${finding.title}`,
      `   threat probability ${(finding.threatProbability * 100).toFixed(1)} %, recommended: ${finding.recommendation.disposition}; ${finding.techniques.slice(0, 5).join(' ')}`,
      ...finding.recommendation.for.slice(0, 3).map((reason) => `   + ${reason}`),
      ...finding.recommendation.against.slice(0, 2).map((reason) => `   - ${reason}`),
    );
  }
  return `${lines.join('\n')}\n`;
}
