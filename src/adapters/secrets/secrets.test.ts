import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openThrowawayStore, type ThrowawayStore, throwawayFolder } from '../../../test/store.ts';
import { code } from '../../../test/store-backends.ts';
import { inMaintenance } from '../postgres/maintenance.ts';
import { keptSecrets } from './kept-secrets.ts';
import { type KeyRing, openKeyRing } from './key-ring.ts';
import { rekeySecrets } from './rekey.ts';
import { open, seal, sealingKey } from './seal.ts';

let room: ThrowawayStore;
let ring: KeyRing;
const folder = throwawayFolder();
beforeAll(async () => {
  room = await openThrowawayStore();
  ring = openKeyRing(folder, {});
  for (const id of ['acme', 'bolt']) await room.store.createTenant({ id, name: id });
});
afterAll(async () => {
  await room.close();
  rmSync(folder, { recursive: true });
});
const kept = () => keptSecrets(room.store, ring, room.clock);
const put = (tenant: string, name: string, value: string) =>
  room.store.withTenants([tenant], (tx) => kept().put(tx, { tenant, name, value, by: 'ada' }));
const asOwner = (query: string) =>
  inMaintenance(room.owner, 'write', async (client) => (await client.query(query)).rows);

describe('sealing', () => {
  const key = sealingKey(randomBytes(32));
  it('gives back any text, and never the same bytes twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), fc.string(), (value, tenant, name) => {
        const sealed = seal(key, { tenant, name }, value);
        expect(open(key, { tenant, name }, sealed)).toBe(value);
        expect(seal(key, { tenant, name }, value).nonce).not.toEqual(sealed.nonce);
      }),
    );
  });

  it('opens nothing of another place, key, or with a bit changed', () => {
    const place = fc.record({ tenant: fc.string(), name: fc.string() });
    fc.assert(
      fc.property(place, place, fc.string(), fc.nat(), (here, there, value, bit) => {
        const sealed = seal(key, here, value);
        if (here.tenant !== there.tenant || here.name !== there.name)
          expect(() => open(key, there, sealed)).toThrow(code('SECRET_UNREADABLE'));
        const ciphertext = Buffer.from(sealed.ciphertext);
        const at = bit % (ciphertext.length * 8);
        ciphertext.writeUInt8(ciphertext.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3);
        expect(() => open(key, here, { ...sealed, ciphertext })).toThrow(code('SECRET_UNREADABLE'));
        expect(() => open(sealingKey(randomBytes(32)), here, sealed)).toThrow(code('SECRET_UNREADABLE'));
      }),
    );
  });
});

describe('the key file', () => {
  it('is made once, of 32 random bytes, for the owner alone', () => {
    const file = join(folder, 'secrets.key');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
    const before = readFileSync(file);
    openKeyRing(folder, {});
    expect(readFileSync(file)).toEqual(before);
  });

  it('may be named by the environment, and is then neither made nor rotated by us', () => {
    const named = join(folder, 'named.key');
    const environment = { BRIDGEWATCH_KEY_FILE: named };
    expect(() => openKeyRing(folder, environment)).toThrow(code('SECRET_KEY_FILE_WRONG'));
    writeFileSync(named, `${'ab'.repeat(32)}\n`);
    chmodSync(named, 0o600);
    const other = openKeyRing(folder, environment);
    expect(other.keys()[0].id).not.toBe(ring.keys()[0].id);
    expect(() => other.replace([randomBytes(32)])).toThrow(code('SECRET_KEY_FILE_FOREIGN'));
    for (const bad of ['', 'zz'.repeat(32), 'ab'.repeat(31), `${'ab'.repeat(32)}\nrest`]) {
      writeFileSync(named, bad);
      expect(() => openKeyRing(folder, environment), bad).toThrow(code('SECRET_KEY_FILE_WRONG'));
    }
  });
});

