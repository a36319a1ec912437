import { userInfo } from 'node:os';
import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { LedgerNote } from '../../../contracts/ledger-entry.ts';
import { SYSTEM_TENANT } from '../../../contracts/tenant.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Connection } from '../connection.ts';
import { ledgerRows } from '../ledger-rows.ts';
import { inMaintenance } from '../maintenance.ts';

interface StoreNote {
  readonly type: string;
  readonly id: string;
  readonly payload: unknown;
}

/** A note by the command line. Who ran it is what the operating system says: on record, and not proven. */
export function commandNote(version: string, { type, id, payload }: StoreNote): LedgerNote {
  return {
    actor: { kind: 'system', id: 'bridgewatch command line', version },
    onBehalfOf: `os-user:${userInfo().username}`,
    type,
    subject: { kind: 'store', id, revision: null },
    payload,
  };
}

/** Appends inside the transaction of `client`, which must be in maintenance. */
export async function appendWithin(client: pg.Client, clock: Clock, note: LedgerNote): Promise<void> {
  await ledgerRows(drizzle(client), clock, null).append(SYSTEM_TENANT, note);
}

/** Appends in a transaction of its own. */
export async function appendToSystemChain(
  owner: Connection,
  clock: Clock,
  version: string,
  note: StoreNote,
): Promise<void> {
  await inMaintenance(owner, 'write', (client) => appendWithin(client, clock, commandNote(version, note)));
}
