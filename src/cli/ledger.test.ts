import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { anchorServer } from '../../test/anchor-server.ts';
import { openThrowawayStore, removeFolder, type ThrowawayStore, throwawayFolder } from '../../test/store.ts';
import { code } from '../../test/store-backends.ts';
import { note } from '../../test/store-rows.ts';
import { ensureSigningKey, signingKeyFile } from '../adapters/ledger-file/signing-key.ts';
import { personal } from '../contracts/personal.ts';
import { signCheckpoint } from '../ledger/checkpoint.ts';
import { sealEntry } from '../ledger/entry.ts';
import { CompactTree, leafHash } from '../ledger/merkle.ts';
import { registerLedgerCheckpoint } from './ledger-checkpoint.ts';
import { registerLedgerErase } from './ledger-erase.ts';
import { registerLedgerExport } from './ledger-export.ts';
import { registerLedgerKey } from './ledger-key.ts';
import { registerLedgerProve } from './ledger-prove.ts';
import { registerLedgerVerify } from './ledger-verify.ts';

let room: ThrowawayStore;
let data: string;
let folder: string;
const path = (name: string) => join(folder, name);

/** Runs `bridgewatch ledger ...` and says what it printed and with which code it would end. */
async function ledger(...args: readonly string[]): Promise<{ out: string; exitCode: number }> {
  let out = '';
  const written = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  const said = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  process.exitCode = 0;
  try {
    const program = new Command('bridgewatch');
    const commands = [
      registerLedgerVerify,
      registerLedgerCheckpoint,
      registerLedgerExport,
      registerLedgerProve,
      registerLedgerKey,
      registerLedgerErase,
    ];
    for (const register of commands) register(program);
    await program.parseAsync(['ledger', ...args], { from: 'user' });
    return { out, exitCode: Number(process.exitCode) };
  } finally {
    process.exitCode = 0;
    written.mockRestore();
    said.mockRestore();
  }
}

const append = (tenant: string, count: number) =>
  room.store.withTenants([tenant], async (tx) => {
    for (let n = 0; n < count; n++) await tx.ledger.append(tenant, note(`f${n}`, { n, text: 'naïve 🦉 \u0000' }));
  });

beforeAll(async () => {
  folder = throwawayFolder();
  room = await openThrowawayStore();
  data = room.dataDir ?? '';
  for (const id of ['acme', 'blue']) {
    await room.store.createTenant({ id, name: id });
    await append(id, 20);
  }
  writeFileSync(path('key.pub'), (await ledger('key', '--data', data)).out);
  await ledger('export', '--data', data, path('old.gz'));
  await append('acme', 10);
  await ledger('checkpoint', '--data', data, '--anchor', path('anchor'));
  await ledger('export', '--data', data, path('whole.gz'));
});
afterAll(async () => {
  await room?.close();
  removeFolder(folder);
});

const verified = async (file: string, ...more: readonly string[]) => {
  const { out, exitCode } = await ledger('verify', file, '--key', path('key.pub'), '--json', ...more);
  const verdict = JSON.parse(out);
  expect(exitCode).toBe(verdict.verified ? 0 : 1);
  return verdict;
};

type Line = { chain?: string; seq?: number; [field: string]: unknown };
/** The export with its lines changed. */
function changed(change: (lines: Line[]) => Line[]): string {
  const text = gunzipSync(readFileSync(path('whole.gz')))
    .toString('utf8')
    .trimEnd();
  const lines = change(text.split('\n').map((line): Line => JSON.parse(line)));
  writeFileSync(path('changed.gz'), gzipSync(`${lines.map((line) => JSON.stringify(line)).join('\n')}\n`));
  return path('changed.gz');
}
/** Where entry `seq` of acme, the first chain, stands. */
const at = (lines: readonly Line[], seq: number) => lines.findIndex((line) => line.seq === seq);
const chainAt = (lines: readonly Line[]) => lines.findIndex(({ chain }) => chain === 'acme');

