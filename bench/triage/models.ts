import type { Example, Model } from '../../src/contracts/model.ts';
import {
  folded,
  type Given,
  givenBy,
  handSet,
  learn,
  platt,
  poolSpread,
  type Spread,
  tenantSpread,
} from '../../src/score/index.ts';
import type { Capacity } from '../../src/triage/index.ts';
import type { Judged } from './truth.ts';

/** A network replayed, with the truth. */
export interface Known {
  readonly network: string;
  readonly judged: readonly Judged[];
  readonly attackDays: readonly number[];
}

/** Findings a day that a person can work, as the product has it by default. */
const A_DAY = 10;
/** One in ten is the least that a person should be asked to look at, where probabilities can be taken at their word. */
const FLOOR = 0.1;

export const line: Capacity = { findingsPerDay: A_DAY, floor: FLOOR };

/** What is known of a network's candidates once all is over, as verdicts. */
export function examplesOf({ network, judged }: Known): readonly Example[] {
  return judged.map(({ finding, isTrue }) => exampleOf(network, finding, isTrue));
}

export function exampleOf(network: string, finding: Judged['finding'], isThreat: boolean, analyst = 'truth'): Example {
  const { id, features, firstEventAt } = finding;
  return {
    tenant: network,
    analyst,
    finding: id,
    revision: 1,
    at: firstEventAt,
    features: features ?? { detectors: [], terms: {} },
    isThreat,
    blamesDetector: !isThreat,
    weight: 1,
  };
}

/** How far parameters may move is chosen among these. */
const spreads: readonly Spread[] = [0.35, 0.7, 1.5, 3].flatMap((gain) =>
  [0.6, 1.2].flatMap((detector) => [0.5, 1].map((family) => ({ ...poolSpread, gain, detector, family }))),
);

interface OutOfFold {
  readonly spread: Spread;
  readonly given: readonly Given[];
}

/** What models of all networks but one say of that one, for each of them. */
function outOfFold(
  known: readonly Known[],
  examples: ReadonlyMap<string, readonly Example[]>,
  spread: Spread,
): OutOfFold {
  const given = known.flatMap(({ network }) => {
    const rest = known
      .filter((other) => other.network !== network)
      .flatMap((other) => examples.get(other.network) ?? []);
    const model = learn(rest, handSet, { spread });
    return (examples.get(network) ?? []).map((example) => givenBy(model, example));
  });
  return { spread, given };
}

export interface Champion {
  readonly model: Model;
  readonly spread: Spread;
}

/**
 * A model for a network that nobody has seen, from networks that were: how far parameters may move and how the log-odds are scaled are
 * chosen by what models of fewer of those say of the ones that they have not seen.
 */
export function championFrom(
  known: readonly Known[],
  verdicts: (known: Known) => readonly Example[] = examplesOf,
): Champion {
  const examples = new Map(known.map((one) => [one.network, verdicts(one)]));
  const tried = spreads.map((spread) => outOfFold(known, examples, spread));
  const best =
    tried.toSorted((a, b) => logLoss(a.given) - logLoss(b.given))[0] ?? outOfFold(known, examples, poolSpread);
  const scaling = platt(best.given);
  const model = {
    ...folded(learn([...examples.values()].flat(), handSet, { spread: best.spread }), scaling),
    id: 'pooled',
  };
  return { model, spread: best.spread };
}

export function logLoss(given: readonly Given[]): number {
  return given.reduce((sum, one) => sum + lossOf(one), 0) / given.length;
}

export function lossOf({ logOdds, isThreat }: Given): number {
  const z = isThreat ? -logOdds : logOdds;
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}

/** What verdicts in the network itself make of a champion. */
export function taught(champion: Model, network: string, verdicts: readonly Example[]): Model {
  return verdicts.length === 0 ? champion : learn(verdicts, champion, { spread: tenantSpread, tenant: network });
}
