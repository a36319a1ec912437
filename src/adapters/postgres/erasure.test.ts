import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { removeFolder, throwawayFolder } from '../../../test/store.ts';
import { code, onEveryStore } from '../../../test/store-backends.ts';
import { note } from '../../../test/store-rows.ts';
import { personal } from '../../contracts/personal.ts';
import { restoreBackup } from './backup/restore.ts';
import { writeBackup } from './backup/write.ts';
import { withClient } from './connection.ts';
import { startEmbedded } from './embedded/server.ts';
import { eraseEverywhere } from './erasure.ts';
import { openStateStore } from './store.ts';

const by = { actor: { kind: 'human', id: 'lee', version: '' }, onBehalfOf: null } as const;
const folder = throwawayFolder();
afterAll(() => removeFolder(folder));

onEveryStore('erasure', ({ room, newTenant, asApp, asOwner }) => {
  const names = (tenant: string) =>
    room().store.withTenants([tenant], async (tx) =>
      (await tx.ledger.list(tenant, 0, 100)).map(({ payload }) => payload),
    );
  const append = (tenant: string, subject: string, name: string) =>
    room().store.withTenants([tenant], (tx) =>
      tx.ledger.append(tenant, note('f', { verdict: 'threat', name: personal(subject, name) })),
    );
  const rowsHolding = async (text: string): Promise<number> => {
    const [found] = await asOwner<{ n: number }>(
      `SELECT count(*)::int AS n FROM ledger_payloads WHERE position(convert_to($1, 'UTF8') IN payload) > 0`,
      [text],
    );
    return found?.n ?? -1;
  };

  it('takes one person out of a chain that still fits, and leaves everyone else in it', async () => {
    const a = await newTenant();
    await append(a, 'account:ann', 'Ann Analyst');
    await append(a, 'account:bob', 'Bob Builder');
    await append(a, 'account:ann', 'Ann Analyst');
    await room().store.checkpoint(a);
    expect(await rowsHolding('Ann Analyst')).toBe(0);
    expect(await names(a)).toMatchObject([{ name: 'Ann Analyst' }, { name: 'Bob Builder' }, { name: 'Ann Analyst' }]);

    expect(await room().store.eraseSubject(a, 'account:ann', by)).toBe(1);
    const gone = { verdict: 'threat', name: { erased: true, subject: 'account:ann' } };
    expect(await names(a)).toMatchObject([gone, { name: 'Bob Builder' }, gone, { keys: [expect.any(String)] }]);
    expect(
      await asOwner(
        `SELECT wrapped, destroyed_at > 0 AS at FROM subject_keys WHERE tenant_id = $1
      AND subject = 'account:ann'`,
        [a],
      ),
    ).toEqual([{ wrapped: null, at: true }]);
    const verdict = await room().store.verifyLedger();
    expect(verdict.problem).toBeNull();
    expect(verdict.chains.find(({ tenant }) => tenant === a)).toMatchObject({ entries: 4, signed: { size: 3 } });
  });

  it('is on record, does nothing twice, and begins anew for who comes back', async () => {
    const a = await newTenant();
    await append(a, 'account:ann', 'Ann');
    await room().store.eraseSubject(a, 'account:ann', by);
    expect(await room().store.eraseSubject(a, 'account:ann', by)).toBe(0);
    const entries = await room().store.withTenants([a], (tx) => tx.ledger.ofSubject(a, 'data-subject', 'account:ann'));
    expect(entries.map(({ entry }) => [entry.type, entry.actor.id])).toEqual([['subject.erased', 'lee']]);
    await append(a, 'account:ann', 'Ann again');
    expect((await names(a)).at(-1)).toMatchObject({ name: 'Ann again' });
    expect(await room().store.eraseSubject(a, 'account:ann', by)).toBe(1);
    await expect(room().store.eraseSubject(a, 'account:nobody', by)).rejects.toThrow(code('LEDGER_SUBJECT_UNKNOWN'));
    await expect(room().store.eraseSubject(a, '', by)).rejects.toThrow(code('LEDGER_BAD_SUBJECT'));
  });

  it('of one tenant leaves another tenant what it knows; of all of them it does not', async () => {
    const [a, b] = [await newTenant(), await newTenant()];
    for (const tenant of [a, b]) await append(tenant, 'account:both', 'Both Ways');
    await room().store.eraseSubject(a, 'account:both', by);
    expect(await names(b)).toMatchObject([{ name: 'Both Ways' }]);
    const erased = await eraseEverywhere(room().owner, room().clock, 'account:both', null, by);
    expect(erased).toEqual([
      { tenant: a, keys: 0 },
      { tenant: b, keys: 1 },
    ]);
    expect(await names(b)).toMatchObject([{ name: { erased: true } }, {}]);
    await expect(eraseEverywhere(room().owner, room().clock, 'account:none', null, by)).rejects.toThrow(
      code('LEDGER_SUBJECT_UNKNOWN'),
    );
  });

  it('keeps one key where many write about a subject at once, and no entry with a key destroyed before it', async () => {
    const a = await newTenant();
    await append(a, 'account:ann', 'first');
    const outcomes = await Promise.all([
      ...Array.from({ length: 8 }, (_, n) => append(a, 'account:ann', `name ${n}`)),
      room().store.eraseSubject(a, 'account:ann', by),
      ...Array.from({ length: 8 }, (_, n) => append(a, 'account:ann', `later ${n}`)),
    ]);
    expect(outcomes).toHaveLength(17);
    const all = await room().store.withTenants([a], (tx) => tx.ledger.list(a, 0, 100));
    const erasedAt = all.findIndex(({ entry }) => entry.type === 'subject.erased');
    for (const [n, { payload }] of all.entries()) {
      if (n === erasedAt) continue;
      const name = n < erasedAt ? { erased: true, subject: 'account:ann' } : expect.stringMatching(/^(name|later)/);
      expect(payload, `entry ${n + 1} of ${all.length}, erased at ${erasedAt + 1}`).toMatchObject({ name });
    }
    const keys = await asOwner(`SELECT FROM subject_keys WHERE tenant_id = $1 AND wrapped IS NOT NULL`, [a]);
    expect(keys.length).toBe(erasedAt === all.length - 1 ? 0 : 1);
  });

  it('cannot be taken back by the application', async () => {
    const a = await newTenant();
    await append(a, 'account:ann', 'Ann');
    const change = (set: string) => asApp(a, `UPDATE subject_keys SET ${set} RETURNING key_id`);
    await expect(change(`wrapped = '\\x00'`)).rejects.toMatchObject({ cause: { code: '42501' } });
    await expect(change(`subject = 'account:bob'`)).rejects.toMatchObject({ cause: { code: '42501' } });
    await room().store.eraseSubject(a, 'account:ann', by);
    expect(await change(`wrapped = NULL, destroyed_at = 1`)).toEqual([]);
  });
});

