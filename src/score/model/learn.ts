import type { Example, Model } from '../../contracts/model.ts';
import { type Row, rowOf } from './design.ts';
import { MODEL_CODE } from './hand-set.ts';
import { minimise, type SparseRow } from './newton.ts';
import { gainOf } from './weigh.ts';

/** How far parameters may move from the prior, as standard deviations in log-odds (of gains: in factors). */
export interface Spread {
  readonly base: number;
  readonly gain: number;
  readonly family: number;
  readonly detector: number;
  readonly here: number;
  readonly analyst: number;
}

/**
 * In a tenant: the standard deviation of what all of it adds to one hit is about 1.1, so two verdicts move it by half a unit of log-odds and ten by more than
 * one (model.test.ts holds it to that).
 */
export const tenantSpread: Spread = { base: 0.4, gain: 0.15, family: 0.4, detector: 0, here: 1, analyst: 0.15 };
/** Over many tenants detectors are learned themselves, and what is one tenant's alone is set aside. */
export const poolSpread: Spread = { base: 1.5, gain: 0.7, family: 1, detector: 1.2, here: 0.7, analyst: 0.15 };

export interface LearnOptions {
  readonly spread: Spread;
  /** Tenant whose own shifts the model keeps; undefined keeps none: a model for tenants it has not seen. */
  readonly tenant?: string;
  /** Begins here instead of at the prior: reaches the same optimum sooner. */
  readonly from?: Model;
}

/**
 * Share of a `benign` verdict that counts against the detector. It was right: the act happened, and somebody was allowed to. Wholly left out,
 * a detector that sees little but allowed acts would keep claiming threats, for its threats alone would be counted.
 */
const BENIGN_BLAME = 0.25;

/** Rounds of ordering detectors anew under what was learned; then the order is held, for where two are about as strong it would change for ever. */
const ORDERINGS = 3;
/** Rounds in all, with those in which analysts are weighed anew. */
const ROUNDS = 8;

/** An example as the regression takes it, and what its offset is made of where that moves from round to round. */
interface Lesson {
  readonly row: SparseRow;
  readonly fixed: number;
  readonly held: Row;
}

/**
 * The most probable model given the examples and the prior: logistic regression with Gaussian priors around `prior`'s parameters (MAP;
 * hierarchical in that a detector's shift is the sum of its family's, its own and its tenant's, each drawn toward 0). A verdict that finds no
 * threat and does not blame the detector counts against it by a quarter. The prior is a model: the hand-set one, or one learned over other
 * tenants. Deterministic. `id` is left as `draft` for whoever stores it.
 */
export function learn(
  examples: readonly Example[],
  prior: Model,
  { spread, tenant, from = prior }: LearnOptions,
): Model {
  let model: Model = from;
  const all = new Map<string, number>();
  const index = new Map<string, number>();
  const current = (parameter: string): number => all.get(parameter) ?? parameterOf(model, parameter, tenant);
  let lessons: readonly Lesson[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    if (round < ORDERINGS) {
      const hereOf = (of: string) => (id: string) =>
        round === 0 && of === tenant ? (model.here[id] ?? 0) : (all.get(`here|${of}|${id}`) ?? 0);
      lessons = examples.flatMap((example) => {
        const whole = rowOf(example, model, hereOf(example.tenant)).filter(({ x }) => x !== 0);
        const fixed = whole.filter(({ parameter }) => deviation(spread, parameter) === 0);
        const offset = fixed.reduce((sum, { parameter, x }) => sum + x * parameterOf(prior, parameter, tenant), 0);
        const row = whole.filter(({ parameter }) => deviation(spread, parameter) > 0);
        return lessonsOf(example, row, offset, index);
      });
    }
    const rows = lessons.map(({ row, fixed, held }) =>
      held.length === 0
        ? row
        : { ...row, offset: held.reduce((sum, { parameter, x }) => sum + x * current(parameter), fixed) },
    );
    const names = [...index.keys()];
    const mean = Float64Array.from(names, (name) => parameterOf(prior, name, tenant));
    const start = Float64Array.from(names, current);
    const precision = Float64Array.from(names, (name) => precisionOf(spread, name, all.get(name) ?? 0));
    const solved = minimise(rows, { mean, start, precision });
    let moved = 0;
    for (const [at, name] of names.entries()) {
      const value = solved[at] ?? 0;
      moved = Math.max(moved, Math.abs(value - (start[at] ?? 0)));
      all.set(name, value);
    }
    model = modelOf(all, prior, tenant, examples);
    if (moved < 1e-4) break;
  }
  return model;
}

