import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgres15Missing, startPostgres15 } from '../../../../test/postgres15.ts';
import {
  openThrowawayStore,
  removeFolder,
  type ThrowawayStore,
  testClock,
  throwawayFolder,
} from '../../../../test/store.ts';
import { determination, fillEveryTable, finding, stored } from '../../../../test/store-rows.ts';
import { sha256 } from '../../../kernel/ids.ts';
import { type Connection, connectionOf } from '../connection.ts';
import { startEmbedded } from '../embedded/server.ts';
import { inMaintenance } from '../maintenance.ts';
import { schemaName } from '../migrate.ts';
import { account, passkey, twoFactor, user } from '../schema-auth.ts';
import { openStateStore } from '../store.ts';
import { backedUp, leftOut } from './format.ts';
import { checkBackup, restoreBackup } from './restore.ts';
import { writeBackup } from './write.ts';

const missing = postgres15Missing();
if (missing !== null) console.warn(`restore into PostgreSQL 15 skipped: ${missing}`);

const clock = testClock();
let room: ThrowawayStore;
let folder: string;
let file: string;

beforeAll(async () => {
  folder = throwawayFolder();
  file = join(folder, 'store.backup');
  room = await openThrowawayStore();
  for (const id of ['acme', 'blue']) {
    await room.store.createTenant({ id, name: `${id} "Ltd", \\N {}` });
    await room.store.addMember(id, 'ann', 'analyst');
    await room.store.withTenants([id], async (tx) => {
      await fillEveryTable(tx, id);
      await tx.findings.put(
        stored(finding(id, 'odd', { title: 'nul \0 lone \ud800 🦉', threatProbability: 0.1 + 0.2 })),
      );
      const raw = 'raw \0 \\x41 \n end';
      const many = Array.from({ length: 700 }, (_, n) => ({
        id: `m${n}`,
        time: n,
        lens: 'x',
        file: 'f',
        line: n,
        raw,
      }));
      await tx.evidence.put(id, many);
    });
  }
  const at = new Date(clock.now());
  await room.store.authDb
    .insert(user)
    .values({ id: 'ann', name: 'Ann', email: 'ann@example.test', createdAt: at, updatedAt: at });
  const password = { id: 'a1', accountId: 'ann', providerId: 'credential', userId: 'ann', password: 'salt:hash' };
  await room.store.authDb.insert(account).values({ ...password, createdAt: at, updatedAt: at });
  const totp = { id: 's1', userId: 'ann', secret: 'sealed', backupCodes: 'sealed', verified: true };
  await room.store.authDb.insert(twoFactor).values(totp);
  const key = {
    id: 'k1',
    userId: 'ann',
    publicKey: 'cose',
    credentialID: 'cred',
    counter: 3,
    deviceType: 'multiDevice',
  };
  await room.store.authDb.insert(passkey).values({ ...key, backedUp: true, createdAt: at });
  await writeBackup(room.owner, file, clock, '1.2.3');
});
afterAll(async () => {
  await room?.close();
  removeFolder(folder);
});

/** All rows of a table as text, in a fixed order. */
function contents(owner: Connection, table: string): Promise<string[]> {
  return inMaintenance(owner, 'read', async (client) => {
    const { rows } = await client.query<{ row: string }>(
      `SELECT t::text AS row FROM ${pg.escapeIdentifier(table)} t ORDER BY 1`,
    );
    return rows.map(({ row }) => row);
  });
}

/** Restored into another store, that store must be the same, and must go on from there. */
async function expectSame(owner: Connection): Promise<void> {
  const { verdict } = await restoreBackup(owner, file, clock, '1.2.3');
  expect(verdict).toMatchObject({ verified: true, problem: null });
  for (const table of backedUp.filter((name) => !name.startsWith('ledger'))) {
    const before = await contents(room.owner, table);
    expect(before.length, table).toBeGreaterThan(0);
    expect(await contents(owner, table), table).toEqual(before);
  }
}

