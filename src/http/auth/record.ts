import { SYSTEM_TENANT } from '../../contracts/tenant.ts';
import type { StateStore } from '../../ports/state-store.ts';

/** For `buildAuth`'s `beforeSession`: puts a sign-in into the system's chain before the session exists. */
export function recordSignIn(store: StateStore): (account: string) => Promise<void> {
  return async (account) => {
    await store.withTenants([SYSTEM_TENANT], (tx) =>
      tx.ledger.append(SYSTEM_TENANT, {
        actor: { kind: 'human', id: account, version: '' },
        onBehalfOf: null,
        type: 'session.opened',
        subject: { kind: 'account', id: account, revision: null },
        payload: {},
      }),
    );
  };
}
