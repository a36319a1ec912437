import { randomBytes } from 'node:crypto';
import { drizzle } from 'drizzle-orm/node-postgres';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Connection } from '../postgres/connection.ts';
import { ledgerRows } from '../postgres/ledger-rows.ts';
import { inMaintenance } from '../postgres/maintenance.ts';
import { secrets } from '../postgres/schema-secrets.ts';
import { secretRows } from '../postgres/secret-rows.ts';
import type { KeyRing } from './key-ring.ts';
import { KEY_BYTES, open, seal } from './seal.ts';

/**
 * Gives the installation a new key and seals every secret anew with it, also while a server runs. In this order, so that a crash at any
 * point loses nothing and doing it again finishes it: the new key goes into the file before the old ones; every row is opened, recorded in its
 * tenant's ledger and sealed, in one transaction; the old keys leave the file. Returns how many were sealed.
 */
export async function rekeySecrets(owner: Connection, ring: KeyRing, clock: Clock): Promise<number> {
  const fresh = randomBytes(KEY_BYTES);
  ring.replace([fresh, ...ring.installationKeys()]);
  const sealed = await inMaintenance(owner, 'write', async (client) => {
    // Waits for writers that may have used the old key, and lets none begin until all is done.
    await client.query('LOCK TABLE secrets IN EXCLUSIVE MODE');
    const queries = drizzle(client);
    const keys = ring.keys();
    const rows = await queries.select().from(secrets).orderBy(secrets.tenantId, secrets.name);
    for (const [tenant, own] of Map.groupBy(rows, ({ tenantId }) => tenantId)) {
      await ledgerRows(queries, clock, null).append(tenant, {
        actor: { kind: 'system', id: 'secrets', version: '' },
        onBehalfOf: null,
        type: 'secrets.rekeyed',
        subject: { kind: 'tenant', id: tenant, revision: null },
        payload: { names: own.map(({ name }) => name), key: keys[0].id },
      });
      for (const { name, setById, setAt, ...row } of own) {
        const place = { tenant, name };
        const key = keys.find(({ id }) => id === row.keyId);
        if (key === undefined) {
          throw new BridgewatchError(
            'SECRET_KEY_MISSING',
            `secret ${name} of ${tenant} was sealed with key ${row.keyId}, which is not in the key file; set the secret again first`,
          );
        }
        await secretRows(queries, () => undefined).put(tenant, name, {
          ...seal(keys[0], place, open(key, place, row)),
          setById,
          setAt,
        });
      }
    }
    return rows.length;
  });
  ring.replace([fresh]);
  return sealed;
}
