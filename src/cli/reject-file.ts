import { closeSync, openSync, writeSync } from 'node:fs';
import type { Reject } from '../ingest/index.ts';

const SHOWN = 20;

/** Says unreadable records on standard error (the first twenty) and keeps all of them where a file was named. */
export class RejectFile {
  readonly #file: number | undefined;
  #count = 0;

  /** @param flags `w` begins anew, `a` keeps what earlier runs wrote */
  constructor(path: string | undefined, flags: 'w' | 'a' = 'w') {
    this.#file = path === undefined ? undefined : openSync(path, flags, 0o600);
  }

  readonly add = (reject: Reject): void => {
    this.#count++;
    if (this.#count <= SHOWN) {
      process.stderr.write(`${reject.file}:${reject.line}: ${reject.code}: ${reject.message}\n`);
    }
    if (this.#file === undefined) return;
    const { raw, ...said } = reject;
    writeSync(
      this.#file,
      `${JSON.stringify({ ...said, ...(raw === undefined ? {} : { raw: raw.toString('base64') }) })}\n`,
    );
  };

  close(): void {
    if (this.#count > SHOWN) process.stderr.write(`${this.#count - SHOWN} more unreadable records\n`);
    if (this.#file !== undefined) closeSync(this.#file);
  }
}
