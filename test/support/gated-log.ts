import type { Appended } from '../../src/ports/event-log.ts';
import { MemoryLog } from './memory-log.ts';

/** A log whose appends wait until they are let through, or are told to fail: what a slow, or a full, disk looks like. */
export class GatedLog extends MemoryLog {
  #waiting: { pass: () => void; fail: (error: Error) => void }[] = [];
  #shut = true;

  /** Appends that wait now. */
  get waiting(): number {
    return this.#waiting.length;
  }

  override async append(batches: readonly Appended[]): Promise<void> {
    if (this.#shut) await new Promise<void>((pass, fail) => this.#waiting.push({ pass, fail }));
    await super.append(batches);
  }

  /** Lets through what waits, and no more. */
  pass(): void {
    for (const { pass } of this.#waiting.splice(0)) pass();
  }

  /** Fails what waits. */
  fail(error: Error): void {
    for (const { fail } of this.#waiting.splice(0)) fail(error);
  }

  /** From now on nothing waits. */
  open(): void {
    this.#shut = false;
    this.pass();
  }
}
