export { excess, logit, probability, sumLogOdds } from './log-odds.ts';
export { weights } from './weights.ts';
