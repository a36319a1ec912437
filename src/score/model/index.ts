export { calibrated, folded, type Given, givenBy, metricsOf, platt, slopeOf } from './calibrate.ts';
export { handSet, MODEL_CODE } from './hand-set.ts';
export { type LearnOptions, learn, poolSpread, type Spread, tenantSpread } from './learn.ts';
export { effectOf, gainOf, type Weighed, weigh, witnessShare } from './weigh.ts';
