import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/contracts/event.ts';
import { lensOf } from '../../src/lenses/index.ts';
import { compileRules, type RuleSet, type SigmaEvent } from '../../src/sigma/index.ts';
import {
  numbered,
  type RuleDocument,
  type RuleTest,
  ruleFiles,
  rulesFolder,
  type TestItem,
  type TestRecord,
  testOf,
} from './rule-files.ts';

/** The records of one item as the engine gets them, in order of time, each checked to be read by the lens it names. */
function eventsOf(item: TestItem): SigmaEvent[] {
  const events = item.events.flatMap((each) =>
    Array.from({ length: each.repeat?.times ?? 1 }, (_, index) => eventOf(item, each, index)),
  );
  return events.sort((a, b) => a.time - b.time);
}

function eventOf(item: TestItem, { lens: expected, repeat, record: template }: TestRecord, index: number): SigmaEvent {
  const record = (repeat === undefined ? template : numbered(template, index + 1)) as JsonObject;
  const lens = lensOf(record);
  expect(lens.name, `${item.name}: read by another lens`).toBe(expected);
  const time = lens.time(record);
  if (time === undefined) throw new Error(`${item.name}: the lens finds no time in the record`);
  return { lens, record, origin: lens.origin(record), time: time + index * (repeat?.seconds ?? 0) * 1000 };
}

/** Ids of the rules that hit over the sequence: detections that are matches by themselves, and correlations. */
function hits({ engine }: RuleSet, events: readonly SigmaEvent[]): ReadonlySet<string> {
  const correlator = engine.correlator<SigmaEvent>();
  const found = new Set<string>();
  const correlated = events.flatMap((event) => {
    for (const { id } of engine.match(event)) found.add(id);
    return correlator.push(event, engine.matchAll(event));
  });
  for (const { rule } of [...correlated, ...correlator.flush()]) found.add(rule.id);
  return found;
}

/** What a file reports is its last document; the ones before only feed it. */
const reportedId = (documents: readonly RuleDocument[]): string => String(documents.at(-1)?.id);

describe('every rule that ships', () => {
  it('is one of at least 60, in its own product folder', () => {
    expect(ruleFiles.length).toBeGreaterThanOrEqual(60);
    for (const { file } of ruleFiles)
      expect(file).toMatch(/^(windows|linux|aws|identity|correlations)\/[a-z0-9_/-]+\.yml$/);
  });

  it('compiles with the whole set and draws no warning', () => {
    expect(compileRules(ruleFiles).problems).toEqual([]);
  });

  it('has an id and a title of its own', () => {
    const documents = ruleFiles.flatMap((file) => file.documents);
    for (const key of ['id', 'title'] as const) {
      const seen = ruleFiles.map((file) => String(file.documents.at(-1)?.[key]));
      expect(new Set(seen).size, key).toBe(seen.length);
    }
    const ids = documents.map((document) => String(document.id));
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it.each(ruleFiles.map((file) => [file.file, file] as const))('%s says what a reviewer needs', (_, { documents }) => {
    const rule = documents.at(-1) ?? {};
    expect(String(rule.description).length).toBeGreaterThan(80);
    expect(rule.author).toBe('Bridgewatch');
    expect(rule.falsepositives).toEqual(expect.arrayContaining([expect.any(String)]));
    expect(['low', 'medium', 'high', 'critical']).toContain(rule.level);
    const tags = rule.tags ?? [];
    expect(tags.some((tag) => /^attack\.t\d{4}(\.\d{3})?$/.test(tag))).toBe(true);
    expect(tags.some((tag) => /^attack\.[a-z-]+$/.test(tag))).toBe(true);
  });

  it('calls few things critical', () => {
    const critical = ruleFiles.filter(({ documents }) => documents.at(-1)?.level === 'critical');
    expect(critical.length / ruleFiles.length).toBeLessThan(0.05);
  });
});

describe.each(ruleFiles.map((file) => [file.file, file] as const))('%s', (name, { file, text, documents }) => {
  const rules = compileRules([{ file, text }]);
  const test: RuleTest = testOf(name);

  it.each(test.match.map((item) => [item.name, item] as const))('matches: %s', (_, item) => {
    expect(hits(rules, eventsOf(item))).toEqual(new Set([reportedId(documents)]));
  });

  it.each(test.noMatch.map((item) => [item.name, item] as const))('leaves alone: %s', (_, item) => {
    expect(hits(rules, eventsOf(item))).toEqual(new Set());
  });
});

describe('rules/README.md', () => {
  it('counts the rules of each folder as they are', () => {
    const readme = readFileSync(join(rulesFolder, 'README.md'), 'utf8');
    const written = [...readme.matchAll(/^\| `([a-z]+)\/` \| (\d+) \|/gm)].map(([, folder, count]) => [
      folder,
      Number(count),
    ]);
    const counted = Map.groupBy(ruleFiles, ({ file }) => file.split('/')[0] ?? '');
    expect(Object.fromEntries(written)).toEqual(
      Object.fromEntries([...counted].map(([folder, files]) => [folder, files.length])),
    );
    expect(readme).toContain(`**${ruleFiles.length} rules**`);
  });
});
