import { and, asc, eq, gt, type SQL, sql } from 'drizzle-orm';
import { LedgerEntry } from '../../contracts/ledger-entry.ts';
import { type ChainWriter, chainAppender } from '../../ledger/append.ts';
import type { WrappingKey } from '../../ledger/subject-key.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StateTx } from '../../ports/state-store.ts';
import type { Queries } from './connection.ts';
import { ledgerEntries, ledgerPayloads } from './schema.ts';
import { type PersonalParts, personalParts } from './subject-keys.ts';

const MAX_PAGE = 1000;

/** The ledger of one transaction. Without `wrapping`, personal parts can neither be written nor read. */
export function ledgerRows(queries: Queries, clock: Clock, wrapping: WrappingKey | null): StateTx['ledger'] {
  const personal = personalParts(queries, clock, wrapping);
  const read = async (tenant: string, where: SQL | undefined, limit: number) => {
    const rows = await queries
      .select({ bytes: ledgerEntries.entry, hash: ledgerEntries.hash, payload: ledgerPayloads.payload })
      .from(ledgerEntries)
      .innerJoin(
        ledgerPayloads,
        and(eq(ledgerPayloads.tenantId, ledgerEntries.tenantId), eq(ledgerPayloads.seq, ledgerEntries.seq)),
      )
      .where(and(eq(ledgerEntries.tenantId, tenant), where))
      .orderBy(asc(ledgerEntries.seq))
      .limit(Math.min(limit, MAX_PAGE));
    const written = rows.map(({ bytes, hash, payload }) => ({
      entry: LedgerEntry.parse(JSON.parse(textOf(bytes))),
      hash,
      payload: textOf(payload),
    }));
    const payloads = await personal.open(tenant, written);
    return written.map(({ entry, hash }, n) => ({ entry, hash, payload: payloads[n] }));
  };
  return {
    append: chainAppender(chainWriter(queries, personal), clock),
    list: (tenant, afterSeq, limit) => read(tenant, gt(ledgerEntries.seq, afterSeq), limit),
    ofSubject: (tenant, kind, id) =>
      read(tenant, and(eq(ledgerEntries.subjectKind, kind), eq(ledgerEntries.subjectId, id)), MAX_PAGE),
  };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

function chainWriter(queries: Queries, { seal }: PersonalParts): ChainWriter {
  return {
    seal,
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
