import type { Detection } from '../contracts/detection.ts';

const CELL = 600_000;
const DAY = 86_400_000;
/** What is older says nothing of how things are now. */
const DAYS = 30;
const KEYS = 200_000;

/** When something was seen, in ten-minute cells, ascending. */
type Cells = number[];
const CELLS = 256;

/** How often a detector has spoken before a moment. */
export interface Before {
  /** Ten-minute cells in which it did. */
  readonly cells: number;
  /** Days looked back on, as a fraction; 0 where nothing is known. */
  readonly days: number;
}

/**
 * When each detector spoke, of each place and of the tenant as a whole: the past of detections, over the last 30 days. Bounded: a key keeps its
 * latest 256 cells, and says of the time before that it was as busy. Fed with every detection, repeats too.
 */
export class DetectorHistory {
  #cells = new Map<string, Cells>();
  #from = Number.POSITIVE_INFINITY;
  #to = Number.NEGATIVE_INFINITY;

  learn({ detector, entities, at, timeSuspect }: Detection): void {
    if (timeSuspect === true) return;
    if (at < this.#from) this.#from = at;
    if (at > this.#to) this.#to = at;
    const cell = Math.floor(at / CELL);
    this.#add(detector.id, cell);
    for (const { kind, value } of entities)
      if (kind === 'host' || kind === 'cloud_principal') this.#add(placeKey(detector.id, value), cell);
  }

  /** Days of detections known before a moment. */
  days(at: number): number {
    return this.#from >= at ? 0 : Math.min(DAYS, (at - this.#from) / DAY);
  }

  /** @param place host or cloud principal; undefined: anywhere */
  before(detector: string, place: string | undefined, at: number): Before {
    const cells = this.#cells.get(place === undefined ? detector : placeKey(detector, place)) ?? [];
    const days = this.days(at);
    const limit = Math.floor(at / CELL);
    let below = 0;
    let high = cells.length;
    while (below < high) {
      const middle = (below + high) >>> 1;
      if ((cells[middle] ?? 0) < limit) below = middle + 1;
      else high = middle;
    }
    const first = cells[0] ?? limit;
    const since = ((limit - first) * CELL) / DAY;
    // A full list knows only its own time: what came before is taken to be like it.
    const scale = cells.length >= CELLS && since > 0 ? Math.max(1, days / since) : 1;
    return { cells: below * scale, days };
  }

  #add(key: string, cell: number): void {
    let cells = this.#cells.get(key);
    if (cells === undefined) {
      if (this.#cells.size >= KEYS) this.#forget();
      cells = [];
      this.#cells.set(key, cells);
    }
    const last = cells.at(-1);
    if (last === undefined || cell > last) cells.push(cell);
    else if (cell < last && !cells.includes(cell)) {
      cells.push(cell);
      cells.sort((a, b) => a - b);
    }
    if (cells.length > CELLS) cells.shift();
  }

  /** The half not heard of for the longest makes room. */
  #forget(): void {
    const byLast = [...this.#cells].sort((a, b) => (b[1].at(-1) ?? 0) - (a[1].at(-1) ?? 0));
    this.#cells = new Map(byLast.slice(0, KEYS / 2));
  }
}

function placeKey(detector: string, place: string): string {
  return `${detector}\u0000${place}`;
}
