import { appendFileSync, writeFileSync } from 'node:fs';
import type { Reject } from '../ingest/index.ts';

const SHOWN = 20;

/** Says unreadable records on standard error (the first twenty) and keeps all of them where a file was named. */
export class RejectFile {
  readonly #path: string | undefined;
  #count = 0;

  constructor(path: string | undefined) {
    this.#path = path;
    if (path !== undefined) writeFileSync(path, '');
  }

  readonly add = (reject: Reject): void => {
    this.#count++;
    if (this.#count <= SHOWN)
      process.stderr.write(`${reject.file}:${reject.line}: ${reject.code}: ${reject.message}\n`);
    if (this.#path === undefined) return;
    const { raw, ...said } = reject;
    appendFileSync(
      this.#path,
      `${JSON.stringify({ ...said, ...(raw === undefined ? {} : { raw: raw.toString('base64') }) })}\n`,
    );
  };

  close(): void {
    if (this.#count > SHOWN) process.stderr.write(`${this.#count - SHOWN} more unreadable records\n`);
  }
}
