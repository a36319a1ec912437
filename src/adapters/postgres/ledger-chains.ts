import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import { type LedgerVerdict, nothingExpected, type StoredChain, verifyLedger } from '../../ledger/verify.ts';
import type { Connection, Queries } from './connection.ts';
import { storedCheckpoints } from './ledger-checkpoints.ts';
import { links } from './ledger-links.ts';
import { inMaintenance } from './maintenance.ts';

/** Verifies every chain of the store in one snapshot, so that entries written meanwhile neither count nor confuse. */
export async function verifyStore(owner: Connection, expected = nothingExpected): Promise<LedgerVerdict> {
  return await inMaintenance(owner, 'read', (client) =>
    verifyLedger(chains(client), { ...expected, wholeStore: true }),
  );
}

/** Every tenant that any ledger table names, with its head, its rows and its checkpoints. */
export async function* chains(client: pg.Client): AsyncIterable<StoredChain> {
  const queries = drizzle(client);
  for (const { tenant, seq, hash } of await heads(queries)) {
    const head = seq === null || hash === null ? null : { seq: Number(seq), hash };
    yield { tenant, head, links: links(queries, tenant), checkpoints: await storedCheckpoints(queries, tenant) };
  }
}

type HeadRow = { tenant: string; seq: string | null; hash: string | null };

async function heads(queries: Queries): Promise<readonly HeadRow[]> {
  const { rows } = await queries.execute<HeadRow>(sql`
    SELECT tenant_id AS tenant, h.seq, h.hash FROM ledger_heads h
    FULL JOIN (SELECT tenant_id FROM ledger_entries UNION SELECT tenant_id FROM ledger_payloads
               UNION SELECT tenant_id FROM ledger_checkpoints) t USING (tenant_id)
    ORDER BY tenant_id`);
  return rows;
}