describe('backup and restore', () => {
  it('covers every table', async () => {
    const { rows } = await inMaintenance(room.owner, 'read', (client) =>
      client.query<{ name: string }>(
        `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
      ),
    );
    expect(rows.map(({ name }) => name).toSorted()).toEqual([...backedUp, ...leftOut].toSorted());
  });

  it('is readable by its owner only, and on record: intent, then outcome', async () => {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const entries = await room.store.withTenants(['system'], (tx) => tx.ledger.list('system', 0, 100));
    const created = ['tenant.created', 'tenant.created'];
    const types = ['store.migrated', ...created, 'backup.started', 'backup.written'];
    expect(entries.map(({ entry }) => entry.type)).toEqual(types);
    expect(entries.at(-1)?.payload).toMatchObject({ rows: { tenants: 2, user: 1, evidence_events: 1402 } });
  });

  it('brings everything back into a new data folder, on record, and the store goes on', async () => {
    const dataDir = throwawayFolder();
    const server = await startEmbedded(dataDir, { log: () => undefined });
    try {
      await expectSame(server.owner);
      await expect(restoreBackup(server.owner, file, clock, '1.2.3')).rejects.toThrow(
        expect.objectContaining({ code: 'RESTORE_NOT_EMPTY' }),
      );
    } finally {
      await server.stop();
    }
    const again = await openStateStore({ place: { dataDir }, clock, log: () => undefined });
    try {
      expect(await again.verifyLedger()).toMatchObject({ verified: true });
      const system = await again.withTenants(['system'], (tx) => tx.ledger.list('system', 0, 100));
      const since = system.map(({ entry }) => entry.type).filter((type) => type !== 'tenant.created');
      expect(since).toEqual(['store.migrated', 'backup.started', 'store.restored']);
      await again.withTenants(['acme'], async (tx) => {
        await tx.determinations.append(determination('acme', 'f1', 'd2', { at: 900 }));
        expect(
          (await tx.determinations.ofFinding('acme', 'f1')).map(({ id, supersededAt }) => [id, supersededAt]),
        ).toEqual([
          ['d1', 300],
          ['d2', null],
        ]);
      });
    } finally {
      await again.close();
      removeFolder(dataDir);
    }
  });

  it.skipIf(missing !== null)('moves a store from the embedded server to PostgreSQL 15', async () => {
    const server = await startPostgres15();
    try {
      await expectSame(connectionOf(await server.emptyDatabase('restored')));
    } finally {
      server.stop();
    }
  });

  it('refuses a damaged file before a store is touched', async () => {
    const good = readFileSync(file);
    const text = gunzipSync(good).toString('utf8');
    const lines = text.trimEnd().split('\n');
    const last = lines.length - 1;
    const tryFile = async (bytes: Uint8Array): Promise<void> => {
      const path = join(folder, 'damaged');
      writeFileSync(path, bytes);
      await checkBackup(path);
    };
    const packed = (changed: readonly string[]) => gzipSync(`${changed.join('\n')}\n`);
    await tryFile(packed(lines));

    const flipped = (at: number) => Uint8Array.from(good, (byte, n) => (n === at ? byte ^ 1 : byte));
    const rowAt = lines.findIndex((line) => line.startsWith('["acme"'));
    const cases: Readonly<Record<string, Uint8Array>> = {
      'one byte in the middle': flipped(Math.floor(good.length / 2)),
      'one byte near the end': flipped(good.length - 6),
      'cut short': good.subarray(0, good.length - 40),
      'not gzip': Buffer.from(text),
      empty: Buffer.alloc(0),
      'a value changed and packed again': packed(lines.with(rowAt, (lines[rowAt] ?? '').replace('acme', 'acmf'))),
      'a row left out': packed(lines.toSpliced(rowAt, 1)),
      'a row twice': packed(lines.toSpliced(rowAt, 0, lines[rowAt] ?? '')),
      'a row after the end': packed([...lines, lines[rowAt] ?? '']),
      'no end': packed(lines.slice(0, last)),
      'a column of another type': packed(
        lines.map((line) => line.replace('"type":"bigint"', '"type":"bigint); DROP TABLE x"')),
      ),
      'another format': packed(lines.with(0, '{"format":"something"}')),
    };
    for (const [what, bytes] of Object.entries(cases)) {
      await expect(tryFile(bytes), what).rejects.toThrow(expect.objectContaining({ code: 'BACKUP_DAMAGED' }));
    }
    const other = packed(lines.with(0, (lines[0] ?? '').replace(schemaName(), '0009_later')));
    await expect(tryFile(other)).rejects.toThrow(expect.objectContaining({ code: 'BACKUP_OTHER_SCHEMA' }));
    await expect(checkBackup(join(folder, 'absent'))).rejects.toThrow(
      expect.objectContaining({ code: 'BACKUP_NOT_FOUND' }),
    );
  });

  it('says when the ledger in a backup does not fit, and restores it with that on record', async () => {
    const lines = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n');
    const payloadsAt = lines.findIndex((line) => line.startsWith('{"table":"ledger_payloads"'));
    const forged = lines.slice(0, -1).with(payloadsAt + 1, (lines[payloadsAt + 1] ?? '').replace(/..("\]$)/, '2a$1'));
    const content = `${forged.join('\n')}\n`;
    const trailer = { ...JSON.parse(lines.at(-1) ?? ''), sha256: sha256(content) };
    const path = join(folder, 'forged');
    writeFileSync(path, gzipSync(`${content}${JSON.stringify(trailer)}\n`));
    const dataDir = throwawayFolder();
    const server = await startEmbedded(dataDir, { log: () => undefined });
    try {
      const { verdict } = await restoreBackup(server.owner, path, clock, '1.2.3');
      expect(verdict.problem?.row).toMatch(/^ledger_payloads \(tenant_id=\w+, seq=1\)$/);
    } finally {
      await server.stop();
      removeFolder(dataDir);
    }
  });
});
