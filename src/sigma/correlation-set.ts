import { type CorrelationRule, readCorrelation } from './correlation-rule.ts';
import { guard, type MetaRule } from './parse.ts';
import { RuleFault, type RuleProblem, type Warn } from './problem.ts';
import type { SigmaRule } from './rule.ts';

/** A correlation with its references looked up: `inputs[i]` is the rule that `references[i]` names. */
export interface LinkedCorrelation {
  readonly correlation: CorrelationRule;
  readonly inputs: readonly SigmaRule[];
}

/**
 * Reads correlation rules and looks their references up among detections and each other, by id or name. The answer is
 * ordered so that every correlation stands after those it refers to. A cycle or an unknown name refuses the rule.
 */
export function linkCorrelations(
  metas: readonly MetaRule[],
  detections: readonly SigmaRule[],
  problems: RuleProblem[],
): LinkedCorrelation[] {
  const byReference = new Map<string, SigmaRule>();
  const ambiguous = new Set<string>();
  const know = (reference: string | undefined, rule: SigmaRule) => {
    if (reference === undefined) return;
    if (byReference.has(reference) && byReference.get(reference) !== rule) ambiguous.add(reference);
    byReference.set(reference, rule);
  };
  for (const rule of [...detections, ...metas.map((meta) => meta.rule)]) {
    know(rule.id, rule);
    know(rule.name, rule);
  }
  const read = new Map<SigmaRule, CorrelationRule>();
  for (const meta of metas) {
    const { file, id } = meta.rule;
    const warn: Warn = (code, message, line) =>
      problems.push({ severity: 'warning', code, file, line, message, ruleId: id });
    guard(file, problems, undefined, () => void read.set(meta.rule, readCorrelation(meta, warn)), id);
  }
  const linked = new Map<SigmaRule, LinkedCorrelation>();
  const failed = new Set<SigmaRule>();
  for (const meta of metas) guard(meta.rule.file, problems, undefined, () => link(meta.rule, []), meta.rule.id);
  return [...linked.values()];

  function link(rule: SigmaRule, path: readonly SigmaRule[]): void {
    const correlation = read.get(rule);
    if (!correlation || linked.has(rule) || failed.has(rule)) return;
    const refuse = (message: string): never => {
      failed.add(rule);
      throw new RuleFault('SIGMA_CORRELATION_RULES', `correlation ${JSON.stringify(rule.title)} ${message}`, rule.line);
    };
    if (path.includes(rule)) refuse('refers to itself in the end');
    if (path.length > 20) refuse('is chained more than 20 deep');
    const inputs = correlation.references.map((reference) => {
      if (ambiguous.has(reference)) refuse(`refers to ${JSON.stringify(reference)}, which several rules are called`);
      return byReference.get(reference) ?? refuse(`refers to ${JSON.stringify(reference)}, which no rule is called`);
    });
    for (const input of inputs) {
      if (input.kind !== 'correlation') continue;
      link(input, [...path, rule]);
      if (!linked.has(input)) refuse(`refers to ${JSON.stringify(input.title)}, which is refused itself`);
    }
    linked.set(rule, { correlation, inputs });
  }
}

/** The rules that only feed correlations: referred to, and no correlation asks for them by `generate`. */
export function feedersOf(linked: readonly LinkedCorrelation[]): ReadonlySet<SigmaRule> {
  const feeders = new Set(linked.flatMap(({ inputs }) => inputs));
  for (const { correlation, inputs } of linked)
    if (correlation.generate) for (const input of inputs) feeders.delete(input);
  return feeders;
}
