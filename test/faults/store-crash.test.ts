import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isPostmaster, readPostmaster } from '../../src/adapters/postgres/embedded/postmaster.ts';
import { openStateStore, type PostgresStore } from '../../src/adapters/postgres/store.ts';
import { registerBackup } from '../../src/cli/backup.ts';
import { registerLedgerVerify } from '../../src/cli/ledger-verify.ts';
import { registerRestore } from '../../src/cli/restore.ts';
import { removeFolder, testClock, throwawayFolder } from '../store.ts';
import { postmasterOf, type StoreProcess, startStoreProcess } from './store-process.ts';

let dataDir: string;
let logged: string[];
const processes: StoreProcess[] = [];

beforeEach(() => {
  dataDir = throwawayFolder();
  logged = [];
});
afterEach(async () => {
  for (const process of processes.splice(0)) if (process.child.exitCode === null) await process.kill();
  const left = readPostmaster({ cluster: join(dataDir, 'postgres', 'cluster') });
  if (left !== null && isPostmaster(left)) await (await open()).close();
  removeFolder(dataDir);
});

const open = (): Promise<PostgresStore> =>
  openStateStore({ place: { dataDir }, clock: testClock(), log: (line) => logged.push(line) });

/** A server that has committed at least `entries` and is writing on. */
async function writing(entries: number): Promise<StoreProcess> {
  const process = startStoreProcess(dataDir);
  processes.push(process);
  await process.says(({ seq }) => seq === entries);
  return process;
}

async function idle(): Promise<StoreProcess> {
  const process = startStoreProcess(dataDir, 'idle');
  processes.push(process);
  await process.says(({ ready }) => ready === true);
  return process;
}

/** Every entry that was said to be committed is there, in a chain that fits; then the store is closed for good. */
async function expectWhole(store: PostgresStore, committed: number): Promise<void> {
  const verdict = await store.verifyLedger();
  expect(verdict.problem).toBeNull();
  const acme = verdict.chains.find(({ tenant }) => tenant === 'acme');
  // The last one may have been committed without a chance to say so.
  expect([committed, committed + 1]).toContain(acme?.entries);
  const running = readPostmaster({ cluster: join(dataDir, 'postgres', 'cluster') });
  expect(running).toSatisfy(isPostmaster);
  await store.close();
  expect(readPostmaster({ cluster: join(dataDir, 'postgres', 'cluster') })).toBeNull();
  expect(running).not.toSatisfy(isPostmaster);
}

describe('a crash', () => {
  it('of the server leaves a PostgreSQL that the next server adopts', async () => {
    const server = await writing(20);
    const postmaster = postmasterOf(dataDir);
    await server.kill();
    const store = await open();
    expect(postmasterOf(dataDir)).toBe(postmaster);
    expect(logged.join('\n')).toContain(`adopted the PostgreSQL (process ${postmaster})`);
    await expectWhole(store, server.committed());
  });

  it('of PostgreSQL is told to whoever asks meanwhile; the server brings it back and goes on', async () => {
    const server = await writing(20);
    const postmaster = postmasterOf(dataDir);
    process.kill(postmaster, 'SIGKILL');
    const told = await server.says(({ code }) => code !== undefined);
    expect(told.code).toBe('STATE_UNAVAILABLE');
    const before = server.committed();
    await server.says(({ seq }) => seq !== undefined && seq > before + 5);
    expect(postmasterOf(dataDir)).not.toBe(postmaster);
    // What it writes and what it logs come through two pipes, in no order between them.
    await vi.waitFor(() => expect(server.logged()).toContain('PostgreSQL is back'), { timeout: 10_000 });
    // The folder is still held against others.
    await expect(open()).rejects.toThrow(expect.objectContaining({ code: 'EMBEDDED_IN_USE' }));
    await server.kill();
    await expectWhole(await open(), server.committed());
  });

  it('of both at once loses nothing that was committed', async () => {
    const server = await writing(50);
    process.kill(postmasterOf(dataDir), 'SIGKILL');
    await server.kill();
    await expectWhole(await open(), server.committed());
  });

  it('in the middle of making the store leaves a folder that can be used', async () => {
    mkdirSync(join(dataDir, 'postgres', 'cluster.new-abc', 'cluster', 'base'), { recursive: true });
    const store = await open();
    expect((await store.verifyLedger()).verified).toBe(true);
    expect(existsSync(join(dataDir, 'postgres', 'cluster.new-abc'))).toBe(false);
    await store.close();
  });

  it('whose process number belongs to a stranger now does not stop the next start', async () => {
    await (await open()).close();
    const store = await open();
    const pidFile = join(dataDir, 'postgres', 'cluster', 'postmaster.pid');
    const text = readFileSync(pidFile, 'utf8');
    await store.close();
    writeFileSync(pidFile, text.replace(/^\d+/, String(process.ppid)));
    const again = await open();
    expect(postmasterOf(dataDir)).not.toBe(process.ppid);
    await again.close();
  });
});

