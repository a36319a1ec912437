import { eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { SYSTEM_TENANT, type Tenant } from '../../contracts/tenant.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import { TENANT_CREATED } from '../../ledger/tenant-witness.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Connection, Queries } from './connection.ts';
import { ledgerRows } from './ledger-rows.ts';
import { inMaintenance } from './maintenance.ts';
import { tenants } from './schema.ts';

/**
 * Makes a tenant, within a transaction that sees it and the system: first the entry in the system's chain, which from then on is a
 * witness that the tenant has a chain; then the tenant and the head of its chain. Does nothing where it exists under that name.
 * Throws `STATE_TENANT_EXISTS`.
 */
export async function createTenant(queries: Queries, clock: Clock, tenant: Tenant): Promise<void> {
  const { id, name } = tenant;
  if (id === SYSTEM_TENANT) {
    throw new BridgewatchError(
      'STATE_TENANT_EXISTS',
      `'${SYSTEM_TENANT}' is the product's own chain; choose another id`,
      409,
    );
  }
  if (await exists(queries, tenant)) return;
  // Two who make it at once: the second waits here, and then sees it.
  await queries.execute(sql`SELECT ledger_lock(${SYSTEM_TENANT})`);
  if (await exists(queries, tenant)) return;
  await record(queries, clock, tenant);
  await queries.insert(tenants).values({ tenantId: id, name });
  await queries.execute(sql`SELECT ledger_lock(${id})`);
}

async function exists(queries: Queries, { id, name }: Tenant): Promise<boolean> {
  const [kept] = await queries.select().from(tenants).where(eq(tenants.tenantId, id));
  if (kept === undefined) return false;
  if (kept.name === name) return true;
  throw new BridgewatchError('STATE_TENANT_EXISTS', `Tenant ${id} exists already and is called ${kept.name}`, 409);
}

async function record(queries: Queries, clock: Clock, { id, name }: Tenant): Promise<void> {
  await ledgerRows(queries, clock, null).append(SYSTEM_TENANT, {
    actor: { kind: 'system', id: 'state-store', version: '' },
    onBehalfOf: null,
    type: TENANT_CREATED,
    subject: { kind: 'tenant', id, revision: null },
    payload: { name },
  });
}

/** Puts on record the tenants of a store that is older than the record of their creation. */
export async function recordEarlierTenants(owner: Connection, clock: Clock): Promise<void> {
  await inMaintenance(owner, 'write', async (client) => {
    const queries = drizzle(client);
    const { rows } = await queries.execute<{ id: string; name: string }>(sql`
      SELECT tenant_id AS id, name FROM tenants WHERE tenant_id NOT IN (
        SELECT subject_id FROM ledger_entries WHERE tenant_id = ${SYSTEM_TENANT} AND subject_kind = 'tenant')
      ORDER BY 1`);
    for (const tenant of rows) await record(queries, clock, tenant);
  });
}
