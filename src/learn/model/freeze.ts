import type { Measured, ModelVersion } from '../../contracts/learning.ts';
import type { Example, Model } from '../../contracts/model.ts';
import { namedPerson } from '../../contracts/personal.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StateTx } from '../../ports/state-store.ts';
import { calibrated, handSet, metricsOf, weigh } from '../../score/index.ts';
import { bootstrapMean } from './bootstrap.ts';
import { digestOf, toLearn } from './example.ts';
import { named } from './identity.ts';
import { type LearnModel, MOST_EXAMPLES, openFindings } from './learner.ts';
import { askedVersions, shadowScores } from './shadow.ts';

/** Part of the examples, the later, that Platt scaling is fitted on; only where it holds this many of either kind. */
const CALIBRATE_ON = 0.2;
const FEWEST_OF_A_KIND = 8;
/** Part, the earlier, that is learned from to be measured on the rest; only where there are so many in all. */
const MEASURE_FROM = 0.7;
const FEWEST_MEASURED = 30;

export interface Person {
  readonly id: string;
  readonly name: string;
}

export interface FreezeRequest {
  readonly tenant: string;
  readonly note: string;
  readonly by: Person;
}

/**
 * Makes a version of all that people have decided: learned from the earlier four fifths of the verdicts and calibrated on the rest, or
 * from all where there are too few. It is measured by doing the same with the first 70 % and asking about what came later. On record first;
 * from then on it is asked about each finding beside the champion, and about those open now. Throws `MODEL_NOTHING_LEARNED` (409).
 */
export async function freeze(
  tx: StateTx,
  { clock, learn }: { readonly clock: Clock; readonly learn: LearnModel },
  { tenant, note, by }: FreezeRequest,
): Promise<ModelVersion> {
  const kept = await tx.models.examples(tenant, MOST_EXAMPLES);
  const examples = toLearn(kept);
  if (examples.length === 0) {
    throw new BridgewatchError(
      'MODEL_NOTHING_LEARNED',
      'nothing has been decided that a model could learn from; determine findings first',
      409,
    );
  }
  const asked = await askedVersions(tx, tenant);
  const { model: drafted, calibratedOn } = await fitted(examples, tenant, learn);
  const whole = named({
    ...drafted,
    parent: asked?.champion.id ?? null,
    trainedOn: { ...drafted.trainedOn, ...spanOf(examples), digest: digestOf(kept) },
  });
  const measured = await measure(examples, tenant, learn, await tx.models.missed(tenant));
  const madeAt = clock.now();
  const version: ModelVersion = {
    tenant,
    id: whole.id,
    model: whole,
    origin: 'learned',
    calibratedOn,
    measured,
    madeAt,
    madeBy: { id: by.id, name: by.name },
    note,
  };
  const earlier = await tx.models.version(tenant, version.id);
  if (earlier !== null) return earlier;
  await tx.ledger.append(tenant, {
    actor: { kind: 'human', id: by.id, version: '' },
    onBehalfOf: null,
    type: 'model.version',
    subject: { kind: 'model', id: version.id, revision: null },
    payload: { by: namedPerson(by), origin: 'learned', trainedOn: whole.trainedOn, calibratedOn, measured, note },
  });
  await tx.models.addVersion(version);
  // What is open has no verdict yet: nothing was learned from it, and it may be asked about at once.
  if (asked !== null)
    for (const story of await openFindings(tx, tenant))
      await tx.models.addScores(shadowScores(asked.champion, [version], story, madeAt));
  return version;
}

async function fitted(
  examples: readonly Example[],
  tenant: string,
  learn: LearnModel,
): Promise<{ readonly model: Model; readonly calibratedOn: number }> {
  const cut = Math.floor(examples.length * (1 - CALIBRATE_ON));
  const later = examples.slice(cut);
  const threats = later.filter(({ isThreat }) => isThreat).length;
  if (Math.min(threats, later.length - threats) < FEWEST_OF_A_KIND)
    return { model: await learn(examples, tenant, handSet), calibratedOn: 0 };
  const learned = await learn(examples.slice(0, cut), tenant, handSet);
  return { model: calibrated(learned, later), calibratedOn: later.length };
}

async function measure(
  examples: readonly Example[],
  tenant: string,
  learn: LearnModel,
  missed: number,
): Promise<Measured | null> {
  if (examples.length < FEWEST_MEASURED) return null;
  const cut = Math.floor(examples.length * MEASURE_FROM);
  const [earlier, later] = [examples.slice(0, cut), examples.slice(cut)];
  const { model } = await fitted(earlier, tenant, learn);
  return {
    trainedOn: span(earlier),
    testedOn: span(later),
    metrics: metricsOf(model, later),
    logLoss: bootstrapMean(later.map((example) => ({ value: lossOf(model, example), weight: example.weight }))),
    handSet: metricsOf(handSet, later),
    missed,
  };
}

function spanOf(examples: readonly Example[]) {
  return { ...span(examples), threats: examples.filter(({ isThreat }) => isThreat).length };
}

function span(examples: readonly Example[]): Measured['trainedOn'] {
  return { examples: examples.length, from: examples[0]?.at ?? null, to: examples.at(-1)?.at ?? null };
}

/** Natural log-loss of one verdict. */
export function lossOf(model: Model, { features, isThreat }: Pick<Example, 'features' | 'isThreat'>): number {
  const { probability } = weigh(model, features);
  return -Math.log(isThreat ? probability : 1 - probability);
}
