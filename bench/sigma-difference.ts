import type { SourceEvent } from '../src/contracts/event.ts';
import { readEvents } from '../src/ingest/index.ts';
import type { ExplainedLine } from '../src/sigma/explain.ts';
import { compileRules, type SigmaRule } from '../src/sigma/index.ts';
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
  /** Every how many events all rules of its log source are explained. */
  explainEvery?: number;
  /** Explained of each rule: its first matches, then every so manieth. */
  explainMatches?: { readonly first: number; readonly thenEvery: number };
  /** Called every 10,000 events with what has been found so far. */
  onProgress?: (sofar: DifferenceTotals) => void;
}): Promise<DifferenceTotals> {
  const started = performance.now();
  const { engine, rules } = compileRules(options.files);
  const oracle = new Oracle(options.files, rules);
  const differences: string[] = [];
  const { first, thenEvery } = options.explainMatches ?? { first: 200, thenEvery: 20 };
  const matchesOf = new Map<SigmaRule, number>();
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
      compareMatches(event, found);
      const everyRule = events % (options.explainEvery ?? 50) === 0;
      const explained = everyRule ? rules.filter(({ logsource }) => fitsLogSource(logsource, event.origin)) : found;
      for (const rule of found) matchesOf.set(rule, (matchesOf.get(rule) ?? 0) + 1);
      for (const rule of explained) {
        const nth = matchesOf.get(rule) ?? 0;
        if (everyRule || nth <= first || nth % thenEvery === 0) compareExplanations(event, rule, found);
      }
      if (events % 10_000 === 0) options.onProgress?.(totals());
    }
  }
  return totals();

  function totals(): DifferenceTotals {
    const seconds = Math.round(performance.now() - started) / 1000;
    return { events, rules: rules.length, matches, explanations, seconds, differences };
  }

  function compareMatches(event: SourceEvent, found: readonly SigmaRule[]): void {
    const expected = oracle.match(event);
    matches += found.length;
    if (found.length === expected.length && found.every((rule, i) => rule === expected[i])) return;
    const extra = found.filter((rule) => !expected.includes(rule)).map(({ title }) => `+${title}`);
    const lost = expected.filter((rule) => !found.includes(rule)).map(({ title }) => `-${title}`);
    note(event, [...extra, ...lost].join(', '));
  }

  function compareExplanations(event: SourceEvent, rule: SigmaRule, found: readonly SigmaRule[]): void {
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
