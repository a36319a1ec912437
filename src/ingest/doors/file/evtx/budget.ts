import { EvtxProblem } from './problem.ts';

/**
 * A value may be named many times by one template, and its text may itself be a template's: some hundred bytes can say
 * gigabytes. A chunk of 64 KiB full of Sysmon events costs some 300,000, so this leaves a dozen times that to stranger ones, and a
 * chunk made to be dear takes a tenth of a second.
 */
const CHUNK = 4 * 1024 * 1024;
const RECORD = CHUNK / 4;

/** What an element, attribute or value costs beside its text, one for each character. */
export const NODE = 64;

/** What one of an array's values costs. */
export const ITEM = 8;

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
    if (this.#record > RECORD)
      throw new EvtxProblem('INGEST_EVTX_EXPANSION', `over ${RECORD} characters, or as much in elements`);
    if (this.#chunk > CHUNK)
      throw new EvtxProblem('INGEST_EVTX_EXPANSION', `its chunk says over ${CHUNK} characters, or as much in elements`);
  }
}
