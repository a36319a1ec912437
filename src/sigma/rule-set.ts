import { type CompiledRule, compileRule } from './compiled-rule.ts';
import { feedersOf, linkCorrelations } from './correlation-set.ts';
import { Engine } from './engine.ts';
import { applyFilters } from './filter-rule.ts';
import { guard, parseRules, type RuleFile } from './parse.ts';
import { applyPipelines, type Pipeline } from './pipeline.ts';
import type { Placeholders } from './placeholders.ts';
import type { RuleProblem, Warn } from './problem.ts';
import { FieldTable } from './reading.ts';
import { resolveRule } from './resolve.ts';
import type { SigmaRule } from './rule.ts';
import type { YamlLimits } from './yaml-tree.ts';

export interface CompileOptions {
  /** What `%name%` under `expand` stands for. */
  readonly placeholders?: Placeholders;
  /** Applied to every rule, in this order, after filters. */
  readonly pipelines?: readonly Pipeline[];
  readonly limits?: YamlLimits;
}

export interface RuleSet {
  readonly engine: Engine;
  /** The rules that compiled: detections in the order given, then correlations. */
  readonly rules: readonly SigmaRule[];
  readonly problems: readonly RuleProblem[];
}

/** Parses, resolves and compiles rule files. A broken rule is a problem with its place and never stops the others. */
export function compileRules(files: readonly RuleFile[], options: CompileOptions = {}): RuleSet {
  const parsed = parseRules(files, options.limits);
  const problems: RuleProblem[] = [...parsed.problems];
  const fields = new FieldTable();
  const compiled: CompiledRule[] = [];
  const seen = new Map<string, SigmaRule>();
  for (const filtered of applyFilters(parsed, problems)) {
    const { file, id, line } = filtered.rule;
    const warn: Warn = (code, message, at) =>
      problems.push({ severity: 'warning', code, file, line: at, message, ruleId: id });
    const before = seen.get(id);
    if (before) warn('SIGMA_ID_TWICE', `id ${id} is also that of ${before.file}:${before.line}`, line);
    seen.set(id, filtered.rule);
    guard(
      file,
      problems,
      undefined,
      () => {
        const { rule, placeholders } = applyPipelines(filtered, options.pipelines ?? [], options.placeholders ?? {});
        compiled.push(compileRule(resolveRule(rule, placeholders, warn), fields));
      },
      id,
    );
  }
  const linked = linkCorrelations(
    parsed.correlations,
    compiled.map(({ rule }) => rule),
    problems,
  );
  const feeders = feedersOf(linked);
  for (const feeder of feeders) feeder.reported = false;
  const engine = new Engine(compiled, linked, fields);
  return { engine, rules: engine.rules, problems };
}
