import betainc from '@stdlib/math-base-special-betainc';

/** P(Binomial(n, q) >= k), by the regularised incomplete beta function (DLMF 8.17.5). */
export function binomialTail(n: number, q: number, k: number): number {
  if (k <= 0) return 1;
  if (k > n) return 0;
  return betainc(q, k, n - k + 1);
}

/** P(T >= t) of Student's t with `freedom` degrees (DLMF 8.17 and Abramowitz & Stegun 26.7.1). */
export function studentTail(t: number, freedom: number): number {
  const both = betainc(freedom / (freedom + t * t), freedom / 2, 0.5);
  return t >= 0 ? both / 2 : 1 - both / 2;
}
