import type { Appended, EventLog, Logged } from '../../src/ports/event-log.ts';

/** The event log's port over a map: for tests of what stands before it or behind it, where durability is not the question. */
export class MemoryLog implements EventLog {
  readonly #lanes = new Map<number, Logged[]>();
  readonly #ends = new Map<number, number>();
  #told: (() => void)[] = [];
  /** Appends made so far, batch by batch. */
  readonly appended: Appended[] = [];

  async append(batches: readonly Appended[]): Promise<void> {
    for (const batch of batches) {
      const position = (this.#ends.get(batch.lane) ?? 0) + 1;
      this.#ends.set(batch.lane, position);
      const lane = this.#lanes.get(batch.lane) ?? [];
      lane.push({ position, bytes: batch.bytes });
      this.#lanes.set(batch.lane, lane);
      this.appended.push(batch);
    }
    for (const tell of this.#told.splice(0)) tell();
  }

  async read(lane: number, after: number, bytes: number): Promise<readonly Logged[]> {
    const read: Logged[] = [];
    let size = 0;
    for (const logged of this.#lanes.get(lane) ?? []) {
      if (logged.position <= after) continue;
      if (read.length > 0 && size + logged.bytes.length > bytes) break;
      read.push(logged);
      size += logged.bytes.length;
    }
    return read;
  }

  async end(lane: number): Promise<number> {
    return this.#ends.get(lane) ?? 0;
  }

  async more(after: ReadonlyMap<number, number>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && ![...after].some(([lane, at]) => (this.#ends.get(lane) ?? 0) > at))
      await new Promise<void>((resolve) => {
        this.#told.push(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
  }

  async trim(lane: number, upTo: number): Promise<void> {
    this.#lanes.set(
      lane,
      (this.#lanes.get(lane) ?? []).filter(({ position }) => position > upTo),
    );
  }

  async size(): Promise<number> {
    let size = 0;
    for (const lane of this.#lanes.values()) for (const { bytes } of lane) size += bytes.length;
    return size;
  }

  async close(): Promise<void> {}
}
