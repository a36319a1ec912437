import type { StateTx } from './state-store.ts';

/** Secrets of a tenant, encrypted at rest, read by name at the moment of use and never kept. */
export interface Secrets {
  /** Throws `SECRET_UNKNOWN` (400), naming the name. */
  read(tenant: string, name: string): Promise<string>;
}

/** Where secrets are put. Nothing here gives one back. */
export interface SecretKeeper {
  /** Seals a secret and keeps it in this transaction, whose ledger entry names it already. */
  put(
    tx: StateTx,
    secret: { readonly tenant: string; readonly name: string; readonly value: string; readonly by: string },
  ): Promise<void>;
}
