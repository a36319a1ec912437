import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { sameLine } from '../../bench/sigma-difference.ts';
import { lensOf } from '../../src/lenses/index.ts';
import { compileRules, readPipelines, type Shape, type SigmaEvent } from '../../src/sigma/index.ts';
import { Oracle } from '../../src/sigma/oracle.ts';

/**
 * Runs every case of the YAML files beside this one: rules, events, what must match. Each case is also put to the oracle,
 * and what is expected of both is the same. The format is told in README.md here.
 */
interface Case {
  readonly name: string;
  /** One document, or several between `---`. */
  readonly rules: string;
  readonly placeholders?: Record<string, string[]>;
  readonly pipeline?: string;
  readonly events?: readonly CaseEvent[];
  /** Codes of the problems expected, in any order; `SIGMA_ID` warnings are left out. */
  readonly problems?: readonly string[];
  readonly lateness?: number;
  /** Correlation hits expected, in order. */
  readonly hits?: readonly { rule: string; group?: string; at?: readonly number[]; figure?: number }[];
}

interface CaseEvent {
  readonly record: Record<string, unknown>;
  /** `plain` (names as they are, the default) or `lens` (whatever lens of the product reads the record). */
  readonly shape?: 'plain' | 'lens';
  readonly origin?: { product?: string; service?: string; categories?: string[] };
  /** Seconds. */
  readonly time?: number;
  /** Titles of the rules that must match: all of them and no other. */
  readonly matches?: readonly string[];
}

const plain: Shape = {
  name: 'plain',
  reader: (field) => (record) => record[field],
  someValue: (record, visit) => Object.values(record).some((value) => someScalar(value, visit)),
};

function someScalar(value: unknown, visit: (value: unknown) => boolean): boolean {
  if (typeof value === 'object' && value !== null)
    return Object.values(value).some((inner) => someScalar(inner, visit));
  return visit(value);
}

function eventOf({ record, shape, origin, time = 0 }: CaseEvent): SigmaEvent {
  if (shape === 'lens') {
    const lens = lensOf(record);
    return { lens, record, origin: lens.origin(record), time: time * 1000 };
  }
  const { product = 'test', service, categories = [] } = origin ?? {};
  return { lens: plain, record, origin: { product, service, categories }, time: time * 1000 };
}

for (const file of readdirSync(import.meta.dirname).filter((name) => name.endsWith('.yaml'))) {
  describe(file, () => {
    const cases = parse(readFileSync(join(import.meta.dirname, file), 'utf8')) as readonly Case[];
    for (const example of cases) test(example.name, () => run(example));
  });
}

function run(example: Case): void {
  const piped = readPipelines(example.pipeline === undefined ? [] : [{ file: 'pipeline.yml', text: example.pipeline }]);
  const files = [{ file: 'case.yml', text: example.rules }];
  const options = { pipelines: piped.pipelines, ...(example.placeholders && { placeholders: example.placeholders }) };
  const { engine, rules, problems } = compileRules(files, options);
  const codes = [...problems, ...piped.problems].map(({ code }) => code).filter((code) => code !== 'SIGMA_ID');
  expect(codes.sort()).toEqual([...(example.problems ?? [])].sort());

  const oracle = new Oracle(files, rules, options);
  const events = (example.events ?? []).map(eventOf);
  for (const [i, event] of events.entries()) {
    const wanted = example.events?.[i]?.matches;
    const found = engine.match(event);
    if (wanted) expect({ event: i, matches: found.map(({ title }) => title) }).toEqual({ event: i, matches: wanted });
    expect({ event: i, oracle: oracle.match(event).filter(({ reported }) => reported) }).toEqual({
      event: i,
      oracle: found,
    });
    for (const rule of rules.filter(({ kind }) => kind === 'detection')) {
      const ours = engine.explain(rule, event);
      const theirs = oracle.explain(rule, event);
      expect(ours.matched).toBe(engine.matchAll(event).includes(rule));
      expect(theirs?.matched).toBe(ours.matched);
      for (const [k, selection] of ours.selections.entries())
        expect(sameLine(selection.lines, theirs?.selections[k]?.line as never)).toBe(true);
    }
  }
  if (example.hits) {
    const correlator = engine.correlator({ lateness: (example.lateness ?? 60) * 1000 });
    const hits = [...events.flatMap((event) => correlator.push(event, engine.matchAll(event))), ...correlator.flush()];
    const shown = hits.map((hit, i) => ({
      rule: hit.rule.title,
      ...(example.hits?.[i]?.group !== undefined && { group: hit.group.map(({ value }) => value).join(' ') }),
      ...(example.hits?.[i]?.at !== undefined && { at: hit.events.map(({ time }) => time / 1000) }),
      ...(example.hits?.[i]?.figure !== undefined && { figure: hit.figure }),
    }));
    expect(shown).toEqual(example.hits);
  }
}