describe('keys and copies', () => {
  it('are not to be read with another key file, which does not keep anyone from writing', async () => {
    const dataDir = throwawayFolder();
    const open = (place: { wrappingKey?: { id: string; bytes: Uint8Array } }) =>
      openStateStore({ place: { dataDir }, clock: { now: () => 5 }, log: () => undefined, ...place });
    const write = (store: Awaited<ReturnType<typeof open>>) =>
      store.withTenants(['acme'], async (tx) => {
        await tx.ledger.append('acme', note('f', { name: personal('account:ann', 'Ann') }));
        return (await tx.ledger.list('acme', 0, 9)).map(({ payload }) => payload);
      });
    const first = await open({});
    expect(await write(first)).toEqual([{ name: 'Ann' }]);
    await first.close();
    const second = await open({ wrappingKey: { id: 'other', bytes: new Uint8Array(32).fill(7) } });
    expect(await write(second)).toEqual([{ name: { sealed: true, subject: 'account:ann' } }, { name: 'Ann' }]);
    expect(await second.eraseSubject('acme', 'account:ann', by)).toBe(2);
    await second.close();
    removeFolder(dataDir);
  });

  it('are brought back by a restore, except those that the restored ledger says were destroyed', async () => {
    const [from, to] = [throwawayFolder(), throwawayFolder()];
    const clock = { now: () => 5 };
    const store = await openStateStore({ place: { dataDir: from }, clock, log: () => undefined });
    await store.createTenant({ id: 'acme', name: 'Acme' });
    await store.withTenants(['acme'], async (tx) => {
      for (const name of ['ann', 'bob'])
        await tx.ledger.append('acme', note('f', { name: personal(`account:${name}`, name) }));
    });
    await store.eraseSubject('acme', 'account:ann', by);
    // As if someone had put the key back, from an older copy of the table: the ledger says that it is destroyed.
    await withClient(store.owner, 'test', (client) =>
      client.query(`UPDATE subject_keys SET wrapped = '\\x00', destroyed_at = NULL WHERE subject = 'account:ann'`),
    );
    await writeBackup(store.owner, join(folder, 'copy'), clock, '1');
    await store.close();
    const server = await startEmbedded(to, { log: () => undefined });
    const { verdict } = await restoreBackup(server.owner, join(folder, 'copy'), clock, '1');
    await server.stop();
    expect(verdict.verified).toBe(true);
    const restored = await openStateStore({ place: { dataDir: to }, clock, log: () => undefined });
    const rows = await withClient(restored.owner, 'test', (client) =>
      client.query(`SELECT subject, wrapped IS NULL AS gone FROM subject_keys ORDER BY subject`),
    );
    expect(rows.rows).toEqual([
      { subject: 'account:ann', gone: true },
      { subject: 'account:bob', gone: false },
    ]);
    const [last] = (await restored.withTenants(['system'], (tx) => tx.ledger.list('system', 0, 100))).slice(-1);
    expect(last).toMatchObject({ entry: { type: 'store.restored' }, payload: { erasedAgain: 1 } });
    await restored.close();
    for (const each of [from, to]) removeFolder(each);
  });
});
