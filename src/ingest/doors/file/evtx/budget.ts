import { EvtxProblem } from './problem.ts';

/**
 * A value may be named many times by one template, and its text may itself be a template's: some hundred bytes can say
 * gigabytes. Real records come to a few kilobytes each and a chunk of 64 KiB to well under a megabyte, so a chunk may
 * say 256 times its size (about what gzip is allowed, too) and one record an eighth of that.
 */
const CHUNK = 16 * 1024 * 1024;
const RECORD = CHUNK / 8;

/** What an element, attribute or value costs beside its text. */
export const NODE = 16;

/** Characters written and nodes made, by record and by chunk. */
export class Budget {
  #chunk = 0;
  #record = 0;

  nextRecord(): void {
    this.#record = 0;
  }

  /** Throws `INGEST_EVTX_EXPANSION` when the record or its chunk says more than any real one would. */
  spend(cost: number): void {
    this.#record += cost;
    this.#chunk += cost;
    if (this.#record > RECORD) throw new EvtxProblem('INGEST_EVTX_EXPANSION', `over ${RECORD} characters`);
    if (this.#chunk > CHUNK) throw new EvtxProblem('INGEST_EVTX_EXPANSION', `over ${CHUNK} characters in its chunk`);
  }
}
