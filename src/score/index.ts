export { CERTAINTY_LIMIT, excess, logit, probability, sumLogOdds, type Term } from './log-odds.ts';
export { weights } from './weights.ts';
