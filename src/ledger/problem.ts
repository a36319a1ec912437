/** What can be wrong with a ledger. Each names what was done, as docs/ledger.md explains it. */
export type ProblemKind =
  /** A number of the chain has no entry, and later ones are there. */
  | 'entry-missing'
  /** An entry's bytes are not those that were sealed. */
  | 'entry-altered'
  /** An entry stands where another number or another tenant belongs: reordered, repeated, or moved. */
  | 'entry-moved'
  /** An entry does not follow the one before it: one of the two was put in the place of another. */
  | 'entry-forged'
  | 'payload-missing'
  /** A payload is not the one its entry states. */
  | 'payload-swapped'
  /** A payload belongs to no entry. */
  | 'payload-stray'
  /** The end is gone: the head, or a checkpoint that is still there, says that the chain was longer. */
  | 'truncated'
  /** The head does not say what the chain is. */
  | 'head-altered'
  /** A signed checkpoint says that the entries up to there were other ones. */
  | 'rewritten'
  /** Whole in itself, and older than what was anchored: an old copy was put back. */
  | 'rolled-back'
  /** A checkpoint is not what was signed. */
  | 'checkpoint-forged'
  /** A checkpoint is signed with a key that was not given. */
  | 'checkpoint-stranger'
  /** Entries after the last signed checkpoint, where all must be signed. */
  | 'unsigned'
  /** A chain that was anchored, asked for, or whose tenant the system's chain saw created, is not there at all. */
  | 'chain-missing';

/** The first thing in a chain that does not fit. `row` names table and key, or file and line, as a person would look it up. */
export interface LedgerProblem {
  readonly kind: ProblemKind;
  readonly tenant: string;
  readonly seq: number | null;
  readonly row: string;
  readonly what: string;
}

/** A problem before the tenant is said: where, by table and number, and what. */
export interface Misfit {
  readonly kind: ProblemKind;
  readonly table: string;
  readonly seq: number | null;
  readonly what: string;
}

/** Tables whose rows are numbered by entry; checkpoints are by the number of entries they cover. */
const numbered: ReadonlySet<string> = new Set(['ledger_entries', 'ledger_payloads']);

export function problemOf(tenant: string, { kind, table, seq, what }: Misfit): LedgerProblem {
  const number = seq === null ? '' : `, ${numbered.has(table) ? 'seq' : 'size'}=${seq}`;
  return { kind, tenant, seq, row: `${table} (tenant_id=${tenant}${number})`, what };
}
