import type { KeptCheckpoint } from '../../ledger/witness.ts';

type Anchored = ReadonlyMap<string, readonly KeptCheckpoint[]>;

/** Signed checkpoints that somebody else keeps, by tenant. */
export interface Anchor {
  /** All of them. Throws `LEDGER_ANCHOR_DAMAGED`, and where there is no anchor. */
  read(): Promise<Anchored>;
  /** All of them: none where there is no anchor yet. */
  readSoFar(): Promise<Anchored>;
  /** Puts lines, each with its newline, behind those there. */
  append(lines: string): Promise<void>;
}
