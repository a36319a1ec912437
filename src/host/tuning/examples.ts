import { existsSync, readFileSync, statSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import type { SourceEvent } from '../../contracts/event.ts';
import type { ThreatExample } from '../../contracts/tuning-parts.ts';
import { eventOf } from '../../ingest/index.ts';
import { generateSample } from '../../sample/index.ts';
import type { SigmaRule } from '../../sigma/index.ts';

/** The test that lies beside a rule that ships; only what must match is of interest here. */
const TestFile = z.object({
  match: z.array(
    z.union([
      z.object({ name: z.string(), record: z.record(z.string(), z.unknown()) }),
      z.object({ name: z.string(), events: z.array(z.object({ record: z.record(z.string(), z.unknown()) })) }),
    ]),
  ),
});
const MOST_BYTES = 1_000_000;
/** Lines of the sample made before others have their turn. */
const AT_ONCE = 1000;

/**
 * Events that each rule must fire on: those its own test names, and the intrusions of the sample company, which are told of in full. The
 * sample is made once, when first asked for, in pieces of some milliseconds.
 */
export function ruleExamples(rules: readonly SigmaRule[]): (rule: string) => Promise<readonly ThreatExample[]> {
  const fileOf = new Map(rules.map(({ id, file }) => [id, file]));
  let sample: Promise<readonly ThreatExample[]> | undefined;
  return async (rule) => {
    sample ??= intrusions();
    const file = fileOf.get(rule);
    return [...(file === undefined ? [] : testOf(file)), ...(await sample)];
  };
}

function testOf(file: string): readonly ThreatExample[] {
  const path = file.replace(/\.ya?ml$/, '.test.yml');
  if (path === file || !existsSync(path) || statSync(path).size > MOST_BYTES) return [];
  const read = TestFile.safeParse(parse(readFileSync(path, 'utf8'), { maxAliasCount: 0 }));
  if (!read.success) return [];
  return read.data.match.map((item) => {
    const records = 'record' in item ? [item.record] : item.events.map(({ record }) => record);
    return {
      name: `its own test: ${item.name}`,
      events: records.flatMap((record) => readRecord(JSON.stringify(record))),
    };
  });
}

/** The intrusions told of in the sample, each with its events: what belongs to one is known once all was made, so that it is made twice. */
async function intrusions(): Promise<readonly ThreatExample[]> {
  const options = { days: 1, people: 10, hosts: 5 };
  const first = generateSample(options);
  let made = 0;
  for (const _line of first.lines) if (++made % AT_ONCE === 0) await setImmediate();
  const told = first.truth().intrusions.map(({ name, events }) => ({ name, own: [] as SourceEvent[], events }));
  const whose = new Map(
    told.flatMap((each) => each.events.map(({ file, line }) => [`${file}|${line}`, each] as const)),
  );
  const lines = new Map<string, number>();
  for (const { file, line } of generateSample(options).lines) {
    const number = (lines.get(file) ?? 0) + 1;
    lines.set(file, number);
    whose.get(`${file}|${number}`)?.own.push(...readRecord(line));
    if (++made % AT_ONCE === 0) await setImmediate();
  }
  return told.map(({ name, own }) => ({ name: `sample intrusion: ${name}`, events: own }));
}

function readRecord(raw: string): readonly SourceEvent[] {
  const event = eventOf({ id: '', time: 0, source: 'example', raw });
  return event === undefined ? [] : [event];
}
