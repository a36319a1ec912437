import { and, asc, eq, gt, type SQL, sql } from 'drizzle-orm';
import { LedgerEntry } from '../../contracts/ledger-entry.ts';
import { type ChainWriter, chainAppender } from '../../ledger/append.ts';
import { type ChainHead, GENESIS } from '../../ledger/entry.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StateTx } from '../../ports/state-store.ts';
import type { Queries } from './connection.ts';
import { ledgerEntries, ledgerHeads, ledgerPayloads } from './schema.ts';

const MAX_PAGE = 1000;

/** The ledger of one transaction. */
export function ledgerRows(queries: Queries, clock: Clock): StateTx['ledger'] {
  const read = async (where: SQL | undefined, limit: number) => {
    const rows = await queries
      .select({ bytes: ledgerEntries.entry, hash: ledgerEntries.hash, payload: ledgerPayloads.payload })
      .from(ledgerEntries)
      .innerJoin(
        ledgerPayloads,
        and(eq(ledgerPayloads.tenantId, ledgerEntries.tenantId), eq(ledgerPayloads.seq, ledgerEntries.seq)),
      )
      .where(where)
      .orderBy(asc(ledgerEntries.seq))
      .limit(Math.min(limit, MAX_PAGE));
    return rows.map(({ bytes, hash, payload }) => ({
      entry: LedgerEntry.parse(jsonOf(bytes)),
      hash,
      payload: jsonOf(payload),
    }));
  };
  return {
    append: chainAppender(chainWriter(queries), clock),
    list: (tenant, afterSeq, limit) =>
      read(and(eq(ledgerEntries.tenantId, tenant), gt(ledgerEntries.seq, afterSeq)), limit),
    ofSubject: (tenant, kind, id) =>
      read(
        and(eq(ledgerEntries.tenantId, tenant), eq(ledgerEntries.subjectKind, kind), eq(ledgerEntries.subjectId, id)),
        MAX_PAGE,
      ),
  };
}

function jsonOf(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes).toString('utf8'));
}

function chainWriter(queries: Queries): ChainWriter {
  const locked = async (tenant: string): Promise<ChainHead | undefined> => {
    const rows = await queries
      .select({ seq: ledgerHeads.seq, hash: ledgerHeads.hash })
      .from(ledgerHeads)
      .where(eq(ledgerHeads.tenantId, tenant))
      .for('update');
    return rows[0];
  };
  return {
    async lockHead(tenant) {
      const head = await locked(tenant);
      if (head !== undefined) return head;
      // Two first writers meet here: the second waits for the first's row and then reads what it left.
      await queries.insert(ledgerHeads).values({ tenantId: tenant, seq: 0, hash: GENESIS }).onConflictDoNothing();
      return (await locked(tenant)) ?? { seq: 0, hash: GENESIS };
    },
    async store(tenant, { entry, bytes, hash, payload }) {
      const { kind, id } = entry.subject;
      // One statement, one round trip: the chain is locked meanwhile.
      await queries.execute(sql`
        WITH written AS (
          INSERT INTO ledger_entries (tenant_id, seq, entry, hash, subject_kind, subject_id)
          VALUES (${tenant}, ${entry.seq}, ${bytes}, ${hash}, ${kind}, ${id})
        ), kept AS (
          INSERT INTO ledger_payloads (tenant_id, seq, payload) VALUES (${tenant}, ${entry.seq}, ${payload})
        )
        UPDATE ledger_heads SET seq = ${entry.seq}, hash = ${hash} WHERE tenant_id = ${tenant}`);
    },
  };
}
