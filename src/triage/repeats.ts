import type { Detection } from '../contracts/detection.ts';
import { tellingKinds } from '../contracts/entity.ts';

/** What happens within so many milliseconds is one go. */
const CELL = 600_000;
/** Hits of one detector about the same names in one cell that can still say something new: other processes, other commands. */
const TELLING = 20;
/** Another product's alert names no more than those. */
const TELLING_OF_VENDOR = 1;
/** After a pause of so many milliseconds, and so many times its pace until then, a flood begins anew: another tool, another phase. */
const PAUSE = 5000;
const TIMES_THE_PACE = 20;
const KEYS = 200_000;

interface Flood {
  readonly from: number;
  count: number;
  /** Hits since the last one that was told, and when that was. */
  sinceTold: number;
  toldAt: number;
  last: number;
}

/**
 * Tells repeats: a sensor that says the same of one host four hundred thousand times an hour says it a few times, and again where it resumes.
 * Repeats stay detections, which can be searched and counted; they are not weighed again.
 */
export class Repeats {
  #floods = new Map<string, Flood>();

  /** Fed with every detection, in about the order of event time. */
  isRepeat(detection: Detection): boolean {
    const { at } = detection;
    const key = keyOf(detection);
    const flood = this.#floods.get(key);
    if (flood === undefined) {
      // Forgetting makes a repeat count anew, which costs a little work and hides nothing.
      if (this.#floods.size >= KEYS) this.#floods = new Map();
      this.#floods.set(key, { from: at, count: 1, sinceTold: 0, toldAt: at, last: at });
      return false;
    }
    flood.count += 1;
    const pause = at - flood.last;
    const pace = (flood.last - flood.toldAt) / Math.max(1, flood.sinceTold);
    flood.last = Math.max(flood.last, at);
    flood.sinceTold += 1;
    const telling = detection.detector.kind === 'vendor' ? TELLING_OF_VENDOR : TELLING;
    const isTold = flood.count <= telling || (pause >= PAUSE && pause > TIMES_THE_PACE * pace);
    if (isTold) {
      flood.toldAt = at;
      flood.sinceTold = 0;
    }
    return !isTold;
  }
}

function keyOf({ detector, entities, at }: Detection): string {
  let key = `${detector.id}|${Math.floor(at / CELL)}`;
  for (const { kind, value } of entities) if (tellingKinds.has(kind)) key += `|${kind}:${value}`;
  return key;
}
