import type { Claim, WorkStore } from '../../ports/work-store.ts';

interface Kept {
  readonly position: number;
  readonly ordinals: readonly number[];
}

/**
 * Events that ended the worker and were put aside, of the last such batch of each lane. Kept at once: where a batch has several, the
 * next death must not bring the first back, and a worker that ends before the batch is in the lake goes over it again.
 */
export class PutAside {
  readonly #work: WorkStore;
  readonly #claim: Claim;

  constructor(work: WorkStore, claim: Claim) {
    this.#work = work;
    this.#claim = claim;
  }

  /** Places in the batch; undefined where none of it was put aside. */
  of(lane: number, position: number): ReadonlySet<number> | undefined {
    const kept = this.#kept.get(lane) ?? this.#load(lane);
    return kept.position === position ? new Set(kept.ordinals) : undefined;
  }

  add(lane: number, position: number, ordinal: number): void {
    const ordinals = [...(this.of(lane, position) ?? []), ordinal];
    const kept: Kept = { position, ordinals };
    this.#work.commit({ claim: this.#claim, snapshots: new Map([[nameOf(lane), Buffer.from(JSON.stringify(kept))]]) });
    this.#kept.set(lane, kept);
  }

  readonly #kept = new Map<number, Kept>();

  #load(lane: number): Kept {
    const bytes = this.#work.snapshot(nameOf(lane));
    const kept = bytes === undefined ? nothing : (JSON.parse(Buffer.from(bytes).toString()) as Kept);
    this.#kept.set(lane, kept);
    return kept;
  }
}

const nothing: Kept = { position: 0, ordinals: [] };

function nameOf(lane: number): string {
  return `aside|${lane}`;
}
