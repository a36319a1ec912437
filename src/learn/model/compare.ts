import { z } from 'zod';
import { Estimate } from '../../contracts/learning.ts';
import type { Example } from '../../contracts/model.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { StateTx } from '../../ports/state-store.ts';
import { exactInterval } from '../../reliability/index.ts';
import { weigh } from '../../score/index.ts';
import { bootstrapMean, perDay } from './bootstrap.ts';
import { toLearn } from './example.ts';
import { lossOf } from './freeze.ts';
import { MOST_EXAMPLES } from './learner.ts';

const DAY = 86_400_000;
const MOST_SCORES = 5_000;
const MOST_LISTED = 50;

const Crossing = z.object({
  finding: z.string(),
  revision: z.number().int(),
  probability: z.number(),
  championProbability: z.number(),
});

/** A version beside the champion. */
export const Comparison = z.object({
  version: z.string(),
  champion: z.string(),
  /** Threat probability below which a finding is not put before a person. */
  line: z.number(),
  /** Verdicts later than any that either learned from. `difference`: this version's log-loss less the champion's, below 0 where it is better. */
  labelled: z.object({
    examples: z.number().int(),
    threats: z.number().int(),
    logLoss: z.number(),
    championLogLoss: z.number(),
    difference: Estimate,
  }),
  /** Findings that both were asked about since the version was made. */
  shadow: z.object({
    findings: z.number().int(),
    days: z.number(),
    /** On the same side of the line; exact 95 % interval. */
    agree: z.object({ findings: z.number().int(), share: Estimate }),
    rises: z.number().int(),
    risesADay: Estimate,
    falls: z.number().int(),
    fallsADay: Estimate,
    crossings: z.array(Crossing),
  }),
  /** Findings that people determined a threat, which the champion shows and this version would not, whenever that was. */
  lost: z.array(Crossing.extend({ at: z.number(), learnedFrom: z.boolean() })),
});
export type Comparison = z.infer<typeof Comparison>;

/** Sets a version beside the champion. Throws `MODEL_UNKNOWN` (404). */
export async function compare(tx: StateTx, tenant: string, id: string, line: number): Promise<Comparison> {
  const version = await tx.models.version(tenant, id);
  const champion = await tx.models.champion(tenant);
  if (version === null || champion === null) throw unknownModel(id);
  const examples = toLearn(await tx.models.examples(tenant, MOST_EXAMPLES));
  const learnedUntil = Math.max(version.model.trainedOn.to ?? 0, champion.model.trainedOn.to ?? 0);
  const later = examples.filter(({ at }) => at > learnedUntil);
  const losses = later.map((example) => ({
    own: lossOf(version.model, example),
    champions: lossOf(champion.model, example),
    weight: example.weight,
  }));
  const mean = (of: (one: (typeof losses)[number]) => number) =>
    bootstrapMean(
      losses.map((one) => ({ value: of(one), weight: one.weight })),
      1,
    ).value;
  const both = (example: Example) => ({
    finding: example.finding,
    revision: example.revision,
    probability: weigh(version.model, example.features).probability,
    championProbability: weigh(champion.model, example.features).probability,
    at: example.at,
    learnedFrom: example.at <= (version.model.trainedOn.to ?? 0),
  });
  const lost = examples
    .filter(({ isThreat }) => isThreat)
    .map(both)
    .filter(({ probability, championProbability }) => championProbability >= line && probability < line);
  return {
    version: id,
    champion: champion.id,
    line,
    labelled: {
      examples: later.length,
      threats: later.filter(({ isThreat }) => isThreat).length,
      logLoss: mean(({ own }) => own),
      championLogLoss: mean(({ champions }) => champions),
      difference: bootstrapMean(losses.map(({ own, champions, weight }) => ({ value: own - champions, weight }))),
    },
    shadow: await inShadow(tx, tenant, id, champion.id, line),
    lost: lost.slice(0, MOST_LISTED),
  };
}

async function inShadow(
  tx: StateTx,
  tenant: string,
  version: string,
  champion: string,
  line: number,
): Promise<Comparison['shadow']> {
  const scores = await tx.models.scores(tenant, version, champion, MOST_SCORES);
  const crossings = scores.filter(
    ({ probability, championProbability }) => probability >= line !== championProbability >= line,
  );
  const rises = crossings.filter(({ probability }) => probability >= line).length;
  const falls = crossings.length - rises;
  const agree = scores.length - crossings.length;
  const days = scores.length === 0 ? 0 : ((scores[0]?.at ?? 0) - (scores.at(-1)?.at ?? 0)) / DAY;
  return {
    findings: scores.length,
    days,
    agree: {
      findings: agree,
      share: { value: scores.length === 0 ? 0 : agree / scores.length, ...exactInterval(agree, scores.length) },
    },
    rises,
    risesADay: perDay(rises, days),
    falls,
    fallsADay: perDay(falls, days),
    crossings: crossings.slice(0, MOST_LISTED).map(({ finding, revision, probability, championProbability }) => ({
      finding,
      revision,
      probability,
      championProbability,
    })),
  };
}

export function unknownModel(id: string): BridgewatchError {
  return new BridgewatchError('MODEL_UNKNOWN', `there is no model "${id}"; ids come from the list of versions`, 404);
}
