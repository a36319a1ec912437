import { afterAll, beforeAll, expect, it } from 'vitest';
import { openThrowawayStore, type ThrowawayStore } from '../../../test/store.ts';
import { note } from '../../../test/store-rows.ts';
import { inMaintenance } from './maintenance.ts';

let room: ThrowawayStore;
beforeAll(async () => {
  room = await openThrowawayStore();
  await room.store.createTenant({ id: 'acme', name: 'Acme' });
  for (let n = 0; n < 70; n++) await room.store.withTenants(['acme'], (tx) => tx.ledger.append('acme', note(`f${n}`)));
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

it('names the row for a change in any column of any ledger table', async () => {
  const owner = <T extends Record<string, unknown>>(query: string, values: unknown[] = []) =>
    inMaintenance(room.owner, 'write', async (client) => (await client.query<T>(query, values)).rows);
  const columns = await owner<{ table: string; column: string; type: string }>(
    `SELECT table_name AS table, column_name AS column, data_type AS type FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name LIKE 'ledger%' ORDER BY 1, 2`,
  );
  expect(columns).toHaveLength(12);
  expect((await room.store.verifyLedger()).verified).toBe(true);

  let tried = 0;
  for (const { table, column, type } of columns) {
    const change = changes[type];
    if (change === undefined) throw new Error(`no change for ${type}`);
    const isHead = table === 'ledger_heads';
    for (const seq of isHead ? [70] : [1, 32, 33, 70]) {
      const where = `tenant_id = 'acme' AND seq = ${seq}`;
      const [before] = await owner<{ at: string }>(`SELECT ctid::text AS at, * FROM ${table} WHERE ${where}`);
      const [after] = await owner<{ at: string }>(
        `UPDATE ${table} SET ${column} = ${change(column)} WHERE ${where} RETURNING ctid::text AS at`,
      );
      const { verified, problem } = await room.store.verifyLedger();
      const what = `${table}.${column} of ${seq}`;
      expect(verified, what).toBe(false);
      // A row moved to another place is missed at its own.
      expect(problem?.row, what).toBe(
        isHead ? 'ledger_heads (tenant_id=acme)' : `${table} (tenant_id=acme, seq=${seq})`,
      );
      await owner(`UPDATE ${table} SET ${column} = $1 WHERE ctid = '${after?.at}'::tid`, [
        (before as Record<string, unknown>)[column],
      ]);
      tried++;
    }
  }
  expect(tried).toBe(9 * 4 + 3);
  expect((await room.store.verifyLedger()).verified).toBe(true);
});

it('sees a tail cut off together with its payloads', async () => {
  await inMaintenance(room.owner, 'write', async (client) => {
    await client.query(`DELETE FROM ledger_entries WHERE tenant_id = 'acme' AND seq > 60`);
    await client.query(`DELETE FROM ledger_payloads WHERE tenant_id = 'acme' AND seq > 60`);
  });
  const { problem } = await room.store.verifyLedger();
  expect(problem).toMatchObject({
    row: 'ledger_heads (tenant_id=acme)',
    what: expect.stringContaining('60 are there'),
  });
});
