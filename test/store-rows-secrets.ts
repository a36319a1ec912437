import type { StateTx } from '../src/ports/state-store.ts';

/** At least one row of `tenant` in every table of secrets and connectors. */
export async function fillSecretTables(tx: StateTx, tenant: string): Promise<void> {
  const sealed = { nonce: new Uint8Array(12), ciphertext: new Uint8Array(16), keyId: 'k' };
  await tx.secrets.put(tenant, 'token', { ...sealed, setById: 'ann', setAt: 1 });
  const config = { tenant, id: 'hook', type: 'http', settings: {}, kinds: ['call_http'], enabled: true, revision: 1 };
  await tx.connectors.put(config, 1);
}
