import { sql } from 'drizzle-orm';
import { BridgewatchError } from '../../kernel/errors.ts';
import { HASH_BYTES, type LeafHashes } from '../../ledger/merkle.ts';
import type { Queries } from './connection.ts';

const ROWS_A_BLOCK = 10_000;

/**
 * Leaf hashes of the first `size` entries of a chain, computed where the entries are: a sixteenth of them crosses the wire. They
 * are worth as much as the signed root they are then held against. Throws `LEDGER_ENTRY_MISSING`.
 */
export async function leafHashes(queries: Queries, tenant: string, size: number): Promise<LeafHashes> {
  const leaves = Buffer.alloc(size * HASH_BYTES);
  for (let from = 0; from < size; from += ROWS_A_BLOCK) {
    const to = Math.min(from + ROWS_A_BLOCK, size);
    const { rows } = await queries.execute<{ block: Buffer | null }>(sql`
      SELECT string_agg(sha256('\\x00'::bytea || entry), ''::bytea ORDER BY seq) AS block FROM ledger_entries
      WHERE tenant_id = ${tenant} AND seq > ${from} AND seq <= ${to}`);
    const block = rows[0]?.block;
    if (block?.length !== (to - from) * HASH_BYTES) {
      throw new BridgewatchError(
        'LEDGER_ENTRY_MISSING',
        `The ledger of ${tenant} lacks an entry between ${from + 1} and ${to}; run bridgewatch ledger verify`,
        409,
      );
    }
    leaves.set(block, from * HASH_BYTES);
  }
  return leaves;
}
