/**
 * The public regression cases: each folder holds an info.yml that names a rule, and events of which one must match it. Prints
 * a table, or with --json one line: { cases, matched, misses: [{ title, id, cause }] }. Exits 1 where a case is missed.
 *
 *   node bench/eval-sigma-regression.ts [--data <sigma folder>] [--rules <dir>...] [--evtx] [--json]
 *
 * With --evtx the events are read from the Windows event logs instead of their JSON.
 */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { readEvents } from '../src/ingest/index.ts';
import { compileRules, type Explanation } from '../src/sigma/index.ts';
import { dataOptions } from './data-options.ts';
import { ruleFiles } from './rule-files.ts';

const folders = ['rules', 'rules-emerging-threats', 'rules-threat-hunting'].map(
  (name) => `../shared/data/sigma/${name}`,
);
const isEvtx = process.argv.includes('--evtx');
const options = dataOptions({ data: '../shared/data/sigma', rules: folders });
const { engine, rules } = compileRules(ruleFiles(options.rules));
const misses: { title: string; id: string; cause: string }[] = [];
let cases = 0;
let matched = 0;
for (const info of globSync('regression_data/**/info.yml', { cwd: options.data }).sort()) {
  const folder = join(options.data, dirname(info));
  const { rule_metadata: named } = parse(readFileSync(join(options.data, info), 'utf8')) as {
    rule_metadata: { id: string; title: string }[];
  };
  const files = globSync(isEvtx ? '*.evtx' : '*.json', { cwd: folder }).map((name) => join(folder, name));
  // One case has no events but raw lines of a format that its rule does not read.
  if (files.length === 0) continue;
  for (const { id, title } of named) {
    cases++;
    const cause = await missOf(id, files);
    if (cause === undefined) matched++;
    else misses.push({ title, id, cause });
  }
}
if (options.json) console.log(JSON.stringify({ cases, matched, misses }));
else {
  for (const { title, id, cause } of misses) console.log(`missed  ${title} (${id}): ${cause}`);
  console.log(`${matched} of ${cases} regression cases match their rule`);
}
process.exitCode = matched === cases ? 0 : 1;

/** Why no event of the files matches the rule; undefined where one does. */
async function missOf(id: string, files: readonly string[]): Promise<string | undefined> {
  const rule = rules.find((candidate) => candidate.id === id);
  if (!rule) return 'the rule is not among the rules, or is refused';
  let cause = 'no event could be read';
  const reading = readEvents(files, {
    tenant: 'eval',
    clock: { now: () => 0 },
    onReject: ({ message }) => (cause = message),
    dedupe: false,
  });
  for await (const batch of reading.batches) {
    for (const event of batch) {
      if (engine.match(event).includes(rule)) return undefined;
      cause = causeOf(engine.explain(rule, event), event.lens.name);
    }
  }
  return cause;
}

function causeOf({ logsourceFits, condition, selections }: Explanation, lens: string): string {
  if (!logsourceFits) return `log source does not fit (lens ${lens})${condition.matched ? ', all else does' : ''}`;
  const failed = selections.filter((selection) => !selection.matched).map(({ name }) => name);
  return `selections that do not hold: ${failed.join(', ')} (lens ${lens})`;
}
