export { calibrated, folded, type Given, givenBy, metricsOf, platt, slopeOf } from './calibrate.ts';
export { handSet, MODEL_CODE } from './hand-set.ts';
export { learn, poolSpread, type Spread, tenantSpread } from './learn.ts';
export { effectOf, gainOf, weigh } from './weigh.ts';
