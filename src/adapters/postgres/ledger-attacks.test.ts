import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  openThrowawayStore,
  removeFolder,
  type ThrowawayStore,
  testClock,
  throwawayFolder,
} from '../../../test/store.ts';
import { code } from '../../../test/store-backends.ts';
import { note } from '../../../test/store-rows.ts';
import { personal } from '../../contracts/personal.ts';
import { anchorLine, readAnchor } from '../../ledger/anchor.ts';
import { readCheckpoint, type SigningKey } from '../../ledger/checkpoint.ts';
import { emptyChain, sealEntry } from '../../ledger/entry.ts';
import { type Expectations, nothingExpected, verifyLedger } from '../../ledger/verify.ts';
import { ensureSigningKey } from '../ledger-file/signing-key.ts';
import { ensureWrappingKey } from '../ledger-file/wrapping-key.ts';
import { restoreBackup } from './backup/restore.ts';
import { writeBackup } from './backup/write.ts';
import { startEmbedded } from './embedded/server.ts';
import { chains, verifyStore } from './ledger-chains.ts';
import { makeCheckpoint } from './ledger-checkpoints.ts';
import { signChains } from './ledger-maintenance.ts';
import { ledgerRows } from './ledger-rows.ts';
import { inMaintenance } from './maintenance.ts';
import { openStateStore } from './store.ts';

const clock = testClock();
let room: ThrowawayStore;
let folder: string;
let key: SigningKey;
/** Lines that somebody else keeps. */
let anchor: string;

const append = (store: ThrowawayStore['store'], from: number, to: number) =>
  store.withTenants(['acme'], async (tx) => {
    for (let n = from; n <= to; n++) await tx.ledger.append('acme', note(`f${n}`));
  });

beforeAll(async () => {
  folder = throwawayFolder();
  room = await openThrowawayStore();
  key = ensureSigningKey(room.dataDir ?? '');
  await room.store.createTenant({ id: 'acme', name: 'Acme' });
  await room.store.createTenant({ id: 'people', name: 'People' });
  await room.store.withTenants(['people'], async ({ ledger }) => {
    await ledger.append('people', note('f1', { name: personal('ann', 'Ann') }));
    await ledger.append('people', note('f2', { name: personal('bob', 'Bob') }));
  });
  await append(room.store, 1, 20);
  anchor = `${anchorLine(await room.store.checkpoint('acme'))}\n`;
  await writeBackup(room.owner, join(folder, 'old.backup'), clock, '1.2.3');
  await append(room.store, 21, 40);
  anchor += `${anchorLine(await room.store.checkpoint('acme'))}\n`;
  await room.store.checkpoint('system');
});
afterAll(async () => {
  await room?.close();
  removeFolder(folder);
});

const alone = (): Expectations => ({ ...nothingExpected, keys: [key.publicKey] });
const anchored = (): Expectations => ({ ...alone(), anchored: readAnchor('anchor', anchor) });

/** What verification says of the store as `attack` leaves it; then it is as before. */
async function problemAfter(attack: (client: pg.Client) => Promise<unknown>, expected: Expectations) {
  const rolledBack = new Error('rolled back');
  let verdict: Awaited<ReturnType<typeof verifyLedger>> | undefined;
  const outcome = inMaintenance(room.owner, 'write', async (client) => {
    await attack(client);
    verdict = await verifyLedger(chains(client), { ...expected, wholeStore: true });
    throw rolledBack;
  });
  await outcome.catch((error: unknown) => {
    if (error !== rolledBack) throw error;
  });
  return verdict?.problem ?? null;
}

/** Seals entries anew from `from` on and makes everything in the store fit that: entries, payloads, hashes, head. */
async function rewrite(client: pg.Client, from: number, to: number): Promise<void> {
  const { rows } = await client.query<{ hash: string }>(
    `SELECT hash FROM ledger_entries WHERE tenant_id = 'acme' AND seq = ${from - 1}`,
  );
  let head = { seq: from - 1, hash: rows[0]?.hash ?? emptyChain.hash };
  for (let seq = from; seq <= to; seq++) {
    const sealed = sealEntry('acme', head, note(`other${seq}`), clock.now());
    head = { seq, hash: sealed.hash };
    await client.query(
      `UPDATE ledger_entries SET entry = $1, hash = $2, subject_id = $3 WHERE tenant_id = 'acme' AND seq = $4`,
      [sealed.bytes, sealed.hash, `other${seq}`, seq],
    );
    await client.query(`UPDATE ledger_payloads SET payload = $1 WHERE tenant_id = 'acme' AND seq = $2`, [
      sealed.payload,
      seq,
    ]);
  }
  if (to === 40) await client.query(`UPDATE ledger_heads SET hash = $1 WHERE tenant_id = 'acme'`, [head.hash]);
}

