import type { Command } from 'commander';
import { compileRules, type RuleProblem, readPipelines } from '../sigma/index.ts';
import { loadRules } from './load.ts';
import { rulesCommand } from './rules-command.ts';

interface CheckOptions {
  readonly json?: boolean;
  readonly pipeline?: readonly string[];
  readonly placeholder?: readonly string[];
}

export function registerRulesCheck(program: Command): void {
  rulesCommand(program)
    .command('check')
    .description('compile Sigma rules and say what is wrong or doubtful, with file and line; exit 1 on errors')
    .argument('<dir...>', 'folders or files of Sigma rules')
    .option('--json', 'one JSON line a problem')
    .option('--pipeline <file...>', 'processing pipelines to apply')
    .option('--placeholder <name=value...>', 'what %name% stands for; may be given several times')
    .action((paths: string[], options: CheckOptions) => {
      const piped = readPipelines(options.pipeline ? loadRules(options.pipeline) : []);
      const { rules, problems } = compileRules(loadRules(paths), {
        pipelines: piped.pipelines,
        placeholders: placeholdersOf(options.placeholder ?? []),
      });
      const all = [...piped.problems, ...problems].sort((a, b) =>
        a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1,
      );
      for (const problem of all) process.stdout.write(`${options.json ? JSON.stringify(problem) : lineOf(problem)}\n`);
      const errors = all.filter(({ severity }) => severity === 'error').length;
      process.stderr.write(`${rules.length} rules compile; ${errors} errors, ${all.length - errors} warnings\n`);
      if (errors > 0) process.exitCode = 1;
    });
}

const lineOf = ({ file, line, severity, code, message }: RuleProblem): string =>
  `${file}:${line}: ${severity}: ${code}: ${message}`;

export function placeholdersOf(pairs: readonly string[]): Record<string, string[]> {
  const values: Record<string, string[]> = {};
  for (const pair of pairs) {
    const [name = '', ...rest] = pair.split('=');
    values[name] = [...(values[name] ?? []), rest.join('=')];
  }
  return values;
}
