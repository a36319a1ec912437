import type { Canary } from '../../contracts/grant.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { StateTx } from '../state-store.ts';

/** Known threats planted in the stream. */
export interface CanaryRows {
  plant(canary: Canary): Promise<void>;
  resolve(canary: Canary): Promise<void>;
  ofFinding(tenant: string, finding: string): Promise<Canary | null>;
  /** Newest first. */
  all(tenant: string, limit: number): Promise<readonly Canary[]>;
}

const road = Symbol('canaries');

/**
 * The one road to the canaries of a transaction. It is no part of `StateTx`, so that code which scores, investigates or recommends cannot
 * come upon it: a rule of the boundaries lets only autonomy and oversight import this file.
 */
export function canariesOf(tx: StateTx): CanaryRows {
  const rows = (tx as StateTx & { readonly [road]?: CanaryRows })[road];
  if (rows === undefined) throw new BridgewatchError('STATE_NO_CANARIES', 'This transaction has no road to canaries');
  return rows;
}

/** For the adapter that makes transactions. */
export function withCanaries(tx: StateTx, rows: CanaryRows): StateTx {
  return { ...tx, [road]: rows } as StateTx;
}