async function cut(client: pg.Client, from: number): Promise<void> {
  await client.query(`DELETE FROM ledger_entries WHERE tenant_id = 'acme' AND seq >= ${from}`);
  await client.query(`DELETE FROM ledger_payloads WHERE tenant_id = 'acme' AND seq >= ${from}`);
}
const fixHead = (client: pg.Client) =>
  client.query(`UPDATE ledger_heads h SET (seq, hash) = (SELECT seq, hash FROM ledger_entries e
    WHERE e.tenant_id = 'acme' ORDER BY seq DESC LIMIT 1) WHERE h.tenant_id = 'acme'`);
const dropCheckpoints = (client: pg.Client) => client.query(`DELETE FROM ledger_checkpoints WHERE tenant_id = 'acme'`);

describe('someone with full control of the database', () => {
  it('is not there: the ledger fits, and says how far it is signed', async () => {
    const verdict = await verifyStore(room.owner, anchored());
    expect(verdict.problem).toBeNull();
    const acme = verdict.chains.find(({ tenant }) => tenant === 'acme');
    expect(acme).toMatchObject({ entries: 40, signed: { size: 40 }, checkpoints: { agree: 4, strangers: 0 } });
  });

  it('cuts off the end: truncated, by the head, by a checkpoint, and by the anchor when both were seen to', async () => {
    const headLeft = await problemAfter((client) => cut(client, 31), alone());
    expect(headLeft).toMatchObject({ kind: 'truncated', row: 'ledger_heads (tenant_id=acme)' });
    const headFixed = async (client: pg.Client) => {
      await cut(client, 31);
      await fixHead(client);
    };
    expect(await problemAfter(headFixed, alone())).toMatchObject({
      kind: 'truncated',
      row: 'ledger_checkpoints (tenant_id=acme, size=40)',
    });
    const thorough = async (client: pg.Client) => {
      await headFixed(client);
      await dropCheckpoints(client);
    };
    expect(await problemAfter(thorough, alone())).toBeNull();
    expect(await problemAfter(thorough, anchored())).toMatchObject({
      kind: 'rolled-back',
      row: 'anchor line 2 (tenant_id=acme, size=40)',
      what: expect.stringContaining('30 are there'),
    });
  });

  it('reorders two entries: entry-moved', async () => {
    const swap = async (client: pg.Client) => {
      for (const table of ['ledger_entries', 'ledger_payloads']) {
        for (const [from, to] of [
          [5, 0],
          [6, 5],
          [0, 6],
        ]) {
          await client.query(`UPDATE ${table} SET seq = ${to} WHERE tenant_id = 'acme' AND seq = ${from}`);
        }
      }
    };
    expect(await problemAfter(swap, alone())).toMatchObject({
      kind: 'entry-moved',
      row: 'ledger_entries (tenant_id=acme, seq=5)',
      what: expect.stringContaining('states seq 6'),
    });
  });

  it('puts a forged entry in the place of another: entry-forged, at the next one', async () => {
    expect(await problemAfter((client) => rewrite(client, 7, 7), alone())).toMatchObject({
      kind: 'entry-forged',
      row: 'ledger_entries (tenant_id=acme, seq=8)',
    });
  });

  it('swaps a payload: payload-swapped', async () => {
    const swap = (client: pg.Client) =>
      client.query(`UPDATE ledger_payloads p SET payload = o.payload FROM ledger_payloads o WHERE p.tenant_id = 'acme'
        AND o.tenant_id = 'acme' AND ((p.seq = 3 AND o.seq = 4) OR (p.seq = 4 AND o.seq = 3))`);
    expect(await problemAfter(swap, alone())).toMatchObject({
      kind: 'payload-swapped',
      row: 'ledger_payloads (tenant_id=acme, seq=3)',
    });
  });

  it('rewrites the chain, hashes and all: rewritten, by a checkpoint, and by the anchor when those are gone', async () => {
    expect(await problemAfter((client) => rewrite(client, 10, 40), alone())).toMatchObject({
      kind: 'rewritten',
      row: 'ledger_checkpoints (tenant_id=acme, size=20)',
    });
    const thorough = async (client: pg.Client) => {
      await rewrite(client, 30, 40);
      await dropCheckpoints(client);
    };
    expect(await problemAfter(thorough, alone())).toBeNull();
    expect(await problemAfter(thorough, anchored())).toMatchObject({
      kind: 'rewritten',
      row: 'anchor line 2 (tenant_id=acme, size=40)',
      what: expect.stringContaining('Up to seq 20 they agree'),
    });
  });

  it('signs the rewritten chain with a key of their own: checkpoint-stranger', async () => {
    const keys = throwawayFolder();
    const attack = async (client: pg.Client) => {
      await rewrite(client, 30, 40);
      await dropCheckpoints(client);
      await makeCheckpoint(drizzle(client), 'acme', ensureSigningKey(keys), clock);
    };
    expect(await problemAfter(attack, { ...alone(), strangers: 'refuse' })).toMatchObject({
      kind: 'checkpoint-stranger',
    });
    expect(await problemAfter(attack, anchored())).toMatchObject({ kind: 'rewritten' });
    removeFolder(keys);
  });

  it('changes a checkpoint, or the tree beside it: checkpoint-forged, and nothing more is signed', async () => {
    const change = (set: string) => (client: pg.Client) =>
      client.query(`UPDATE ledger_checkpoints SET ${set} WHERE tenant_id = 'acme' AND size = 40`);
    for (const set of [
      `checkpoint = replace(checkpoint, '2026', '2025')`,
      `signature = reverse(signature)`,
      `tree = set_byte(tree, 3, get_byte(tree, 3) # 1)`,
    ]) {
      expect(await problemAfter(change(set), alone()), set).toMatchObject({
        kind: 'checkpoint-forged',
        row: 'ledger_checkpoints (tenant_id=acme, size=40)',
      });
      const signing = async (client: pg.Client) => {
        await change(set)(client);
        await makeCheckpoint(drizzle(client), 'acme', key, clock);
      };
      await expect(problemAfter(signing, alone()), set).rejects.toThrow(code('LEDGER_DOES_NOT_FIT'));
    }
  });

  const removeChain =
    (...tenants: readonly string[]) =>
    async (client: pg.Client): Promise<void> => {
      for (const table of ['entries', 'payloads', 'heads', 'checkpoints'])
        await client.query(`DELETE FROM ledger_${table} WHERE tenant_id = ANY ($1)`, [tenants]);
    };

  it("removes a whole chain, head and checkpoints too: chain-missing, by the system's chain and by the anchor", async () => {
    const alsoTenant = async (client: pg.Client) => {
      await removeChain('acme')(client);
      await client.query(`DELETE FROM tenants WHERE tenant_id = 'acme'`);
    };
    for (const attack of [removeChain('acme'), alsoTenant]) {
      expect(await problemAfter(attack, alone())).toMatchObject({
        kind: 'chain-missing',
        tenant: 'acme',
        row: 'ledger_heads (tenant_id=acme)',
      });
      expect(await problemAfter(attack, anchored())).toMatchObject({
        kind: 'chain-missing',
        row: 'anchor line 1 (tenant_id=acme)',
      });
    }
  });

  it("removes the system's chain as well, or what it records of the tenant: that is missed, too", async () => {
    expect(await problemAfter(removeChain('acme', 'system'), alone())).toMatchObject({
      kind: 'chain-missing',
      tenant: 'system',
    });
    // Thoroughly: the system's chain ends before it knew of the tenant, and its head says so.
    const forget = async (client: pg.Client) => {
      await removeChain('acme')(client);
      for (const table of ['entries', 'payloads'])
        await client.query(`DELETE FROM ledger_${table} WHERE tenant_id = 'system' AND seq > 1`);
      await client.query(`UPDATE ledger_heads SET (seq, hash) = (SELECT seq, hash FROM ledger_entries
        WHERE tenant_id = 'system') WHERE tenant_id = 'system'`);
    };
    expect(await problemAfter(forget, alone())).toMatchObject({
      kind: 'truncated',
      row: expect.stringMatching(/^ledger_checkpoints \(tenant_id=system/),
    });
  });

  it('empties a chain and puts its head back to the beginning: rolled-back, by the anchor only', async () => {
    const empty = async (client: pg.Client) => {
      await cut(client, 1);
      await dropCheckpoints(client);
      await client.query(`UPDATE ledger_heads SET seq = 0, hash = $1 WHERE tenant_id = 'acme'`, [emptyChain.hash]);
    };
    expect(await problemAfter(empty, alone())).toBeNull();
    expect(await problemAfter(empty, anchored())).toMatchObject({ kind: 'rolled-back', tenant: 'acme' });
  });

  it('moves the ciphertext of one person to where another is named: payload-swapped', async () => {
    const part = (seq: number) =>
      `(convert_from(payload, 'UTF8')::json -> 'name')::text`.replace('payload', `p${seq}.payload`);
    const swap = (client: pg.Client) =>
      client.query(`UPDATE ledger_payloads p1 SET payload = convert_to(
          replace(convert_from(p1.payload, 'UTF8'), ${part(1)}, ${part(2)}), 'UTF8')
        FROM ledger_payloads p2 WHERE p1.tenant_id = 'people' AND p1.seq = 1 AND p2.tenant_id = 'people' AND p2.seq = 2`);
    expect(await problemAfter(swap, alone())).toMatchObject({
      kind: 'payload-swapped',
      row: 'ledger_payloads (tenant_id=people, seq=1)',
    });
  });

  it('destroys or swaps the keys of persons: the chain fits, and nobody is shown under the name of another', async () => {
    const swap = (client: pg.Client) =>
      client.query(`UPDATE subject_keys k SET wrapped = o.wrapped FROM subject_keys o
        WHERE k.tenant_id = 'people' AND o.tenant_id = 'people' AND k.subject <> o.subject`);
    const shown = async (client: pg.Client) =>
      (await ledgerRows(drizzle(client), clock, ensureWrappingKey(room.dataDir ?? '')).list('people', 0, 9)).map(
        ({ payload }) => payload,
      );
    let seen: unknown;
    const attack = async (client: pg.Client) => {
      expect(await shown(client)).toEqual([{ name: 'Ann' }, { name: 'Bob' }]);
      await swap(client);
      seen = await shown(client);
    };
    expect(await problemAfter(attack, alone())).toBeNull();
    expect(seen).toEqual(['ann', 'bob'].map((subject) => ({ name: { sealed: true, subject } })));
  });
});

it('erased, a person is gone from the store, and the chain fits: entries, payloads, checkpoints and anchor', async () => {
  const before = await room.store.checkpoint('people');
  const witness = readAnchor('anchor', `${anchor}${anchorLine(before)}\n`);
  await room.store.eraseSubject('people', 'ann', { actor: note('x').actor, onBehalfOf: null });
  const payloads = await room.store.withTenants(['people'], (tx) => tx.ledger.list('people', 0, 9));
  expect(payloads.map(({ payload }) => payload).slice(0, 2)).toEqual([
    { name: { erased: true, subject: 'ann' } },
    { name: 'Bob' },
  ]);
  await room.store.checkpoint('people');
  const verdict = await verifyStore(room.owner, { ...alone(), anchored: witness });
  expect(verdict.problem).toBeNull();
  expect(verdict.chains.find(({ tenant }) => tenant === 'people')).toMatchObject({ entries: 3, signed: { size: 3 } });
});

it('finds a store that was rolled back by restoring an old backup, also when it is written on', async () => {
  const dataDir = throwawayFolder();
  const server = await startEmbedded(dataDir, { log: () => undefined });
  await restoreBackup(server.owner, join(folder, 'old.backup'), clock, '1.2.3');
  await server.stop();
  const store = await openStateStore({ place: { dataDir }, clock, log: () => undefined, signingKey: key });
  try {
    expect((await verifyStore(store.owner, alone())).problem).toBeNull();
    const rolledBack = (await verifyStore(store.owner, anchored())).problem;
    expect(rolledBack).toMatchObject({ kind: 'rolled-back', row: 'anchor line 2 (tenant_id=acme, size=40)' });
    await expect(signChains(store.owner, key, clock, null, readAnchor('anchor', anchor))).rejects.toThrow(
      code('LEDGER_ANCHOR_CONTRADICTED'),
    );
    clock.set(clock.now() + 1000);
    await append(store, 21, 50);
    expect((await verifyStore(store.owner, anchored())).problem).toMatchObject({
      kind: 'rewritten',
      what: expect.stringContaining('an old copy was put back and written on'),
    });
  } finally {
    await store.close();
    removeFolder(dataDir);
  }
});

describe('signing', () => {
  it('goes on from the last checkpoint and comes to the root that reading everything gives', async () => {
    const [before] = await signChains(room.owner, key, clock, 'acme');
    expect(await room.store.checkpoint('acme')).toEqual(before);
    await append(room.store, 41, 47);
    const incremental = readCheckpoint(await room.store.checkpoint('acme'));
    const keys = throwawayFolder();
    const [afresh] = await signChains(room.owner, ensureSigningKey(keys), clock, 'acme');
    removeFolder(keys);
    expect(incremental).toMatchObject({ tenant: 'acme', size: 47 });
    expect(afresh && { ...readCheckpoint(afresh), at: '' }).toEqual({ ...incremental, at: '' });
    await expect(room.store.checkpoint('nobody')).rejects.toThrow(code('LEDGER_CHAIN_EMPTY'));
  });
});
