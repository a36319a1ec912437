import { SYSTEM_TENANT } from '../../contracts/tenant.ts';
import type { StateStore } from '../../ports/state-store.ts';

/** Says what is about to happen to an account, by the person whose it is. */
export type RecordAccount = (
  account: string,
  type: string,
  payload?: Readonly<Record<string, unknown>>,
) => Promise<void>;

/** For `buildAuth`: puts sign-ins and changes of passwords and second factors into the system's chain before they happen. */
export function recordAccounts(store: StateStore): RecordAccount {
  return async (account, type, payload = {}) => {
    await store.withTenants([SYSTEM_TENANT], (tx) =>
      tx.ledger.append(SYSTEM_TENANT, {
        actor: { kind: 'human', id: account, version: '' },
        onBehalfOf: null,
        type,
        subject: { kind: 'account', id: account, revision: null },
        payload,
      }),
    );
  };
}
