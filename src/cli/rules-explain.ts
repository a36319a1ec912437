import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { systemClock } from '../adapters/system-clock.ts';
import type { SourceEvent } from '../contracts/event.ts';
import { readEvents } from '../ingest/index.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import {
  compileRules,
  type ExplainedCondition,
  type ExplainedLine,
  type Explanation,
  type SigmaRule,
} from '../sigma/index.ts';
import { loadRules, shippedRules } from './load.ts';
import { rulesCommand } from './rules-command.ts';

interface ExplainOptions {
  readonly rules?: readonly string[];
  readonly record: string;
  readonly json?: boolean;
}

export function registerRulesExplain(program: Command): void {
  rulesCommand(program)
    .command('explain')
    .description(
      'show every condition of a rule with the value it saw in an event; exit 1 where the rule does not match',
    )
    .argument('<rule>', 'a rule file, or the id or title of a rule under --rules')
    .argument('<event>', "a file of events, or '-' for standard input")
    .option('--rules <dir...>', 'where to look for an id or title (default: the rules that ship)')
    .option('--record <n>', 'which record of the file, from 1', '1')
    .option('--json', 'print the explanation as JSON')
    .action(async (wanted: string, file: string, options: ExplainOptions) => {
      const paths = existsSync(wanted) ? [wanted] : (options.rules ?? [shippedRules]);
      const { engine, rules, problems } = compileRules(loadRules(paths));
      const chosen = rules.filter(
        (rule) =>
          rule.kind === 'detection' &&
          (existsSync(wanted) || rule.id === wanted || rule.title === wanted || rule.name === wanted),
      );
      if (chosen.length === 0) throw notFound(wanted, problems.find(({ severity }) => severity === 'error')?.message);
      const event = await recordOf(file, Number(options.record));
      const explanations = chosen.map((rule) => engine.explain(rule, event));
      for (const explanation of explanations) {
        process.stdout.write(
          options.json ? `${JSON.stringify({ ...explanation, rule: idOf(explanation.rule) })}\n` : textOf(explanation),
        );
      }
      if (!explanations.some(({ matched }) => matched)) process.exitCode = 1;
    });
}

const idOf = ({ id, title, file, line }: SigmaRule) => ({ id, title, file, line });

function notFound(wanted: string, reason: string | undefined): BridgewatchError {
  return new BridgewatchError(
    'RULES_NOT_FOUND',
    `no detection rule is called '${wanted}'; give a rule file, or an id or title under --rules${reason ? ` (a rule is refused: ${reason})` : ''}`,
  );
}

async function recordOf(file: string, number: number): Promise<SourceEvent> {
  let seen = 0;
  const reading = readEvents([file], {
    tenant: 'local',
    clock: systemClock,
    dedupe: false,
    onReject: (reject) => process.stderr.write(`${reject.file}:${reject.line}: ${reject.message}\n`),
  });
  for await (const batch of reading.batches) for (const event of batch) if (++seen === number) return event;
  throw new BridgewatchError(
    'EVENT_NOT_FOUND',
    `'${file}' holds ${seen} readable records; --record asks for number ${number}`,
  );
}

const sign = (matched: boolean): string => (matched ? '+' : '-');

function textOf({ rule, matched, logsourceFits, condition, selections }: Explanation): string {
  const lines = [`${matched ? 'MATCH' : 'no match'}  ${rule.title}  (${rule.file}:${rule.line})`];
  if (!logsourceFits) lines.push('- the event comes from another log source');
  lines.push('condition', ...conditionLines(condition, 1));
  for (const { name, matched: held, lines: inner } of selections)
    lines.push(`${sign(held)} ${name}`, ...selectionLines(inner, 1));
  return `${lines.join('\n')}\n`;
}

function conditionLines(condition: ExplainedCondition, depth: number): string[] {
  return [
    `${'  '.repeat(depth)}${sign(condition.matched)} ${condition.text}`,
    ...condition.of.flatMap((child) => conditionLines(child, depth + 1)),
  ];
}

/** Patterns that met are shown; of those that did not, the first few. */
const shownMisses = 5;

function selectionLines(line: ExplainedLine, depth: number): string[] {
  const indent = '  '.repeat(depth);
  if (line.kind !== 'item')
    return [
      `${indent}${sign(line.matched)} ${line.kind} of`,
      ...line.of.flatMap((child) => selectionLines(child, depth + 1)),
    ];
  const name = [line.field ?? 'any value', ...line.modifiers].join('|');
  const met = line.patterns.filter(({ matched }) => matched);
  const missed = line.patterns.filter(({ matched }) => !matched);
  const rest = missed.length - shownMisses;
  return [
    `${indent}${sign(line.matched)} ${name}: ${JSON.stringify(line.value)?.slice(0, 400) ?? '(missing)'}`,
    ...[...met, ...missed.slice(0, shownMisses)].map(
      ({ pattern, matched }) => `${indent}    ${sign(matched)} ${pattern}`,
    ),
    ...(rest > 0 ? [`${indent}    - and ${rest} more`] : []),
  ];
}
