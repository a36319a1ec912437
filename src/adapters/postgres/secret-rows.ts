import { and, eq } from 'drizzle-orm';
import type { ConnectorConfig } from '../../contracts/connector.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { ConnectorRows, SecretRows } from '../../ports/state/secrets.ts';
import type { NoteChange } from './changes.ts';
import type { Queries } from './connection.ts';
import { connectors, secrets } from './schema-secrets.ts';

/** Sealed secrets of one transaction. What they hold is nothing to the database. */
export function secretRows(queries: Queries, changed: NoteChange): SecretRows {
  const named = (tenant: string, name: string) => and(eq(secrets.tenantId, tenant), eq(secrets.name, name));
  return {
    async put(tenant, name, { nonce, ciphertext, keyId, setById, setAt }) {
      const row = { tenantId: tenant, name, nonce, ciphertext, keyId, setById, setAt };
      await queries
        .insert(secrets)
        .values(row)
        .onConflictDoUpdate({ target: [secrets.tenantId, secrets.name], set: row });
      changed(tenant, 'secret', name);
    },
    async get(tenant, name) {
      const [row] = await queries.select().from(secrets).where(named(tenant, name));
      return row === undefined ? null : { nonce: row.nonce, ciphertext: row.ciphertext, keyId: row.keyId };
    },
    async list(tenant) {
      return await queries
        .select({ name: secrets.name, setById: secrets.setById, setAt: secrets.setAt })
        .from(secrets)
        .where(eq(secrets.tenantId, tenant))
        .orderBy(secrets.name)
        .limit(1000);
    },
  };
}

/** Connectors of one transaction. */
export function connectorRows(queries: Queries, changed: NoteChange): ConnectorRows {
  const get: ConnectorRows['get'] = async (tenant, id) => {
    const [row] = await queries
      .select()
      .from(connectors)
      .where(and(eq(connectors.tenantId, tenant), eq(connectors.id, id)));
    return row === undefined ? null : configOf(row);
  };
  return {
    get,
    async list(tenant) {
      const rows = await queries
        .select()
        .from(connectors)
        .where(eq(connectors.tenantId, tenant))
        .orderBy(connectors.id)
        .limit(1000);
      return rows.map(configOf);
    },
    async put({ tenant, id, type, settings, kinds, enabled, revision }, at) {
      const row = { tenantId: tenant, id, type, settings, kinds, enabled, revision, updatedAt: at };
      const written =
        revision === 1
          ? await queries.insert(connectors).values(row).onConflictDoNothing().returning({ id: connectors.id })
          : await queries
              .update(connectors)
              .set(row)
              .where(and(eq(connectors.tenantId, tenant), eq(connectors.id, id), eq(connectors.revision, revision - 1)))
              .returning({ id: connectors.id });
      if (written.length === 0) {
        const now = (await get(tenant, id))?.revision ?? 0;
        throw new BridgewatchError(
          'CONNECTOR_REVISION_STALE',
          `connector ${id} is at revision ${now}, not ${revision - 1}; read it again before you change it`,
          412,
        );
      }
      changed(tenant, 'connector', id);
    },
  };
}

function configOf({ tenantId, updatedAt: _updatedAt, ...row }: typeof connectors.$inferSelect): ConnectorConfig {
  return { tenant: tenantId, ...row };
}
