import { detectorVersion } from '../../detect/index.ts';
import type { TuningParts } from '../../learn/index.ts';
import type { SigmaRule } from '../../sigma/index.ts';

type Files = readonly { readonly file: string; readonly text: string }[];

/**
 * Rules as they run, for tuning: each with its own file and with every file that holds filters, so that a proposal is tried on top of what is
 * filtered already. Correlations are none of tuning's rules.
 */
export function tunedRules(files: Files, rules: readonly SigmaRule[]): TuningParts['ruleOf'] {
  const byName = new Map(files.map((each) => [each.file, each]));
  const filters = files.filter(({ text }) => /^filter:/m.test(text));
  const single = new Map(
    rules.filter(({ kind, reported }) => kind === 'detection' && reported).map((rule) => [rule.id, rule]),
  );
  return (id) => {
    const rule = single.get(id);
    const own = rule === undefined ? undefined : byName.get(rule.file);
    if (rule === undefined || own === undefined) return undefined;
    return {
      id,
      version: detectorVersion(rule),
      title: rule.title,
      logsource: rule.logsource,
      files: [own, ...filters.filter((each) => each !== own)],
    };
  };
}
