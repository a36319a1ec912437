import { sql } from 'drizzle-orm';
import pg from 'pg';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { Queries } from './connection.ts';

const tenantShape = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** A statement, or a transaction that does nothing, that lasts this long is stuck, and may be holding a tenant's chain. */
const LONGEST_MS = '120000';

/** Throws `STATE_BAD_TENANT` unless `tenant` can be a tenant id. The setting is a comma list, so a comma may never pass. */
export function requireTenantId(tenant: string): string {
  if (tenantShape.test(tenant)) return tenant;
  throw new BridgewatchError(
    'STATE_BAD_TENANT',
    `${JSON.stringify(tenant.slice(0, 80))} is no tenant id; give 1 to 64 letters, digits, '.', '_' or '-', beginning with a letter or digit`,
    400,
  );
}

/**
 * Opens a transaction that sees `tenants`, in one round trip. Several statements in one text take no parameters; the shape of a
 * tenant id leaves nothing to escape.
 */
export async function beginFor(client: pg.ClientBase, tenants: readonly string[]): Promise<void> {
  const list = pg.escapeLiteral(tenants.map(requireTenantId).join(','));
  await client.query(`BEGIN; SELECT set_config('bridgewatch.tenants', ${list}, true),
    set_config('statement_timeout', '${LONGEST_MS}', true),
    set_config('idle_in_transaction_session_timeout', '${LONGEST_MS}', true)`);
}

/** What row-level security lets a transaction see from here on until it ends. */
export async function showTenants(queries: Queries, tenants: readonly string[]): Promise<void> {
  const list = tenants.map(requireTenantId).join(',');
  await queries.execute(sql`SELECT set_config('bridgewatch.tenants', ${list}, true),
    set_config('statement_timeout', ${LONGEST_MS}, true),
    set_config('idle_in_transaction_session_timeout', ${LONGEST_MS}, true)`);
}

/** Lets the transaction see the memberships of one account, whatever their tenant. */
export async function showAccount(queries: Queries, account: string): Promise<void> {
  await queries.execute(sql`SELECT set_config('bridgewatch.account', ${account}, true)`);
}
