import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import type { Attempt, AttemptMarker } from '../ports/attempt-marker.ts';

const SIZE = 32;

/**
 * The marker as a file of 32 bytes that is written in place: what a killed process wrote is in the page cache, so nothing needs to be
 * flushed. Layout: lane, position, ordinal, tries as four float64 (LE); lane -1 is "nothing".
 */
export class AttemptFile implements AttemptMarker {
  readonly #descriptor: number;
  readonly #bytes = Buffer.alloc(SIZE);
  readonly #unfinished: Attempt | undefined;

  constructor(path: string) {
    this.#descriptor = openSync(path, 'a+', 0o600);
    closeSync(this.#descriptor);
    this.#descriptor = openSync(path, 'r+');
    const read = readSync(this.#descriptor, this.#bytes, 0, SIZE, 0);
    const lane = this.#bytes.readDoubleLE(0);
    if (read === SIZE && lane >= 0)
      this.#unfinished = {
        lane,
        position: this.#bytes.readDoubleLE(8),
        ordinal: this.#bytes.readDoubleLE(16),
        tries: this.#bytes.readDoubleLE(24),
      };
  }

  unfinished(): Attempt | undefined {
    return this.#unfinished;
  }

  begin({ lane, position, ordinal, tries }: Attempt): void {
    this.#bytes.writeDoubleLE(lane, 0);
    this.#bytes.writeDoubleLE(position, 8);
    this.#bytes.writeDoubleLE(ordinal, 16);
    this.#bytes.writeDoubleLE(tries, 24);
    writeSync(this.#descriptor, this.#bytes, 0, SIZE, 0);
  }

  end(): void {
    this.#bytes.writeDoubleLE(-1, 0);
    writeSync(this.#descriptor, this.#bytes, 0, 8, 0);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