describe('a second server', () => {
  it('is refused with the process that has the folder, and does it no harm', async () => {
    const first = await writing(1);
    const refusal = expect.objectContaining({
      code: 'EMBEDDED_IN_USE',
      message: expect.stringContaining(`process ${first.child.pid}`),
    });
    await expect(open()).rejects.toThrow(refusal);
    const seen = first.committed();
    await first.says(({ seq }) => seq === seen + 5);
  });

  it('that starts at the same moment is refused as well: one of two makes the store', async () => {
    const both = [startStoreProcess(dataDir, 'idle'), startStoreProcess(dataDir, 'idle')];
    processes.push(...both);
    const said = await Promise.all(both.map((one) => one.says(() => true)));
    expect(said.filter(({ ready }) => ready === true)).toHaveLength(1);
    expect(said.filter(({ code }) => code === 'EMBEDDED_IN_USE')).toHaveLength(1);
  });
});

describe('a start that cannot be', () => {
  it('names the missing password file', async () => {
    await (await open()).close();
    rmSync(join(dataDir, 'postgres-password'));
    await expect(open()).rejects.toThrow(expect.objectContaining({ code: 'EMBEDDED_NO_PASSWORD' }));
    expect(readPostmaster({ cluster: join(dataDir, 'postgres', 'cluster') })).toBeNull();
  });

  it('says what PostgreSQL said', async () => {
    await (await open()).close();
    writeFileSync(join(dataDir, 'postgres', 'cluster', 'PG_VERSION'), '9.6\n');
    const failure = expect.objectContaining({ code: 'EMBEDDED_START_FAILED', message: expect.stringContaining('9.6') });
    await expect(open()).rejects.toThrow(failure);
  });
});

describe('the command line', () => {
  const run = async (...args: readonly string[]): Promise<{ out: string; exitCode: number }> => {
    let out = '';
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      out += String(text);
      return true;
    });
    const quiet = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
    const program = new Command().version('9.9.9').exitOverride();
    for (const register of [registerLedgerVerify, registerBackup, registerRestore]) register(program);
    try {
      await program.parseAsync(args, { from: 'user' });
      return { out, exitCode: Number(process.exitCode ?? 0) };
    } finally {
      process.exitCode = undefined;
      write.mockRestore();
      quiet.mockRestore();
    }
  };

  it('verifies a store that is running, left running by a crash, and stopped', async () => {
    const server = await idle();
    const verify = async () => {
      const { out, exitCode } = await run('ledger', 'verify', '--data', dataDir, '--json');
      expect(exitCode).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ verified: true, entries: 2, problem: null });
    };
    const postmaster = postmasterOf(dataDir);
    await verify();
    expect(postmasterOf(dataDir)).toBe(postmaster);
    await server.kill();
    await verify();
    expect(readPostmaster({ cluster: join(dataDir, 'postgres', 'cluster') })).toBeNull();
    await verify();
    expect(readPostmaster({ cluster: join(dataDir, 'postgres', 'cluster') })).toBeNull();
  });

  it('makes no store where there is none', async () => {
    const absent = join(dataDir, 'absent');
    await expect(run('ledger', 'verify', '--data', absent)).rejects.toThrow(
      expect.objectContaining({ code: 'STATE_NO_STORE' }),
    );
    expect(() => readFileSync(absent)).toThrow('ENOENT');
  });

  it('backs up a running store, restores it elsewhere, and names a row changed there', async () => {
    await idle();
    const file = join(dataDir, 'kept.backup');
    expect((await run('backup', '--data', dataDir, file)).exitCode).toBe(0);
    const elsewhere = join(dataDir, 'elsewhere');
    expect((await run('restore', '--data', elsewhere, file)).out).toContain('its ledger of 3 entries fits');
    expect((await run('ledger', 'verify', '--data', elsewhere)).out).toContain(
      'The ledger fits: 4 entries in 2 chains.',
    );
    await expect(run('restore', '--data', elsewhere, file)).rejects.toThrow(
      expect.objectContaining({ code: 'RESTORE_NOT_EMPTY' }),
    );

    const damaged = join(dataDir, 'damaged.backup');
    writeFileSync(damaged, readFileSync(file).subarray(0, 900));
    const untouched = join(dataDir, 'untouched');
    await expect(run('restore', '--data', untouched, damaged)).rejects.toThrow(
      expect.objectContaining({ code: 'BACKUP_DAMAGED' }),
    );
    expect(() => readFileSync(untouched)).toThrow('ENOENT');

    const store = await openStateStore({ place: { dataDir: elsewhere }, clock: testClock(), log: () => undefined });
    const { withClient } = await import('../../src/adapters/postgres/connection.ts');
    const change = `UPDATE ledger_payloads SET payload = set_byte(payload, 3, get_byte(payload, 3) # 1) WHERE seq = 2`;
    await withClient(store.owner, 'test', (client) => client.query(change));
    await store.close();
    const { out, exitCode } = await run('ledger', 'verify', '--data', elsewhere);
    expect(exitCode).toBe(1);
    expect(out).toContain('THE LEDGER DOES NOT FIT. First: ledger_payloads (tenant_id=system, seq=2)');
    removeFolder(elsewhere);
  });
});
