import { and, eq, gt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { StoredLink } from '../../ledger/chain.ts';
import { type PublicKey, readCheckpoint, type SignedCheckpoint, type SigningKey } from '../../ledger/checkpoint.ts';
import type { ExportedChain } from '../../ledger/export-format.ts';
import { type LedgerProof, proveConsistency, proveInclusion } from '../../ledger/proof.ts';
import type { KeptCheckpoint } from '../../ledger/witness.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Connection, Queries } from './connection.ts';
import { checkpointOver, makeCheckpoint, storedCheckpoints } from './ledger-checkpoints.ts';
import { leafHashes } from './ledger-leaves.ts';
import { links } from './ledger-links.ts';
import { inMaintenance } from './maintenance.ts';
import { ledgerEntries, ledgerHeads } from './schema.ts';

type Anchored = ReadonlyMap<string, readonly KeptCheckpoint[]>;

/**
 * Signs the chain of `tenant`, or every chain that has entries, all or none. What is anchored already must be in this store:
 * otherwise it is not the one that was anchored, and nothing is signed. Throws `LEDGER_ANCHOR_CONTRADICTED` and as `makeCheckpoint`.
 */
export async function signChains(
  owner: Connection,
  key: SigningKey,
  clock: Clock,
  tenant: string | null,
  anchored: Anchored = new Map(),
): Promise<readonly SignedCheckpoint[]> {
  return await inMaintenance(owner, 'write', async (client) => {
    const queries = drizzle(client);
    for (const [chain, kept] of anchored) await requireKept(queries, chain, kept);
    const signed: SignedCheckpoint[] = [];
    const chosen = tenant === null ? await tenantsWithEntries(queries) : [tenant];
    for (const chain of chosen) signed.push(await makeCheckpoint(queries, chain, key, clock));
    return signed;
  });
}

async function requireKept(queries: Queries, tenant: string, anchored: readonly KeptCheckpoint[]): Promise<void> {
  const kept = new Set((await storedCheckpoints(queries, tenant)).map(({ signed }) => signed.checkpoint));
  const lost = anchored.find(({ signed }) => !kept.has(signed.checkpoint));
  if (lost === undefined) return;
  throw new BridgewatchError(
    'LEDGER_ANCHOR_CONTRADICTED',
    `${lost.where} is a checkpoint of ${tenant} that this store does not have: an old copy was put back, or history was rewritten. ` +
      'Nothing was signed. Run bridgewatch ledger verify with that anchor; where the restore was meant, keep the anchor and begin a new one',
    409,
  );
}

async function tenantsWithEntries(queries: Queries): Promise<string[]> {
  const rows = await queries.select().from(ledgerHeads).where(gt(ledgerHeads.seq, 0)).orderBy(ledgerHeads.tenantId);
  return rows.map(({ tenantId }) => tenantId);
}

/**
 * Hands `take` the chain of `tenant`, or every chain, as one snapshot, each up to its last checkpoint signed with `key`, so that
 * nothing in it is unsigned. Throws `LEDGER_CHAIN_EMPTY` where there is no such checkpoint of `tenant`.
 */
export async function exportChains(
  owner: Connection,
  key: PublicKey,
  tenant: string | null,
  take: (chains: AsyncIterable<ExportedChain>) => Promise<void>,
): Promise<void> {
  await inMaintenance(owner, 'read', async (client) => {
    const queries = drizzle(client);
    const chosen = tenant === null ? await tenantsWithEntries(queries) : [tenant];
    await take(signedChains(queries, key, chosen));
  });
}

async function* signedChains(
  queries: Queries,
  key: PublicKey,
  chosen: readonly string[],
): AsyncIterable<ExportedChain> {
  for (const tenant of chosen) {
    const kept = (await storedCheckpoints(queries, tenant)).map(({ signed }) => signed);
    const mine = kept.findLast((signed) => signed.key === key.id);
    const last = mine === undefined ? null : readCheckpoint(mine);
    // A chain that began after this export was asked for is not in it yet.
    if (last === null) continue;
    const { size, head } = last;
    const checkpoints = kept.filter((signed) => (readCheckpoint(signed)?.size ?? 0) <= size);
    yield { tenant, head: { seq: size, hash: head }, checkpoints, links: upTo(links(queries, tenant), size) };
  }
}

async function* upTo(pages: AsyncIterable<readonly StoredLink[]>, last: number): AsyncIterable<readonly StoredLink[]> {
  for await (const page of pages) {
    yield page.filter(({ seq }) => seq <= last);
    if ((page.at(-1)?.seq ?? 0) >= last) return;
  }
}

/**
 * That entry `seq` is under a signature: in the smallest checkpoint that covers it, made now where none does.
 * Throws `LEDGER_ENTRY_MISSING`, `LEDGER_PROOF_IMPOSSIBLE` and as `makeCheckpoint`.
 */
export async function proveEntry(
  owner: Connection,
  key: SigningKey,
  clock: Clock,
  tenant: string,
  seq: number,
): Promise<LedgerProof> {
  return await inMaintenance(owner, 'write', async (client) => {
    const queries = drizzle(client);
    const { tenantId, seq: number, entry } = ledgerEntries;
    const [row] = await queries
      .select({ entry })
      .from(ledgerEntries)
      .where(and(eq(tenantId, tenant), eq(number, seq)));
    if (row === undefined) throw noEntry(tenant, seq);
    const signed =
      (await checkpointOver(queries, tenant, seq, key.publicKey.id)) ??
      (await makeCheckpoint(queries, tenant, key, clock));
    const leaves = await leafHashes(queries, tenant, readCheckpoint(signed)?.size ?? 0);
    return proveInclusion(leaves, seq, row.entry, signed);
  });
}

/**
 * That the chain as signed last continues the one signed over `size` entries. Throws `LEDGER_CHECKPOINT_UNKNOWN` where no
 * checkpoint has that size, and as `proveEntry`.
 */
export async function proveContinuation(
  owner: Connection,
  key: SigningKey,
  clock: Clock,
  tenant: string,
  size: number,
): Promise<LedgerProof> {
  return await inMaintenance(owner, 'write', async (client) => {
    const queries = drizzle(client);
    const from = await checkpointOver(queries, tenant, size, key.publicKey.id);
    if (from === null || readCheckpoint(from)?.size !== size) {
      throw new BridgewatchError(
        'LEDGER_CHECKPOINT_UNKNOWN',
        `No checkpoint of ${tenant} covers exactly ${size} entries`,
        404,
      );
    }
    const to = await makeCheckpoint(queries, tenant, key, clock);
    return proveConsistency(await leafHashes(queries, tenant, readCheckpoint(to)?.size ?? 0), from, to);
  });
}

function noEntry(tenant: string, seq: number): BridgewatchError {
  return new BridgewatchError('LEDGER_ENTRY_MISSING', `There is no entry ${seq} on the ledger of ${tenant}`, 404);
}