describe('the key', () => {
  it('is in the data folder, for its owner only, and is printed without its private half', () => {
    expect(statSync(signingKeyFile(data)).mode & 0o777).toBe(0o600);
    expect(readFileSync(path('key.pub'), 'utf8')).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
    expect(ensureSigningKey(data).publicKey.id).toBe(ensureSigningKey(data).publicKey.id);
  });
});

describe('an export', () => {
  it('verifies with nothing but the public key, and agrees with the anchor', async () => {
    const verdict = await verified(path('whole.gz'), '--anchor', path('anchor'));
    expect(verdict).toMatchObject({ verified: true, entries: 53 });
    const signed = verdict.chains.map((chain: { tenant: string; signed: { size: number } }) => [
      chain.tenant,
      chain.signed.size,
    ]);
    expect(signed).toEqual([
      ['acme', 30],
      ['blue', 20],
      ['system', 3],
    ]);
    expect(statSync(path('whole.gz')).mode & 0o777).toBe(0o600);
    expect((await ledger('verify', path('whole.gz'), '--key', path('key.pub'))).out).toContain(
      'The ledger fits: 53 entries',
    );
  });

  it('may hold one tenant, which must then be asked for where the anchor knows more', async () => {
    await ledger('export', '--data', data, '--tenant', 'blue', path('blue.gz'));
    expect(await verified(path('blue.gz'), '--anchor', path('anchor'), '--tenant', 'blue')).toMatchObject({
      entries: 20,
      verified: true,
    });
    expect(await verified(path('blue.gz'), '--anchor', path('anchor'))).toMatchObject({
      problem: { kind: 'chain-missing', tenant: 'acme' },
    });
    expect(await verified(path('blue.gz'), '--tenant', 'acme')).toMatchObject({ problem: { kind: 'chain-missing' } });
  });

  it('needs a key from outside', async () => {
    await expect(ledger('verify', path('whole.gz'))).rejects.toThrow(code('LEDGER_KEY_NEEDED'));
  });

  it('truncated in the middle of the file is damaged; truncated with care it is unsigned, or rolled-back by the anchor', async () => {
    const bytes = readFileSync(path('whole.gz'));
    writeFileSync(path('changed.gz'), bytes.subarray(0, bytes.length - 40));
    await expect(verified(path('changed.gz'))).rejects.toThrow(code('LEDGER_EXPORT_DAMAGED'));
    await expect(verified(changed((lines) => lines.slice(0, -1)))).rejects.toThrow(code('LEDGER_EXPORT_DAMAGED'));
    const cut = (lines: Line[]) => lines.toSpliced(at(lines, 29), 2);
    expect(await verified(changed(cut))).toMatchObject({ problem: { kind: 'truncated', tenant: 'acme' } });
    expect(await verified(path('old.gz'))).toMatchObject({ verified: true });
    expect(await verified(path('old.gz'), '--anchor', path('anchor'))).toMatchObject({
      problem: { kind: 'rolled-back', tenant: 'acme', row: `${path('anchor')} line 1 (tenant_id=acme, size=30)` },
    });
  });

  it('reordered, forged, with a swapped payload: each is named', async () => {
    const swap = (lines: Line[]) => {
      const [a, b] = [at(lines, 5), at(lines, 6)];
      return lines.with(a, { ...lines[b], seq: 5 }).with(b, { ...lines[a], seq: 6 });
    };
    expect(await verified(changed(swap))).toMatchObject({ problem: { kind: 'entry-moved', seq: 5 } });
    const payload = (lines: Line[]) =>
      lines.with(at(lines, 7), { ...lines[at(lines, 7)], payload: lines[at(lines, 8)]?.payload });
    expect(await verified(changed(payload))).toMatchObject({ problem: { kind: 'payload-swapped', seq: 7 } });
    const forged = (lines: Line[]) => {
      const { prev } = JSON.parse(String(lines[at(lines, 9)]?.entry));
      const sealed = sealEntry('acme', { seq: 8, hash: prev }, note('forged'), 0);
      return lines.with(at(lines, 9), { seq: 9, entry: text(sealed.bytes), payload: text(sealed.payload) });
    };
    expect(await verified(changed(forged))).toMatchObject({ problem: { kind: 'entry-forged', seq: 10 } });
  });

  it('with entries added at its end is unsigned from there', async () => {
    const added = (lines: Line[]) => {
      const chain = lines[chainAt(lines)];
      const sealed = sealEntry('acme', chain?.head as { seq: number; hash: string }, note('more'), 0);
      return lines
        .toSpliced(at(lines, 30) + 1, 0, { seq: 31, entry: text(sealed.bytes), payload: text(sealed.payload) })
        .with(chainAt(lines), { ...chain, head: { seq: 31, hash: sealed.hash } });
    };
    expect(await verified(changed(added))).toMatchObject({ problem: { kind: 'unsigned', seq: 31 } });
  });

  it('written anew from beginning to end, and signed by whoever did it, is by a stranger', async () => {
    const anew = (lines: Line[]) => {
      const sealed = sealEntry('acme', { seq: 0, hash: '0'.repeat(64) }, note('all new'), 0);
      const tree = new CompactTree();
      tree.add(leafHash(sealed.bytes));
      const root = tree.root().toString('hex');
      const checkpoint = {
        v: 1,
        tenant: 'acme',
        size: 1,
        root,
        head: sealed.hash,
        at: '2026-01-05T09:00:00.000Z',
      } as const;
      const signed = signCheckpoint(checkpoint, ensureSigningKey(folder));
      return [
        lines[0] ?? {},
        { chain: 'acme', head: { seq: 1, hash: sealed.hash }, checkpoints: [signed] },
        { seq: 1, entry: text(sealed.bytes), payload: text(sealed.payload) },
        { end: true },
      ];
    };
    const { problem } = await verified(changed(anew));
    expect(problem).toMatchObject({ kind: 'checkpoint-stranger', tenant: 'acme' });
  });

  it('of bytes that are no text keeps them', async () => {
    const odd = (lines: Line[]) =>
      lines.with(at(lines, 3), { seq: 3, entry: lines[at(lines, 3)]?.entry, payloadBase64: 'gIGC' });
    expect(await verified(changed(odd))).toMatchObject({ problem: { kind: 'payload-swapped', seq: 3 } });
  });
});

