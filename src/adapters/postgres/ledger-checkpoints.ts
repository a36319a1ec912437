import { and, asc, desc, eq, gte } from 'drizzle-orm';
import { BridgewatchError } from '../../kernel/errors.ts';
import { chainWalk } from '../../ledger/chain.ts';
import {
  type Checkpoint,
  checkSignature,
  readCheckpoint,
  type SignedCheckpoint,
  type SigningKey,
  signCheckpoint,
} from '../../ledger/checkpoint.ts';

import { emptyChain } from '../../ledger/entry.ts';
import { CompactTree, leafHash } from '../../ledger/merkle.ts';
import { type LedgerProblem, problemOf } from '../../ledger/problem.ts';
import type { KeptCheckpoint } from '../../ledger/witness.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Queries } from './connection.ts';
import { links } from './ledger-links.ts';
import { ledgerCheckpoints, ledgerHeads } from './schema.ts';

const TABLE = 'ledger_checkpoints';

/** A signed checkpoint with what it says, and the tree to go on from. */
interface Standing {
  readonly signed: SignedCheckpoint;
  readonly checkpoint: Checkpoint;
  readonly tree: CompactTree;
}

/** All checkpoints of a chain, by rising size. */
export async function storedCheckpoints(queries: Queries, tenant: string): Promise<KeptCheckpoint[]> {
  const rows = await queries
    .select()
    .from(ledgerCheckpoints)
    .where(eq(ledgerCheckpoints.tenantId, tenant))
    .orderBy(asc(ledgerCheckpoints.size));
  return rows.map(({ size, keyId, checkpoint, signature, tree }) => ({
    signed: { checkpoint, key: keyId, signature },
    columns: { size, tree },
    where: TABLE,
    anchored: false,
  }));
}

/** The smallest checkpoint signed with `key` that covers at least `seq` entries, or null. */
export async function checkpointOver(
  queries: Queries,
  tenant: string,
  seq: number,
  key: string,
): Promise<SignedCheckpoint | null> {
  const { tenantId, keyId, size } = ledgerCheckpoints;
  const [row] = await queries
    .select()
    .from(ledgerCheckpoints)
    .where(and(eq(tenantId, tenant), eq(keyId, key), gte(size, seq)))
    .orderBy(asc(size))
    .limit(1);
  return row === undefined ? null : { checkpoint: row.checkpoint, key: row.keyId, signature: row.signature };
}

/**
 * Signs a chain as it stands now, and keeps the checkpoint. Reads and checks only what came after the last one signed with this
 * key; signs nothing that does not fit. Where nothing came after it, that one is returned.
 * Throws `LEDGER_CHAIN_EMPTY` and `LEDGER_DOES_NOT_FIT`.
 */
export async function makeCheckpoint(
  queries: Queries,
  tenant: string,
  key: SigningKey,
  clock: Clock,
): Promise<SignedCheckpoint> {
  const [head] = await queries.select().from(ledgerHeads).where(eq(ledgerHeads.tenantId, tenant));
  if (head === undefined || head.seq === 0) {
    throw new BridgewatchError('LEDGER_CHAIN_EMPTY', `There is nothing on the ledger of ${tenant} to sign`, 404);
  }
  const last = await standing(queries, tenant, key);
  const walk = chainWalk(
    tenant,
    last === null ? emptyChain : { seq: last.checkpoint.size, hash: last.checkpoint.head },
  );
  const tree = last?.tree ?? new CompactTree();
  const refuse = (row: string, what: string) => doesNotFit({ row: `${row} (tenant_id=${tenant})`, what });
  if (tree.size > head.seq) throw refuse('ledger_heads', `says ${head.seq} entries; ${tree.size} were signed before`);

  reading: for await (const page of links(queries, tenant, last === null ? undefined : BigInt(tree.size))) {
    for (const link of page) {
      // Entries written while this one reads are for the next checkpoint.
      if (link.seq > head.seq) break reading;
      const misfit = walk.take(link);
      if (misfit !== null) throw doesNotFit(problemOf(tenant, misfit));
      if (link.stored !== null) tree.add(leafHash(link.stored.bytes));
    }
  }
  const { seq, hash } = walk.at();
  if (seq !== head.seq || hash !== head.hash)
    throw refuse('ledger_heads', `is not where the ${seq} entries there lead`);
  if (last !== null && last.checkpoint.size === seq) return last.signed;

  const root = tree.root().toString('hex');
  const at = new Date(clock.now()).toISOString();
  const signed = signCheckpoint({ v: 1, tenant, size: seq, root, head: hash, at }, key);
  const { checkpoint, signature } = signed;
  const row = { tenantId: tenant, size: seq, keyId: signed.key, checkpoint, signature, tree: tree.bytes() };
  await queries.insert(ledgerCheckpoints).values(row).onConflictDoNothing();
  // Of two made at once over the same entries, the one that was kept.
  return (await checkpointOver(queries, tenant, seq, signed.key)) ?? signed;
}

/** The last checkpoint signed with `key`, checked: only its signature vouches for the tree it is gone on from. */
async function standing(queries: Queries, tenant: string, key: SigningKey): Promise<Standing | null> {
  const { tenantId, keyId, size } = ledgerCheckpoints;
  const [row] = await queries
    .select()
    .from(ledgerCheckpoints)
    .where(and(eq(tenantId, tenant), eq(keyId, key.publicKey.id)))
    .orderBy(desc(size))
    .limit(1);
  if (row === undefined) return null;
  const signed = { checkpoint: row.checkpoint, key: row.keyId, signature: row.signature };
  const checkpoint = readCheckpoint(signed);
  const tree = CompactTree.from(row.size, row.tree);
  const fits =
    checkpoint?.tenant === tenant &&
    checkpoint.size === row.size &&
    tree?.root().toString('hex') === checkpoint.root &&
    checkSignature(signed, [key.publicKey]) === 'good';
  if (fits && tree !== null) return { signed, checkpoint, tree };
  const what = 'is not what was signed';
  throw doesNotFit(problemOf(tenant, { kind: 'checkpoint-forged', table: TABLE, seq: row.size, what }));
}

function doesNotFit({ row, what }: Pick<LedgerProblem, 'row' | 'what'>): BridgewatchError {
  return new BridgewatchError(
    'LEDGER_DOES_NOT_FIT',
    `${row} ${what}; nothing is signed over a ledger that does not fit. Run bridgewatch ledger verify`,
    409,
  );
}
