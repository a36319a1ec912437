import type { SourceEvent } from '../src/contracts/event.ts';
import { readEvents } from '../src/ingest/index.ts';
import type { ExplainedLine } from '../src/sigma/explain.ts';
import { compileRules } from '../src/sigma/index.ts';
import { Oracle, type OracleLine } from '../src/sigma/oracle.ts';
import { fitsLogSource } from '../src/sigma/plan.ts';

export interface DifferenceTotals {
  readonly events: number;
  readonly rules: number;
  readonly matches: number;
  readonly explanations: number;
  readonly seconds: number;
  readonly differences: readonly string[];
}

/** Runs engine and oracle over a sample of the events under `data` and lists where they disagree (at most 100). */
export async function compareWithOracle(options: {
  files: readonly { file: string; text: string }[];
  data: readonly string[];
  /** About how many events, at a fixed stride; 0 for all. */
  sample: number;
  part: number;
  parts: number;
  explainEvery?: number;
}): Promise<DifferenceTotals> {
  const started = performance.now();
  const { engine, rules } = compileRules(options.files);
  const oracle = new Oracle(options.files, rules);
  const differences: string[] = [];
  let seen = 0;
  let events = 0;
  let matches = 0;
  let explanations = 0;
  const stride = options.sample === 0 ? 1 : Math.max(1, Math.floor((await count(options.data)) / options.sample));
  for await (const batch of read(options.data)) {
    for (const event of batch) {
      if (seen++ % stride !== 0 || Math.floor(seen / stride) % options.parts !== options.part) continue;
      events++;
      const found = engine.match(event);
      const expected = oracle.match(event);
      matches += found.length;
      if (found.length !== expected.length || found.some((rule, i) => rule !== expected[i])) {
        const extra = found.filter((rule) => !expected.includes(rule)).map(({ title }) => `+${title}`);
        const lost = expected.filter((rule) => !found.includes(rule)).map(({ title }) => `-${title}`);
        note(event, [...extra, ...lost].join(', '));
      }
      const explained =
        events % (options.explainEvery ?? 50) === 0
          ? rules.filter((rule) => fitsLogSource(rule.logsource, event.origin))
          : found;
      for (const rule of explained) {
        explanations++;
        const ours = engine.explain(rule, event);
        const theirs = oracle.explain(rule, event);
        if (ours.matched !== found.includes(rule) || ours.matched !== theirs?.matched)
          note(event, `${rule.title}: explained as ${ours.matched}`);
        for (const [i, selection] of ours.selections.entries()) {
          const other = theirs?.selections[i];
          if (!other || other.name !== selection.name || !sameLine(selection.lines, other.line))
            note(event, `${rule.title}: selection ${selection.name} explained otherwise`);
        }
      }
    }
  }
  return {
    events,
    rules: rules.length,
    matches,
    explanations,
    seconds: Math.round(performance.now() - started) / 1000,
    differences,
  };

  function note(event: SourceEvent, what: string): void {
    if (differences.length < 100) differences.push(`${event.file}:${event.line} ${what}`);
  }
}

/** Whether an explanation and the oracle's say the same, line by line. */
export function sameLine(ours: ExplainedLine, theirs: OracleLine): boolean {
  if (ours.kind !== theirs.kind || ours.matched !== theirs.matched) return false;
  if (ours.kind === 'item' || theirs.kind === 'item')
    return ours.kind === 'item' && theirs.kind === 'item' && ours.field === theirs.field;
  return ours.of.length === theirs.of.length && ours.of.every((line, i) => sameLine(line, theirs.of[i] as OracleLine));
}

function read(data: readonly string[]): AsyncIterable<SourceEvent[]> {
  return readEvents(data, { tenant: 'eval', clock: { now: () => 0 }, onReject: () => undefined, dedupe: false });
}

async function count(data: readonly string[]): Promise<number> {
  let events = 0;
  for await (const batch of read(data)) events += batch.length;
  return events;
}