describe('secrets in the store', () => {
  it('are read by their tenant and name, and are not in the row', async () => {
    await put('acme', 'token', 'first value');
    await put('acme', 'token', 'second value');
    expect(await kept().read('acme', 'token')).toBe('second value');
    await expect(kept().read('bolt', 'token')).rejects.toThrow(code('SECRET_UNKNOWN'));
    await expect(kept().read('acme', 'other')).rejects.toThrow(code('SECRET_UNKNOWN'));
    expect(await room.store.withTenants(['acme'], (tx) => tx.secrets.list('acme'))).toEqual([
      { name: 'token', setById: 'ada', setAt: room.clock.now() },
    ]);
    expect(JSON.stringify(await asOwner(`SELECT *, encode(ciphertext, 'escape') FROM secrets`))).not.toContain('value');
  });

  it('do not open once their row is moved to another tenant or name', async () => {
    await put('acme', 'moved', 'a value');
    await asOwner(
      `INSERT INTO secrets SELECT 'bolt', name, nonce, ciphertext, key_id, set_by_id, set_at FROM secrets WHERE name = 'moved'`,
    );
    await asOwner(`UPDATE secrets SET name = 'renamed' WHERE name = 'moved' AND tenant_id = 'acme'`);
    await expect(kept().read('bolt', 'moved')).rejects.toThrow(code('SECRET_UNREADABLE'));
    await expect(kept().read('acme', 'renamed')).rejects.toThrow(code('SECRET_UNREADABLE'));
    await asOwner(`UPDATE secrets SET tenant_id = 'acme' WHERE tenant_id = 'bolt'`);
    expect(await kept().read('acme', 'moved')).toBe('a value');
    await asOwner(`DELETE FROM secrets WHERE name = 'renamed'`);
  });

  it('are bounded', async () => {
    await expect(put('acme', 'x', '')).rejects.toThrow(code('SECRET_VALUE_BAD'));
    await expect(put('acme', 'x', 'x'.repeat(20_000))).rejects.toThrow(code('SECRET_VALUE_BAD'));
    await expect(put('acme', 'x', '\ud800')).rejects.toThrow(code('SECRET_VALUE_BAD'));
  });
});

describe('rotation', () => {
  it('seals all anew while others write, with a ledger entry a tenant, and drops the old key', async () => {
    const old = ring.keys()[0];
    for (let n = 0; n < 20; n++) await put('bolt', `s${n}`, `value ${n}`);
    const writers = Array.from({ length: 10 }, (_, n) => put('bolt', `s${n}`, `newer ${n}`));
    expect(await rekeySecrets(room.owner, ring, room.clock)).toBeGreaterThanOrEqual(20);
    await Promise.all(writers);
    for (let n = 0; n < 20; n++) expect(await kept().read('bolt', `s${n}`)).toBe(n < 10 ? `newer ${n}` : `value ${n}`);
    expect(ring.keys().map(({ id }) => id)).not.toContain(old.id);
    expect(ring.keys()).toHaveLength(1);
    expect(await asOwner(`SELECT DISTINCT key_id FROM secrets`)).toEqual([{ key_id: ring.keys()[0].id }]);
    const entries = await room.store.withTenants(['bolt'], (tx) => tx.ledger.ofSubject('bolt', 'tenant', 'bolt'));
    expect(entries.at(-1)).toMatchObject({ entry: { type: 'secrets.rekeyed' }, payload: { key: ring.keys()[0].id } });
  });

  it('that died after any step loses nothing and is finished by the next', async () => {
    await put('acme', 'token', 'kept');
    const [first] = ring.installationKeys();
    // As after a crash between the file's change and the transaction.
    ring.replace([randomBytes(32), first ?? new Uint8Array()]);
    expect(await kept().read('acme', 'token')).toBe('kept');
    await rekeySecrets(room.owner, ring, room.clock);
    expect(await kept().read('acme', 'token')).toBe('kept');
    expect(ring.keys()).toHaveLength(1);
  });

  it('stops where a row was sealed with a key that is gone, and then changes no row', async () => {
    const lost = ring.installationKeys();
    ring.replace([randomBytes(32)]);
    const before = await asOwner('SELECT key_id FROM secrets ORDER BY tenant_id, name');
    await expect(rekeySecrets(room.owner, ring, room.clock)).rejects.toThrow(code('SECRET_KEY_MISSING'));
    expect(await asOwner('SELECT key_id FROM secrets ORDER BY tenant_id, name')).toEqual(before);
    await expect(kept().read('acme', 'token')).rejects.toThrow(code('SECRET_KEY_MISSING'));
    ring.replace(lost);
    expect(await kept().read('acme', 'token')).toBe('kept');
  });
});