describe('a proof', () => {
  it('of an entry is checked with the public key alone, and fails for another entry', async () => {
    const { out } = await ledger('prove', '--data', data, '--tenant', 'acme', '--seq', '17');
    writeFileSync(path('proof'), out);
    const check = () => ledger('verify', '--proof', path('proof'), '--key', path('key.pub'));
    expect(await check()).toMatchObject({
      exitCode: 0,
      out: expect.stringContaining('The proof holds: entry 17 of acme'),
    });
    const proof = JSON.parse(out);
    writeFileSync(path('proof'), JSON.stringify({ ...proof, entry: proof.entry.replace('ann', 'bob') }));
    expect(await check()).toMatchObject({ exitCode: 1, out: expect.stringContaining('THE PROOF DOES NOT HOLD') });
    await expect(ledger('prove', '--data', data, '--tenant', 'acme', '--seq', '999')).rejects.toThrow(
      code('LEDGER_ENTRY_MISSING'),
    );
  });

  it('of continuation is checked the same way', async () => {
    const { out } = await ledger('prove', '--data', data, '--tenant', 'acme', '--since', '20');
    writeFileSync(path('proof'), out);
    const check = () => ledger('verify', '--proof', path('proof'), '--key', path('key.pub'));
    expect(await check()).toMatchObject({ exitCode: 0, out: expect.stringContaining('begins with all 20 entries') });
    const { path: hashes, ...proof } = JSON.parse(out);
    writeFileSync(path('proof'), JSON.stringify({ ...proof, path: hashes.toReversed() }));
    expect((await check()).exitCode).toBe(1);
  });
});

