import { afterAll, beforeAll, expect, it } from 'vitest';
import { openThrowawayStore, type ThrowawayStore } from '../../../test/store.ts';
import { note } from '../../../test/store-rows.ts';
import { type LedgerVerdict, nothingExpected } from '../../ledger/verify.ts';
import { ensureSigningKey } from '../ledger-file/signing-key.ts';
import { verifyStore } from './ledger-chains.ts';
import { inMaintenance } from './maintenance.ts';

let room: ThrowawayStore;
beforeAll(async () => {
  room = await openThrowawayStore();
  await room.store.createTenant({ id: 'acme', name: 'Acme' });
  for (let n = 0; n < 70; n++) await room.store.withTenants(['acme'], (tx) => tx.ledger.append('acme', note(`f${n}`)));
  await room.store.checkpoint('acme');
});
afterAll(async () => {
  await room?.close();
});

/** A change that a type allows and that alters one byte or digit. */
const changes: Readonly<Record<string, (column: string) => string>> = {
  bytea: (column) => `set_byte(${column}, length(${column}) / 2, get_byte(${column}, length(${column}) / 2) # 1)`,
  // 'acme' becomes 'acmg': the chain that lost a row is read before the one that gained it.
  text: (column) => `overlay(${column} placing chr(ascii(right(${column}, 1)) # 2) from length(${column}))`,
  // Past the end, so that no key is taken twice on the way.
  bigint: (column) => `${column} + 1000`,
};

/** Held against itself and against the key of its data folder, which signed all of its checkpoints. */
function verdictNow(): Promise<LedgerVerdict> {
  const keys = [ensureSigningKey(room.dataDir ?? '').publicKey];
  return verifyStore(room.owner, { ...nothingExpected, keys, strangers: 'refuse' });
}

it('names the row for a change in any column of any ledger table', async () => {
  const owner = <T extends Record<string, unknown>>(query: string, values: unknown[] = []) =>
    inMaintenance(room.owner, 'write', async (client) => (await client.query<T>(query, values)).rows);
  const columns = await owner<{ table: string; column: string; type: string }>(
    `SELECT table_name AS table, column_name AS column, data_type AS type FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name LIKE 'ledger%' ORDER BY 1, 2`,
  );
  expect(columns).toHaveLength(18);
  expect((await verdictNow()).verified).toBe(true);

  let tried = 0;
  for (const { table, column, type } of columns) {
    const change = changes[type];
    if (change === undefined) throw new Error(`no change for ${type}`);
    const isHead = table === 'ledger_heads';
    const isCheckpoint = table === 'ledger_checkpoints';
    for (const seq of isHead || isCheckpoint ? [70] : [1, 32, 33, 70]) {
      const where = `tenant_id = 'acme' AND ${isCheckpoint ? 'size' : 'seq'} = ${seq}`;
      const [before] = await owner<{ at: string }>(`SELECT ctid::text AS at, * FROM ${table} WHERE ${where}`);
      const [after] = await owner<{ at: string }>(
        `UPDATE ${table} SET ${column} = ${change(column)} WHERE ${where} RETURNING ctid::text AS at`,
      );
      const { verified, problem } = await verdictNow();
      const what = `${table}.${column} of ${seq}`;
      expect(verified, what).toBe(false);
      // A row moved to another place is missed at its own.
      expect(problem?.row, what).toBe(
        isHead
          ? 'ledger_heads (tenant_id=acme)'
          : isCheckpoint
            ? `ledger_checkpoints (tenant_id=${column === 'tenant_id' ? 'acmg' : 'acme'}, size=${column === 'size' ? 1070 : 70})`
            : `${table} (tenant_id=acme, seq=${seq})`,
      );
      await owner(`UPDATE ${table} SET ${column} = $1 WHERE ctid = '${after?.at}'::tid`, [
        (before as Record<string, unknown>)[column],
      ]);
      tried++;
    }
  }
  expect(tried).toBe(9 * 4 + 3 + 6);
  expect((await verdictNow()).verified).toBe(true);
});

it('sees a tail cut off together with its payloads', async () => {
  await inMaintenance(room.owner, 'write', async (client) => {
    await client.query(`DELETE FROM ledger_entries WHERE tenant_id = 'acme' AND seq > 60`);
    await client.query(`DELETE FROM ledger_payloads WHERE tenant_id = 'acme' AND seq > 60`);
  });
  const { problem } = await verdictNow();
  expect(problem).toMatchObject({
    row: 'ledger_heads (tenant_id=acme)',
    what: expect.stringContaining('60 are there'),
  });
});
