import type { Example } from '../src/contracts/model.ts';
import { handSet, learn, tenantSpread } from '../src/score/index.ts';

/** Milliseconds to learn a tenant's model from so many verdicts: anew, and with one more from where it stood. One JSON line a size. */
let state = 1;
const random = (): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 4294967296;
};

function verdict(at: number): Example {
  const ids = new Set(Array.from({ length: 1 + Math.floor(random() * 4) }, () => Math.floor(random() ** 2 * 120)));
  const detectors = [...ids].map((n) => ({
    id: `d${n}`,
    family: `f${n % 12}`,
    weight: [0.7, 1.6, 2.8, 4][n % 4] ?? 0.7,
  }));
  const isThreat = random() < 0.1;
  return {
    tenant: 'acme',
    analyst: `analyst ${Math.floor(random() * 5)}`,
    finding: `f${at}`,
    revision: 1,
    at,
    features: { detectors, terms: { tactics: random(), habit: -2 * random(), investigation: 2 * random() - 1 } },
    isThreat,
    blamesDetector: !isThreat && random() < 0.5,
    weight: 1,
  };
}

const options = { spread: tenantSpread, tenant: 'acme' };
for (const count of [100, 1000, 5000]) {
  const examples = Array.from({ length: count }, (_, at) => verdict(at));
  const began = performance.now();
  const model = learn(examples, handSet, options);
  const learned = performance.now();
  learn([...examples.slice(1), verdict(count)], handSet, { ...options, from: model });
  const again = performance.now() - learned;
  const figures = { examples: count, coldMs: Math.round(learned - began), oneMoreMs: Math.round(again) };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}
