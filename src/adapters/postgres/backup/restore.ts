import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { BridgewatchError } from '../../../kernel/errors.ts';
import { type LedgerVerdict, nothingExpected, verifyLedger } from '../../../ledger/verify.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Connection } from '../connection.ts';
import { eraseAgain } from '../erasure.ts';
import { chains } from '../ledger-chains.ts';
import { inMaintenance } from '../maintenance.ts';
import { prepareStore } from '../prepare.ts';
import { backedUp, type Row, type TableLine } from './format.ts';
import { type BackupReceiver, readBackup } from './read.ts';
import { appendWithin, commandNote } from './system-chain.ts';

const ROWS_A_STATEMENT = 500;
const BYTES_A_STATEMENT = 8 * 1024 * 1024;

const nothing: BackupReceiver = { table: async () => undefined, row: async () => undefined };

/** Reads all of a backup and keeps nothing: whether it may be restored, before a store is touched. Throws as `readBackup`. */
export async function checkBackup(file: string): Promise<void> {
  await readBackup(file, nothing);
}

/**
 * Loads a backup into an empty store, all or nothing, and says in the store's own ledger that it did, with what the ledger
 * looked like at that moment. Throws `RESTORE_NOT_EMPTY` and as `readBackup`.
 */
export async function restoreBackup(
  owner: Connection,
  file: string,
  clock: Clock,
  version: string,
): Promise<{ rows: Readonly<Record<string, number>>; verdict: LedgerVerdict }> {
  await prepareStore(owner);
  return await inMaintenance(owner, 'write', async (client) => {
    await requireEmpty(client);
    const loader = tableLoader(client);
    const { header, trailer } = await readBackup(file, loader);
    await loader.flush();
    await client.query(
      `SELECT setval('review_order', greatest(1, (SELECT max(o) FROM (SELECT max(review_order) AS o FROM determinations
         UNION ALL SELECT max(review_order) FROM reopenings) orders)))`,
    );
    await client.query(
      `SELECT setval('work_order', greatest(1, (SELECT max(o) FROM (SELECT max(work_order) AS o FROM finding_assignees
         UNION ALL SELECT max(work_order) FROM finding_waits UNION ALL SELECT max(work_order) FROM finding_splits) orders)))`,
    );
    const erasedAgain = await eraseAgain(drizzle(client));
    const verdict = await verifyLedger(chains(client), { ...nothingExpected, wholeStore: true });
    const payload = {
      backup: { createdAt: header.createdAt, sha256: trailer.sha256, rows: trailer.rows },
      ledgerVerified: verdict.verified,
      erasedAgain,
    };
    await appendWithin(client, clock, commandNote(version, { type: 'store.restored', id: trailer.sha256, payload }));
    return { rows: trailer.rows, verdict };
  });
}

async function requireEmpty(client: pg.Client): Promise<void> {
  for (const table of backedUp) {
    const { rowCount } = await client.query(`SELECT FROM ${pg.escapeIdentifier(table)} LIMIT 1`);
    if (rowCount === 0) continue;
    throw new BridgewatchError(
      'RESTORE_NOT_EMPTY',
      `The store holds ${table} already; restore into a new data folder or an empty database`,
      409,
    );
  }
}

/** Rows gathered into statements: one array a column, each value read by its column's type from its text form. */
function tableLoader(client: pg.Client): BackupReceiver & { flush(): Promise<void> } {
  let table: TableLine | null = null;
  let rows: Row[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    if (table === null || rows.length === 0) return;
    const { columns } = table;
    const names = columns.map(({ name }) => pg.escapeIdentifier(name)).join(', ');
    const values = columns.map(({ type }, n) => `c${n}::${type}`).join(', ');
    const arrays = columns.map((_, n) => `$${n + 1}::text[]`).join(', ');
    const aliases = columns.map((_, n) => `c${n}`).join(', ');
    await client.query(
      `INSERT INTO ${pg.escapeIdentifier(table.table)} (${names}) SELECT ${values} FROM unnest(${arrays}) AS t (${aliases})`,
      columns.map((_, n) => rows.map((row) => row[n] ?? null)),
    );
    rows = [];
    bytes = 0;
  };
  return {
    flush,
    async table(line) {
      await flush();
      table = line;
    },
    async row(row) {
      rows.push(row);
      for (const value of row) bytes += value?.length ?? 0;
      if (rows.length >= ROWS_A_STATEMENT || bytes >= BYTES_A_STATEMENT) await flush();
    },
  };
}
