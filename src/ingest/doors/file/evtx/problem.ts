import type { RejectCode } from '../../../reject.ts';

export type EvtxCode = Extract<RejectCode, `INGEST_EVTX_${string}`>;

/** One record that cannot be read; thrown while it is read, caught where the chunk is walked. */
export class EvtxProblem extends Error {
  readonly code: EvtxCode;

  constructor(code: EvtxCode, detail: string) {
    super(detail);
    this.name = 'EvtxProblem';
    this.code = code;
  }
}

export const at = (offset: number): string => `0x${offset.toString(16)}`;