function lessonsOf(example: Example, row: Row, fixed: number, index: Map<string, number>): Lesson[] {
  const lesson = (part: Row, share: number, held: Row): Lesson => ({
    row: {
      at: Int32Array.from(part, ({ parameter }) => place(index, parameter)),
      x: Float64Array.from(part, ({ x }) => x),
      offset: fixed,
      y: example.isThreat ? 1 : 0,
      weight: share * example.weight,
    },
    fixed,
    held,
  });
  if (example.isThreat || example.blamesDetector) return [lesson(row, 1, [])];
  // The rest of it teaches what is not the detector's, whose part stays where it stands.
  const context = row.filter(({ parameter }) => !isDetectors(parameter));
  const detectors = row.filter(({ parameter }) => isDetectors(parameter));
  return [lesson(row, BENIGN_BLAME, []), lesson(context, 1 - BENIGN_BLAME, detectors)];
}

function place(index: Map<string, number>, name: string): number {
  const known = index.get(name);
  if (known !== undefined) return known;
  index.set(name, index.size);
  return index.size - 1;
}

/**
 * Analysts lean a little, but for the one who leans far: Student's t with 2 degrees of freedom, as the Gaussian that it is given where the
 * parameter stands (EM; Lange, Little & Taylor 1989).
 */
function precisionOf(spread: Spread, parameter: string, at: number): number {
  const sd = deviation(spread, parameter);
  return parameter.startsWith('analyst|') ? 3 / (2 * sd * sd + at * at) : 1 / (sd * sd);
}

function deviation(spread: Spread, parameter: string): number {
  // What people say is given, not learned: otherwise whoever says much would teach the model to hear less, or more, of it.
  if (parameter === 'gain|context') return 0;
  const kind = parameter.slice(0, parameter.includes('|') ? parameter.indexOf('|') : undefined);
  return spread[kind as keyof Spread];
}

/** What a verdict says of a detector, of its kind, or of it in one tenant. */
function isDetectors(parameter: string): boolean {
  return parameter.startsWith('detector|') || parameter.startsWith('here|') || parameter.startsWith('family|');
}

function parameterOf(model: Model, parameter: string, tenant: string | undefined): number {
  const [kind = '', first = '', ...rest] = parameter.split('|');
  const name = [first, ...rest].join('|');
  if (kind === 'base') return model.base;
  if (kind === 'gain') return gainOf(model, name);
  if (kind === 'family') return model.family[name] ?? 0;
  if (kind === 'detector') return model.detector[name] ?? 0;
  if (kind === 'here' && tenant !== undefined && name.startsWith(`${tenant}|`))
    return model.here[name.slice(tenant.length + 1)] ?? 0;
  return 0;
}

function modelOf(
  all: ReadonlyMap<string, number>,
  prior: Model,
  tenant: string | undefined,
  examples: readonly Example[],
): Model {
  const gains = { ...prior.gains };
  const family = { ...prior.family };
  const detector = { ...prior.detector };
  const here = { ...prior.here };
  let { base } = prior;
  for (const [parameter, value] of all) {
    const cut = parameter.indexOf('|');
    const [kind, name] = cut === -1 ? [parameter, ''] : [parameter.slice(0, cut), parameter.slice(cut + 1)];
    if (kind === 'base') base = value;
    else if (kind === 'gain') gains[name] = value;
    else if (kind === 'family') family[name] = value;
    else if (kind === 'detector') detector[name] = value;
    else if (kind === 'here' && tenant !== undefined && name.startsWith(`${tenant}|`))
      here[name.slice(tenant.length + 1)] = value;
  }
  return {
    id: 'draft',
    parent: prior.id,
    code: MODEL_CODE,
    base,
    gains,
    family,
    detector,
    here,
    trainedOn: trainedOn(examples),
  };
}

function trainedOn(examples: readonly Example[]): Model['trainedOn'] {
  const verdicts: Record<string, number> = {};
  let threats = 0;
  let from: number | null = null;
  let to: number | null = null;
  for (const { features, isThreat, at } of examples) {
    if (isThreat) threats += 1;
    from = from === null ? at : Math.min(from, at);
    to = to === null ? at : Math.max(to, at);
    for (const { id } of features.detectors) verdicts[id] = (verdicts[id] ?? 0) + 1;
  }
  return { examples: examples.length, threats, from, to, digest: '', verdicts };
}
