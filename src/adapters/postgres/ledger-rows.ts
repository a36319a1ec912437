import { and, asc, eq, gt, type SQL, sql } from 'drizzle-orm';
import { LedgerEntry } from '../../contracts/ledger-entry.ts';
import { type ChainWriter, chainAppender } from '../../ledger/append.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StateTx } from '../../ports/state-store.ts';
import type { Queries } from './connection.ts';
import { ledgerEntries, ledgerPayloads } from './schema.ts';

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
  return {
    async append(tenant, { entry, start, end, payload }) {
      const { kind, id } = entry.subject;
      // One statement, one round trip: the chain is locked meanwhile.
      const { rows } = await queries.execute<{ before_seq: string; before_hash: string; new_hash: string }>(
        sql`SELECT * FROM ledger_append(${tenant}, ${start}, ${end}, ${payload}, ${kind}, ${id})`,
      );
      const { before_seq = '0', before_hash = '', new_hash = '' } = rows[0] ?? {};
      return { before: { seq: Number(before_seq), hash: before_hash }, hash: new_hash };
    },
  };
}
