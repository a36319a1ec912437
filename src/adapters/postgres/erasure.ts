import { eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { z } from 'zod';
import type { LedgerNote } from '../../contracts/ledger-entry.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import { requireSubject } from '../../ledger/personal-parts.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Connection, type Queries, withClient } from './connection.ts';
import { ledgerRows } from './ledger-rows.ts';
import { inMaintenance } from './maintenance.ts';
import { subjectKeys } from './schema-erasure.ts';
import { destroyKeys, keysOfSubject } from './subject-keys.ts';

const ERASED = 'subject.erased';
const KIND = 'data-subject';

const ErasedPayload = z.object({ keys: z.array(z.string()) });

type By = Pick<LedgerNote, 'actor' | 'onBehalfOf'>;

/** What an erasure did in one chain. `keys` is how many were destroyed; none where all were already. */
export interface Erased {
  readonly tenant: string;
  readonly keys: number;
}

/**
 * Destroys the keys of a data subject in one chain, so that nobody can read any more what it says of them: the ledger entry first,
 * then the keys, in the transaction of `queries`. Throws `LEDGER_SUBJECT_UNKNOWN`.
 */
export async function eraseSubject(
  queries: Queries,
  clock: Clock,
  tenant: string,
  subject: string,
  by: By,
): Promise<Erased> {
  requireSubject(subject);
  // First the chain: who writes about the subject meanwhile does so before, and is erased, or after, with a key of its own.
  await queries.execute(sql`SELECT ledger_lock(${tenant})`);
  const { living, known } = await keysOfSubject(queries, tenant, subject);
  if (!known) throw unknownSubject(subject, `the ledger of ${tenant}`);
  if (living.length === 0) return { tenant, keys: 0 };
  const note = { ...by, type: ERASED, subject: { kind: KIND, id: subject, revision: null }, payload: { keys: living } };
  const { at } = await ledgerRows(queries, clock, null).append(tenant, note);
  return { tenant, keys: await destroyKeys(queries, tenant, living, Date.parse(at)) };
}

/**
 * `eraseSubject` as the owner, in one chain or in every chain that knows the subject; then rewrites the table of keys, so that its file
 * no longer holds them either. Throws as `eraseSubject`.
 */
export async function eraseEverywhere(
  owner: Connection,
  clock: Clock,
  subject: string,
  tenant: string | null,
  by: By,
): Promise<readonly Erased[]> {
  const erased = await inMaintenance(owner, 'write', async (client) => {
    const queries = drizzle(client);
    const chains = tenant === null ? await tenantsThatKnow(queries, subject) : [tenant];
    if (chains.length === 0) throw unknownSubject(subject, 'any ledger here');
    const done: Erased[] = [];
    for (const chain of chains) done.push(await eraseSubject(queries, clock, chain, subject, by));
    return done;
  });
  await withClient(owner, 'bridgewatch maintenance', (client) => client.query('VACUUM (FULL) public.subject_keys'));
  return erased;
}

async function tenantsThatKnow(queries: Queries, subject: string): Promise<readonly string[]> {
  const { tenantId } = subjectKeys;
  const rows = await queries
    .selectDistinct({ tenantId })
    .from(subjectKeys)
    .where(eq(subjectKeys.subject, subject))
    .orderBy(tenantId);
  return rows.map((row) => row.tenantId);
}

/**
 * Destroys what the ledger says was destroyed, wherever it is still alive: a restore must not bring anyone back. Returns how many keys
 * that were.
 */
export async function eraseAgain(queries: Queries): Promise<number> {
  const { rows } = await queries.execute<{ tenant: string; at: string; payload: string }>(sql`
    SELECT tenant_id AS tenant, convert_from(entry, 'UTF8')::json ->> 'at' AS at, convert_from(payload, 'UTF8') AS payload
    FROM ledger_entries JOIN ledger_payloads USING (tenant_id, seq)
    WHERE subject_kind = ${KIND} AND convert_from(entry, 'UTF8')::json ->> 'type' = ${ERASED}`);
  let keys = 0;
  for (const { tenant, at, payload } of rows) {
    const { success, data } = ErasedPayload.safeParse(JSON.parse(payload));
    if (success) keys += await destroyKeys(queries, tenant, data.keys, Date.parse(at));
  }
  return keys;
}

function unknownSubject(subject: string, where: string): BridgewatchError {
  return new BridgewatchError(
    'LEDGER_SUBJECT_UNKNOWN',
    `${JSON.stringify(subject)} is no data subject that ${where} holds anything about; a person's account is account:<id>`,
    404,
  );
}
