export { detectorFamily } from './detector-family.ts';
export { detectorWeight } from './detector-weight.ts';
export { excess, logit, probability, sumLogOdds } from './log-odds.ts';
export * from './model/index.ts';
export { rulesOnly } from './rules-only.ts';
export { type AtStake, expectedLoss, rankingOf } from './stakes.ts';
export { weights } from './weights.ts';
