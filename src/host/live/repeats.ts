import type { Detection } from '../../contracts/detection.ts';

const HOUR = 3_600_000;
/** Hits of one detector on one host, or by one principal, in an hour that can still say something new. */
const TELLING = 50;
const KEYS = 200_000;

/**
 * Tells repeats: a rule that hits one host a thousand times an hour says it once. Repeats stay detections, which can be searched and
 * counted; they are not weighed again.
 */
export class Repeats {
  #counts = new Map<string, number>();

  isRepeat({ detector, entities, at }: Detection): boolean {
    const about = entities.find(({ kind }) => kind === 'host' || kind === 'cloud_principal') ?? entities[0];
    const key = `${detector.id}|${about?.kind}|${about?.value}|${Math.floor(at / HOUR)}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    // Forgetting makes a repeat count anew, which costs a little work and hides nothing.
    if (this.#counts.size >= KEYS) this.#counts = new Map();
    this.#counts.set(key, count);
    return count > TELLING;
  }
}
