import { once } from 'node:events';
import { existsSync, globSync, statSync } from 'node:fs';
import { resourceUsage } from 'node:process';
import type { Command } from 'commander';
import { systemClock } from '../adapters/system-clock.ts';
import type { SourceEvent } from '../contracts/event.ts';
import { readEvents } from '../ingest/index.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import { type CorrelationHit, compileRules, type RuleSet } from '../sigma/index.ts';
import { readLake } from './detect-lake.ts';
import { type SpanOptions, spanOf, withLake } from './lake-at.ts';
import { loadRules } from './load.ts';
import { RejectFile } from './reject-file.ts';

interface DetectOptions extends SpanOptions {
  readonly rules: readonly string[];
  readonly stats?: boolean;
  readonly lake?: boolean;
  readonly data: string;
  readonly tenant: string;
}

/** One line of output. `line` counts from 1; it is the record's number where records are not lines, and 0 in the lake, where `event` names it. */
interface Match {
  readonly rule: string;
  readonly title: string;
  readonly level: string;
  readonly file: string;
  readonly line: number;
  readonly event?: string;
  /** Of an event in the lake: when it was, ISO 8601. */
  readonly time?: string;
  /** The fields that decided, with their values; for a correlation its group. */
  readonly fields: Readonly<Record<string, string>>;
  /** For a correlation: the events behind it. */
  readonly events?: readonly { readonly file: string; readonly line: number; readonly event?: string }[];
}

export function registerDetect(program: Command): void {
  program
    .command('detect')
    .description('match telemetry files against Sigma rules; one JSON line a match')
    .argument('[file...]', "files or folders; '-' is standard input")
    .requiredOption(
      '--rules <dir>',
      'a folder or file of Sigma rules; several may follow, or the option be given again',
      collect,
      [],
    )
    .option('--stats', 'add one JSON line of figures on standard error')
    .option('--lake', 'match the events that came in, from the lake in order of time, instead of files')
    .option('--data <dir>', 'with --lake: data folder', 'data')
    .option('--tenant <id>', 'with --lake: the tenant', 'main')
    .option('--from <time>', 'with --lake: first moment, UTC: 2026-11-25, 2026-11-25T07:30, or 24h, 7d ago')
    .option('--to <time>', 'with --lake: last moment')
    .action(async (paths: string[], options: DetectOptions) => {
      const began = performance.now();
      const files = paths.filter((path) => !holdsRulesOnly(path));
      const ruleSet = compileRules(loadRules([...options.rules, ...paths.filter(holdsRulesOnly)]));
      if (options.lake !== true && files.length === 0)
        throw new BridgewatchError(
          'INGEST_FILE_MISSING',
          'no telemetry is given: name a file, a folder or - after the rules, or --lake',
        );
      for (const { severity, file, line, code, message } of ruleSet.problems) {
        if (severity === 'error') process.stderr.write(`${file}:${line}: ${code}: ${message}\n`);
      }
      const loadSeconds = (performance.now() - began) / 1000;
      const started = performance.now();
      const counters = options.lake ? await matchLake(ruleSet, options) : await matchFiles(ruleSet, files);
      if (!options.stats) return;
      const seconds = (performance.now() - started) / 1000;
      const figures = {
        ...counters,
        rules: ruleSet.rules.length,
        loadSeconds,
        seconds,
        eventsPerSecond: Math.round(counters.events / seconds),
        peakRssMb: Math.round(resourceUsage().maxRSS / 1024),
      };
      process.stderr.write(`${JSON.stringify(figures)}\n`);
    });
}

type Counters = Readonly<Record<'events' | 'bytes', number>>;

async function matchFiles(ruleSet: RuleSet, files: readonly string[]): Promise<Counters> {
  const rejects = new RejectFile(undefined);
  const reading = readEvents(files, { tenant: 'local', clock: systemClock, dedupe: false, onReject: rejects.add });
  // Files come one after the other: every event is put in order of time before correlations count.
  await print(matchLines(ruleSet, reading.batches, Number.POSITIVE_INFINITY));
  rejects.close();
  return { events: reading.counters.events, bytes: reading.counters.bytes };
}

function matchLake(ruleSet: RuleSet, { data, tenant, ...span }: DetectOptions): Promise<Counters> {
  return withLake(data, async (queries) => {
    const reading = readLake(queries, { tenant, ...spanOf(span) });
    await print(matchLines(ruleSet, reading.batches, 0));
    return reading.counters;
  });
}

async function print(chunks: AsyncIterable<string>): Promise<void> {
  for await (const lines of chunks) if (!process.stdout.write(lines)) await once(process.stdout, 'drain');
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

/** The matches of each batch as NDJSON. @param lateness ms that events may be out of order; correlations come that much later */
async function* matchLines(
  { engine }: RuleSet,
  batches: AsyncIterable<readonly SourceEvent[]>,
  lateness: number,
): AsyncGenerator<string> {
  const correlator = engine.correlator<SourceEvent>({ lateness });
  for await (const batch of batches) {
    let lines = '';
    for (const event of batch) {
      const matched = engine.matchAll(event);
      for (const rule of matched) {
        if (!rule.reported) continue;
        const fields = Object.fromEntries(engine.matchedFields(rule, event).map(({ field, value }) => [field, value]));
        const when = event.line === 0 ? { time: new Date(event.time).toISOString() } : {};
        lines += write({ rule: rule.id, title: rule.title, level: rule.level, ...placeOf(event), ...when, fields });
      }
      lines += correlator.push(event, matched).map(writeHit).join('');
    }
    if (lines !== '') yield lines;
  }
  yield correlator.flush().map(writeHit).join('');
}

const write = (match: Match): string => `${JSON.stringify(match)}\n`;

function placeOf({ file, line, id }: SourceEvent): Pick<Match, 'file' | 'line' | 'event'> {
  return { file, line, ...(line === 0 ? { event: id } : {}) };
}

function writeHit({ rule, group, lastEvent, events }: CorrelationHit<SourceEvent>): string {
  return write({
    rule: rule.id,
    title: rule.title,
    level: rule.level,
    ...placeOf(lastEvent),
    fields: Object.fromEntries(group.map(({ field, value }) => [field, value])),
    events: events.slice(0, 1000).map(placeOf),
  });
}
