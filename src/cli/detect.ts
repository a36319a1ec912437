import { once } from 'node:events';
import { existsSync, globSync, statSync } from 'node:fs';
import { resourceUsage } from 'node:process';
import type { Command } from 'commander';
import { systemClock } from '../adapters/system-clock.ts';
import type { SourceEvent } from '../contracts/event.ts';
import { readEvents } from '../ingest/index.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import { type CorrelationHit, compileRules, type RuleSet } from '../sigma/index.ts';
import { loadRules } from './load.ts';
import { RejectFile } from './reject-file.ts';

interface DetectOptions {
  readonly rules: readonly string[];
  readonly stats?: boolean;
}

/** One line of output. `line` counts from 1; it is the record's number where records are not lines. */
interface Match {
  readonly rule: string;
  readonly title: string;
  readonly level: string;
  readonly file: string;
  readonly line: number;
  /** The fields that decided, with their values; for a correlation its group. */
  readonly fields: Readonly<Record<string, string>>;
  /** For a correlation: the events behind it. */
  readonly events?: readonly { readonly file: string; readonly line: number }[];
}

export function registerDetect(program: Command): void {
  program
    .command('detect')
    .description('match telemetry files against Sigma rules; one JSON line a match')
    .argument('<file...>', "files or folders; '-' is standard input")
    .requiredOption(
      '--rules <dir>',
      'a folder or file of Sigma rules; several may follow, or the option be given again',
      collect,
      [],
    )
    .option('--stats', 'add one JSON line of figures on standard error')
    .action(async (paths: string[], options: DetectOptions) => {
      const began = performance.now();
      const files = paths.filter((path) => !holdsRulesOnly(path));
      const ruleSet = compileRules(loadRules([...options.rules, ...paths.filter(holdsRulesOnly)]));
      if (files.length === 0)
        throw new BridgewatchError(
          'INGEST_FILE_MISSING',
          'no telemetry is given: name a file, a folder or - after the rules',
        );
      for (const { severity, file, line, code, message } of ruleSet.problems) {
        if (severity === 'error') process.stderr.write(`${file}:${line}: ${code}: ${message}\n`);
      }
      const loadSeconds = (performance.now() - began) / 1000;
      const rejects = new RejectFile(undefined);
      const started = performance.now();
      const reading = readEvents(files, { tenant: 'local', clock: systemClock, dedupe: false, onReject: rejects.add });
      for await (const lines of matchLines(ruleSet, reading.batches)) {
        if (!process.stdout.write(lines)) await once(process.stdout, 'drain');
      }
      rejects.close();
      if (!options.stats) return;
      const seconds = (performance.now() - started) / 1000;
      const { events, bytes } = reading.counters;
      const figures = {
        events,
        bytes,
        rules: ruleSet.rules.length,
        loadSeconds,
        seconds,
        eventsPerSecond: Math.round(events / seconds),
        peakRssMb: Math.round(resourceUsage().maxRSS / 1024),
      };
      process.stderr.write(`${JSON.stringify(figures)}\n`);
    });
}

const collect = (path: string, before: string[]): string[] => [...before, path];

/**
 * `--rules a b events.json`: what follows a rules folder and is one too. Telemetry is never YAML, so a rule file, or a folder
 * with rule files and nothing that could be telemetry, is meant as rules.
 */
function holdsRulesOnly(path: string): boolean {
  if (path === '-' || !existsSync(path)) return false;
  if (statSync(path).isFile()) return /\.ya?ml$/.test(path);
  const names = globSync('**/*.*', { cwd: path });
  return names.some((name) => /\.ya?ml$/.test(name)) && names.every((name) => /\.(?:ya?ml|md|txt)$/.test(name));
}

/** The matches of each batch as NDJSON; correlations come at the end, when every event has been put in order of time. */
async function* matchLines(
  { engine }: RuleSet,
  batches: AsyncIterable<readonly SourceEvent[]>,
): AsyncGenerator<string> {
  const correlator = engine.correlator<SourceEvent>({ lateness: Number.POSITIVE_INFINITY });
  for await (const batch of batches) {
    let lines = '';
    for (const event of batch) {
      const matched = engine.matchAll(event);
      for (const rule of matched) {
        if (!rule.reported) continue;
        const fields = Object.fromEntries(engine.matchedFields(rule, event).map(({ field, value }) => [field, value]));
        lines += write({
          rule: rule.id,
          title: rule.title,
          level: rule.level,
          file: event.file,
          line: event.line,
          fields,
        });
      }
      correlator.push(event, matched);
    }
    if (lines !== '') yield lines;
  }
  yield correlator.flush().map(writeHit).join('');
}

const write = (match: Match): string => `${JSON.stringify(match)}\n`;

function writeHit({ rule, group, lastEvent, events }: CorrelationHit<SourceEvent>): string {
  return write({
    rule: rule.id,
    title: rule.title,
    level: rule.level,
    file: lastEvent.file,
    line: lastEvent.line,
    fields: Object.fromEntries(group.map(({ field, value }) => [field, value])),
    events: events.slice(0, 1000).map(({ file, line }) => ({ file, line })),
  });
}
