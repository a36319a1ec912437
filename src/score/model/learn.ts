import type { Example, Model } from '../../contracts/model.ts';
import { rowOf } from './design.ts';
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

/** Rounds of ordering detectors anew, and weighing analysts, under what was learned; most take three or four. */
const ROUNDS = 12;

/**
 * The most probable model given the examples and the prior: logistic regression with Gaussian priors around `prior`'s parameters (MAP;
 * hierarchical in that a detector's shift is the sum of its family's, its own and its tenant's, each drawn toward 0). The prior is a model:
 * the hand-set one, or one learned over other tenants. Deterministic. `id` is left as `draft` for whoever stores it.
 */
export function learn(
  examples: readonly Example[],
  prior: Model,
  { spread, tenant, from = prior }: LearnOptions,
): Model {
  let model: Model = from;
  const all = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const index = new Map<string, number>();
    const rows = examples.map((example): SparseRow => {
      const here = (id: string): number =>
        round === 0 && example.tenant === tenant
          ? (model.here[id] ?? 0)
          : (all.get(`here|${example.tenant}|${id}`) ?? 0);
      const row = rowOf(example, model, here).filter(({ parameter, x }) => x !== 0 && deviation(spread, parameter) > 0);
      return {
        at: Int32Array.from(row, ({ parameter }) => place(index, parameter)),
        x: Float64Array.from(row, ({ x }) => x),
        // What this model holds fixed.
        offset: fixedPart(example, model, prior, spread, tenant, here),
        y: example.isThreat ? 1 : 0,
        weight: example.weight,
      };
    });
    const names = [...index.keys()];
    const mean = Float64Array.from(names, (name) => parameterOf(prior, name, tenant));
    const start = Float64Array.from(names, (name) => all.get(name) ?? parameterOf(model, name, tenant));
    const precision = Float64Array.from(names, (name) => precisionOf(spread, name, all.get(name) ?? 0));
    const solved = minimise(rows, { mean, start, precision });
    let moved = 0;
    for (const [at, name] of names.entries()) {
      const value = solved[at] ?? 0;
      moved = Math.max(moved, Math.abs(value - (all.get(name) ?? parameterOf(model, name, tenant))));
      all.set(name, value);
    }
    model = modelOf(all, prior, tenant, examples);
    if (moved < 1e-4) break;
  }
  return model;
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

/** Log-odds by parameters that do not move: a spread of 0 holds them at the prior. */
function fixedPart(
  example: Example,
  model: Model,
  prior: Model,
  spread: Spread,
  tenant: string | undefined,
  here: (id: string) => number,
): number {
  let sum = 0;
  for (const { parameter, x } of rowOf(example, model, here))
    if (deviation(spread, parameter) === 0) sum += x * parameterOf(prior, parameter, tenant);
  return sum;
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
