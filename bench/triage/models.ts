import type { Example, Model } from '../../src/contracts/model.ts';
import { folded, type Given, givenBy, handSet, learn, platt, poolSpread } from '../../src/score/index.ts';
import type { Judged } from './truth.ts';

/** What is known of a network's candidates once all is over, as verdicts. */
export function examplesOf(network: string, judged: readonly Judged[]): readonly Example[] {
  return judged.flatMap(({ finding, isTrue }) =>
    finding.features === undefined ? [] : [exampleOf(network, finding, isTrue)],
  );
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

/**
 * A model for a network that nobody has seen: learned from others, and scaled by what models of fewer of those said of the ones they
 * had not seen.
 */
export function championFor(unseen: string, all: ReadonlyMap<string, readonly Example[]>): Model {
  const others = [...all].filter(([network]) => network !== unseen);
  const outOfFold: Given[] = others.flatMap(([network, examples]) => {
    const rest = others.filter(([other]) => other !== network).flatMap(([, own]) => own);
    const model = learn(rest, handSet, { spread: poolSpread });
    return examples.map((example) => givenBy(model, example));
  });
  const model = learn(
    others.flatMap(([, examples]) => examples),
    handSet,
    { spread: poolSpread },
  );
  return { ...folded(model, platt(outOfFold)), id: `without-${unseen}` };
}
