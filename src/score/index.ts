export { detectorWeight } from './detector-weight.ts';
export { excess, logit, probability, sumLogOdds } from './log-odds.ts';
export { rulesOnly } from './rules-only.ts';
export { weights } from './weights.ts';
