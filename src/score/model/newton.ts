/** One example of a sparse logistic regression. */
export interface SparseRow {
  readonly at: Int32Array;
  readonly x: Float64Array;
  /** Log-odds that no parameter moves. */
  readonly offset: number;
  readonly y: number;
  readonly weight: number;
}

export interface Prior {
  readonly mean: Float64Array;
  readonly precision: Float64Array;
  readonly start: Float64Array;
}

const STEPS = 40;
const HALVINGS = 20;
const TOLERANCE = 1e-8;

/**
 * Minimises the negative log-likelihood of logistic regression plus a Gaussian prior: truncated Newton, the step by preconditioned
 * conjugate gradients (Nocedal & Wright, Numerical Optimization, 2006, 7.1), halved until the objective falls. The problem is convex: there is one
 * minimum. O(non-zeros) a product.
 */
export function minimise(rows: readonly SparseRow[], prior: Prior): Float64Array {
  const theta = Float64Array.from(prior.start);
  let value = objective(rows, prior, theta);
  for (let step = 0; step < STEPS; step += 1) {
    const { gradient, curvature, diagonal } = slopes(rows, prior, theta);
    const steep = Math.sqrt(dot(gradient, gradient));
    if (steep < TOLERANCE) break;
    const direction = solve(rows, prior, curvature, diagonal, gradient);
    let scale = 1;
    let moved = false;
    for (let halving = 0; halving < HALVINGS; halving += 1) {
      const next = Float64Array.from(theta, (at, i) => at - scale * (direction[i] ?? 0));
      const lower = objective(rows, prior, next);
      if (lower < value) {
        theta.set(next);
        moved = value - lower > TOLERANCE * Math.max(1, Math.abs(value));
        value = lower;
        break;
      }
      scale /= 2;
    }
    if (!moved) break;
  }
  return theta;
}

function logOddsOf({ at, x, offset }: SparseRow, theta: Float64Array): number {
  let sum = offset;
  for (let i = 0; i < at.length; i += 1) sum += (x[i] ?? 0) * (theta[at[i] ?? 0] ?? 0);
  return sum;
}

function objective(rows: readonly SparseRow[], { mean, precision }: Prior, theta: Float64Array): number {
  let sum = 0;
  for (const row of rows) {
    const z = logOddsOf(row, theta);
    // log(1 + e^z) - y z, without overflow.
    sum += row.weight * (Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - row.y * z);
  }
  for (let i = 0; i < theta.length; i += 1) sum += 0.5 * (precision[i] ?? 0) * ((theta[i] ?? 0) - (mean[i] ?? 0)) ** 2;
  return sum;
}

function slopes(rows: readonly SparseRow[], { mean, precision }: Prior, theta: Float64Array) {
  const gradient = new Float64Array(theta.length);
  const diagonal = Float64Array.from(precision);
  const curvature = new Float64Array(rows.length);
  for (const [r, row] of rows.entries()) {
    const p = 1 / (1 + Math.exp(-logOddsOf(row, theta)));
    const error = row.weight * (p - row.y);
    const bend = row.weight * p * (1 - p);
    curvature[r] = bend;
    for (let i = 0; i < row.at.length; i += 1) {
      const place = row.at[i] ?? 0;
      const x = row.x[i] ?? 0;
      gradient[place] = (gradient[place] ?? 0) + error * x;
      diagonal[place] = (diagonal[place] ?? 0) + bend * x * x;
    }
  }
  for (let i = 0; i < theta.length; i += 1)
    gradient[i] = (gradient[i] ?? 0) + (precision[i] ?? 0) * ((theta[i] ?? 0) - (mean[i] ?? 0));
  return { gradient, diagonal, curvature };
}

/** Solves (X'WX + P) d = gradient. */
function solve(
  rows: readonly SparseRow[],
  { precision }: Prior,
  curvature: Float64Array,
  diagonal: Float64Array,
  gradient: Float64Array,
): Float64Array {
  const size = gradient.length;
  const d = new Float64Array(size);
  const residual = Float64Array.from(gradient);
  let z = Float64Array.from(residual, (r, i) => r / (diagonal[i] ?? 1));
  const p = Float64Array.from(z);
  let rz = dot(residual, z);
  const enough = 1e-20 + 1e-6 * rz;
  for (let step = 0; step < 4 * size + 20 && rz > enough; step += 1) {
    const product = Float64Array.from(p, (at, i) => at * (precision[i] ?? 0));
    for (const [r, { at, x }] of rows.entries()) {
      let along = 0;
      for (let i = 0; i < at.length; i += 1) along += (x[i] ?? 0) * (p[at[i] ?? 0] ?? 0);
      along *= curvature[r] ?? 0;
      for (let i = 0; i < at.length; i += 1) {
        const place = at[i] ?? 0;
        product[place] = (product[place] ?? 0) + along * (x[i] ?? 0);
      }
    }
    const alpha = rz / dot(p, product);
    for (let i = 0; i < size; i += 1) {
      d[i] = (d[i] ?? 0) + alpha * (p[i] ?? 0);
      residual[i] = (residual[i] ?? 0) - alpha * (product[i] ?? 0);
    }
    z = Float64Array.from(residual, (r, i) => r / (diagonal[i] ?? 1));
    const next = dot(residual, z);
    const beta = next / rz;
    for (let i = 0; i < size; i += 1) p[i] = (z[i] ?? 0) + beta * (p[i] ?? 0);
    rz = next;
  }
  return d;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
