import { seeded } from '../../src/kernel/seeded.ts';

/** Chance that comes out the same each time, with the distributions that telemetry is simulated by. */
export class Dice {
  /** In [0, 1). */
  readonly unit: () => number;

  constructor(seed: number) {
    this.unit = seeded(seed);
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.unit())) * Math.cos(2 * Math.PI * this.unit());
  }

  /** Marsaglia and Tsang 2000; mean = shape. */
  gamma(shape: number): number {
    if (shape < 1) return this.gamma(shape + 1) * (1 - this.unit()) ** (1 / shape);
    const d = shape - 1 / 3;
    for (;;) {
      const x = this.normal();
      const v = (1 + x / Math.sqrt(9 * d)) ** 3;
      if (v > 0 && Math.log(1 - this.unit()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  }

  poisson(mean: number): number {
    if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()));
    let product = 1 - this.unit();
    let count = 0;
    for (const limit = Math.exp(-mean); product > limit; count += 1) product *= 1 - this.unit();
    return count;
  }

  /** Negative binomial: Var = mean + spread * mean^2. */
  count(mean: number, spread: number): number {
    return mean <= 0 ? 0 : this.poisson(mean * spread * this.gamma(1 / spread));
  }
}