describe('a store', () => {
  it('is verified against its own key and the anchor', async () => {
    const { out, exitCode } = await ledger('verify', '--data', data, '--anchor', path('anchor'), '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ verified: true, problem: null });
  });

  it('says what is no anchor', async () => {
    for (const place of [
      'http://example.test/anchor',
      'ftp://example.test/a',
      'https://user@example.test/a',
      'https://',
    ]) {
      await expect(ledger('checkpoint', '--data', data, '--anchor', place), place).rejects.toThrow(
        code('LEDGER_ANCHOR_URL'),
      );
    }
    writeFileSync(path('odd'), '{}\n');
    await expect(ledger('verify', '--data', data, '--anchor', path('odd'))).rejects.toThrow(
      code('LEDGER_ANCHOR_DAMAGED'),
    );
  });

  it('is anchored at an address, and nothing is signed where that knows more than the store', async () => {
    const keeper = await anchorServer();
    const [place, anchor] = [keeper.url, ['--anchor', keeper.url]] as const;
    try {
      await expect(ledger('verify', '--data', data, ...anchor)).rejects.toThrow(code('LEDGER_ANCHOR_REFUSED'));
      await ledger('checkpoint', '--data', data, ...anchor);
      expect(keeper.lines().map((line) => JSON.parse(JSON.parse(line).checkpoint).tenant)).toEqual([
        'acme',
        'blue',
        'system',
      ]);
      expect(await ledger('verify', '--data', data, ...anchor)).toMatchObject({ exitCode: 0 });
      expect(await verified(path('whole.gz'), ...anchor)).toMatchObject({ verified: true });
      expect(await verified(path('old.gz'), ...anchor)).toMatchObject({
        problem: { kind: 'rolled-back', row: `${place} line 1 (tenant_id=acme, size=30)` },
      });

      // Somebody else's store, as after a rollback: the anchor's last line is not in it.
      const other = await openThrowawayStore();
      await other.store.createTenant({ id: 'acme', name: 'acme' });
      const before = keeper.lines().length;
      await expect(ledger('checkpoint', '--data', other.dataDir ?? '', ...anchor)).rejects.toThrow(
        code('LEDGER_ANCHOR_CONTRADICTED'),
      );
      expect(keeper.lines()).toHaveLength(before);
      await expect(other.store.checkpoint('acme')).rejects.toThrow(code('LEDGER_CHAIN_EMPTY'));
      await other.close();
    } finally {
      await keeper.close();
    }
  });

  it('forgets a person for good, in every chain or one, and says so', async () => {
    for (const tenant of ['acme', 'blue'])
      await room.store.withTenants([tenant], (tx) =>
        tx.ledger.append(tenant, note('f', { name: personal('account:7', 'Septima') })),
      );
    const erase = (...more: readonly string[]) =>
      ledger('erase', '--data', data, '--subject', 'account:7', '--json', ...more);
    expect(JSON.parse((await erase('--tenant', 'blue')).out).erased).toEqual([{ tenant: 'blue', keys: 1 }]);
    expect(JSON.parse((await erase()).out).erased).toEqual([
      { tenant: 'acme', keys: 1 },
      { tenant: 'blue', keys: 0 },
    ]);
    const last = await room.store.withTenants(['acme'], (tx) =>
      tx.ledger.ofSubject('acme', 'data-subject', 'account:7'),
    );
    expect(last.map(({ entry }) => [entry.type, entry.onBehalfOf])).toEqual([
      ['subject.erased', expect.stringMatching(/^os-user:/)],
    ]);
    expect((await ledger('verify', '--data', data)).exitCode).toBe(0);
    await expect(ledger('erase', '--data', data, '--subject', 'nobody')).rejects.toThrow(
      code('LEDGER_SUBJECT_UNKNOWN'),
    );
  });
});

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');
