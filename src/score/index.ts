export { detectorFamily } from './detector-family.ts';
export { detectorWeight } from './detector-weight.ts';
export { excess, logit, probability, sumLogOdds } from './log-odds.ts';
export {
  calibrated,
  effectOf,
  gainOf,
  handSet,
  learn,
  MODEL_CODE,
  metricsOf,
  poolSpread,
  tenantSpread,
  weigh,
} from './model/index.ts';
export { rulesOnly } from './rules-only.ts';
export { weights } from './weights.ts';
