import { z } from 'zod';
import { isInForce, SetAside, TuningProposal } from '../contracts/tuning.ts';
import type { TuningParts } from '../learn/index.ts';
import type { TuningCount } from '../ports/state/tuning.ts';

const Standing = z.enum(['shadow', 'in force', 'expired', 'declined', 'lifted']);

export const TuningView = TuningProposal.omit({ tenant: true }).extend({
  standing: Standing.describe('What it does now: an accepted one hides until it expires'),
  isOfRule: z.boolean().describe('False where the rule has changed since, or runs no more: it hides nothing then'),
  counts: z.object({
    shadow: z.number().int().describe('Detections it would have hidden since it was proposed'),
    suppressed: z.number().int().describe('Detections it has set aside'),
  }),
});
export type TuningView = z.infer<typeof TuningView>;

export const TuningAnswer = z.object({
  items: z.array(TuningView),
  refused: z
    .array(z.object({ rule: z.string(), code: z.string(), message: z.string() }))
    .describe('Runs of verdicts for which no filter may be proposed, and why'),
});

export const TuningAside = z.object({ items: z.array(SetAside) });

/** What a view needs beside the proposal. */
export interface TuningSight {
  readonly counts: ReadonlyMap<string, TuningCount>;
  readonly now: number;
  readonly ruleOf: TuningParts['ruleOf'] | undefined;
  /** Findings the reader may be asked a second opinion of: that they are in a run would tell the first. */
  readonly underReview: ReadonlySet<string>;
}

export function tuningView(
  { tenant: _tenant, ...proposal }: TuningProposal,
  { counts, now, ruleOf, underReview }: TuningSight,
): TuningView {
  const { state, rule, run, proof } = proposal;
  const { threats, removes, beside } = proof;
  const told = (ids: readonly string[]) => ids.filter((id) => !underReview.has(id));
  return {
    ...proposal,
    run: told(run),
    proof: {
      ...proof,
      threats: { ...threats, findings: told(threats.findings) },
      removes: { ...removes, findings: told(removes.findings) },
      beside: beside.filter(({ finding }) => !underReview.has(finding)),
    },
    standing: state === 'accepted' ? (isInForce(proposal, now) ? 'in force' : 'expired') : state,
    isOfRule: ruleOf?.(rule.id)?.version === rule.version,
    counts: counts.get(proposal.id) ?? { shadow: 0, suppressed: 0 },
  };
}
