import betainc from '@stdlib/math-base-special-betainc';
import betaln from '@stdlib/math-base-special-betaln';
import { checkCounts, checkRate } from './counts.ts';

/**
 * The evidence that a class errs less often than its target, valid however often somebody looks.
 *
 * After n cases with k errors, for a target p0:
 *
 *     E = (1/p0) * integral over q from 0 to p0 of  q^k (1-q)^(n-k) / (p0^k (1-p0)^(n-k))  dq
 *
 * the likelihood of the record at an error rate q against that at p0, averaged over all q below p0 (a Beta(1,1) prior truncated to
 * (0, p0)). One further case multiplies the integrand by q/p0 where it is an error and by (1-q)/(1-p0) where it is not. Where
 * the case errs with a probability p, whatever came before, the factor's mean is p q/p0 + (1-p)(1-q)/(1-p0). That is a straight line in p,
 * 1 at p = p0, and it falls, because q < p0. So for every p >= p0 the mean is at most 1, for each q and so for their average: E is
 * a supermartingale that begins at 1, and the chance that it ever reaches 20 is at most 1/20 (Ville's inequality). The rate may
 * change from case to case and depend on the past, as long as it never lies below p0.
 *
 * Truncation is what makes the line fall. For q > p0 it rises: a mixture over all of (0, 1) grows against any rate that is not exactly
 * p0, above as well as below, and would promote a class that errs in 5 % of cases every time.
 *
 * E is a function of the two counts alone, grows with each clean case and shrinks with each error. Sources: J. Ville, Etude critique
 * de la notion de collectif (1939); H. Robbins, Ann. Math. Statist. 41 (1970) 1397; A. Ramdas et al., Statistical Science 38 (2023) 576.
 */

/**
 * Promotion at E >= 20: at most one in twenty classes at or above its target ever gets there. What counts is E now, not the
 * highest it ever was. Ville's inequality would cover either, but a lead signs for what the record says at that hour, and errors since the peak are
 * part of it.
 */
export const PROMOTE_AT = 20;

/**
 * Natural logarithm of E; 0 for an empty record. Logarithms because E of a long clean record passes what a double holds.
 * Errors: `RELIABILITY_RATE`, `RELIABILITY_COUNTS`.
 */
export function logE(target: number, errors: number, cases: number): number {
  checkRate(target, 'target');
  checkCounts(errors, cases);
  return evidence(target, errors, cases);
}

function evidence(target: number, errors: number, cases: number): number {
  const a = errors + 1;
  const b = cases - errors + 1;
  // Right of the likelihood's peak the integral is most of the beta function; left of it, a tail that underflows.
  if (a < (a + b) * target) {
    const integral = betaln(a, b) + Math.log(betainc(target, a, b));
    return integral - a * Math.log(target) - (b - 1) * Math.log1p(-target);
  }
  return Math.log1p(-target) - Math.log(a) + Math.log(tailSeries(target, a, a + b));
}

/**
 * 2F1(s, 1; a+1; x): the incomplete beta function over its leading term (NIST DLMF 8.17.8). Terms are positive and fall
 * where a >= s x, about sqrt(a) of them count, and x^a (1-x)^(b-1) has cancelled against the likelihood at the target: nothing underflows.
 */
function tailSeries(x: number, a: number, s: number): number {
  let sum = 1;
  let term = 1;
  for (let j = 0; term > sum * 1e-17; j++) {
    term *= ((s + j) / (a + 1 + j)) * x;
    sum += term;
  }
  return sum;
}

/** Cases in all that a record with so many errors needs for E >= 20. E grows with each clean case, so bisection is exact. */
export function casesNeeded(target: number, errors: number): number {
  checkRate(target, 'target');
  checkCounts(errors, errors);
  const bar = Math.log(PROMOTE_AT);
  let low = errors;
  let high = errors + 1;
  while (evidence(target, errors, high) < bar) {
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if (evidence(target, errors, middle) < bar) low = middle;
    else high = middle;
  }
  return high;
}

/** Clean cases that a record without an error needs: 449 at 1 %, 224 at 2 %, 88 at 5 %. */
export function cleanCasesNeeded(target: number): number {
  return casesNeeded(target, 0);
}

/**
 * The error rate that the record excludes everything above of: the lowest target at which it would be promoted now, 1 where none is.
 * As a sequence over time it stays above the true rate for ever with a probability of at least 95 %, because it lies below that rate only where
 * E at that rate has reached 20. Not lower than errors / cases.
 */
export function upperBound(errors: number, cases: number): number {
  checkCounts(errors, cases);
  if (errors === cases) return 1;
  const bar = Math.log(PROMOTE_AT);
  let low = errors / cases;
  let high = 1;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (evidence(middle, errors, cases) < bar) low = middle;
    else high = middle;
  }
  return high;
}
