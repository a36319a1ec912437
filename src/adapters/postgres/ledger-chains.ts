import type pg from 'pg';
import { type LedgerVerdict, type StoredChain, type StoredLink, verifyLedger } from '../../ledger/verify.ts';
import type { Connection } from './connection.ts';
import { inMaintenance } from './maintenance.ts';

/** Payloads are at most 4 MiB: this bounds what is held at once. */
const ROWS_A_FETCH = 32;

interface Row {
  readonly seq: string;
  readonly entry: Buffer | null;
  readonly hash: string;
  readonly subject_kind: string;
  readonly subject_id: string;
  readonly payload: Buffer | null;
}

/** Verifies every chain of the store in one snapshot, so that entries written meanwhile neither count nor confuse. */
export async function verifyStore(owner: Connection): Promise<LedgerVerdict> {
  return await inMaintenance(owner, 'read', (client) => verifyLedger(chains(client)));
}

/** Every tenant that any ledger table names, its head, and its rows. */
export async function* chains(client: pg.Client): AsyncIterable<StoredChain> {
  const { rows } = await client.query<{ tenant: string; seq: string | null; hash: string | null }>(`
    SELECT tenant_id AS tenant, h.seq, h.hash FROM ledger_heads h
    FULL JOIN (SELECT tenant_id FROM ledger_entries UNION SELECT tenant_id FROM ledger_payloads) t USING (tenant_id)
    ORDER BY tenant_id`);
  for (const { tenant, seq, hash } of rows) {
    const head = seq === null || hash === null ? null : { seq: Number(seq), hash };
    yield { tenant, head, links: links(client, tenant) };
  }
}

async function* links(client: pg.Client, tenant: string): AsyncIterable<StoredLink> {
  let after = -(2n ** 63n);
  for (;;) {
    const { rows } = await client.query<Row>(
      `SELECT seq, e.entry, e.hash, e.subject_kind, e.subject_id, p.payload
       FROM (SELECT * FROM ledger_entries WHERE tenant_id = $1 AND seq > $2 ORDER BY seq LIMIT $3) e
       FULL JOIN (SELECT * FROM ledger_payloads WHERE tenant_id = $1 AND seq > $2 ORDER BY seq LIMIT $3) p
       USING (seq) ORDER BY seq LIMIT $3`,
      [tenant, after.toString(), ROWS_A_FETCH],
    );
    for (const row of rows) yield link(row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < ROWS_A_FETCH) return;
    after = BigInt(last.seq);
  }
}

function link({ seq, entry, hash, subject_kind, subject_id, payload }: Row): StoredLink {
  const stored = entry === null ? null : { bytes: entry, hash, subjectKind: subject_kind, subjectId: subject_id };
  return { seq: Number(seq), stored, payload };
}
