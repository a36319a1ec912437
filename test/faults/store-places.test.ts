import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withClient } from '../../src/adapters/postgres/connection.ts';
import { binariesIn, findBinaries, program } from '../../src/adapters/postgres/embedded/binaries.ts';
import {
  type EmbeddedOptions,
  type EmbeddedServer,
  startEmbedded,
} from '../../src/adapters/postgres/embedded/server.ts';
import { removeFolder, throwawayFolder } from '../store.ts';

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('closed-home tests skipped: they need to run as root');

async function started(
  dataDir: string,
  options: Partial<EmbeddedOptions>,
  check: (server: EmbeddedServer, said: string) => Promise<void>,
) {
  const said: string[] = [];
  const server = await startEmbedded(dataDir, { ...options, log: (line) => said.push(line) });
  try {
    const { rows } = await withClient(server.owner, 'test', (client) => client.query('SELECT 1 AS one'));
    expect(rows).toEqual([{ one: 1 }]);
    await check(server, said.join('\n'));
  } finally {
    await server.stop();
  }
}

/** The platform's package copied to `folder`, without the links that its install script makes. */
function copiedPackage(folder: string): string {
  const original = dirname(findBinaries().native);
  const links: readonly { target: string }[] = JSON.parse(
    readFileSync(join(original, 'native', 'pg-symlinks.json'), 'utf8'),
  );
  cpSync(original, folder, { recursive: true, verbatimSymlinks: true });
  for (const { target } of links) rmSync(join(folder, target));
  return folder;
}

describe('the embedded store', () => {
  it('listens on a socket in the data folder and nowhere else, behind a password only we can read', async () => {
    const dataDir = throwawayFolder();
    await started(dataDir, {}, async ({ owner }) => {
      expect(owner.host).toBe(join(dataDir, 'postgres', 'socket'));
      const settings = await withClient(owner, 'test', (client) =>
        client.query(
          `SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'listen_addresses', 'synchronous_commit') ORDER BY 1`,
        ),
      );
      expect(settings.rows.map(({ setting }) => setting)).toEqual(['on', 'on', '', 'on']);
      const other = withClient({ ...owner, password: 'guess' }, 'test', async () => undefined);
      await expect(other).rejects.toThrow('password authentication failed');
    });
    expect(statSync(join(dataDir, 'postgres-password')).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDir, 'postgres')).mode & 0o077).toBe(0);
    removeFolder(dataDir);
  });

  it('reaches a socket whose path is too long through a short link, and says so', async () => {
    const root = throwawayFolder();
    const dataDir = join(
      root,
      'a-folder-name-of-forty-characters-or-so-',
      'a-folder-name-of-forty-characters-or-so-',
      'data',
    );
    mkdirSync(dataDir, { recursive: true });
    await started(dataDir, {}, async ({ owner }, said) => {
      expect(Buffer.byteLength(owner.host)).toBeLessThan(80);
      expect(realpathSync(owner.host)).toBe(join(dataDir, 'postgres', 'socket'));
      expect(said).toContain('too long for a socket');
    });
    removeFolder(dataDir);
    rmSync(root, { recursive: true });
  });

  it('completes a package whose install script did not run', async () => {
    const root = throwawayFolder();
    const folder = copiedPackage(join(root, 'package'));
    const { native } = binariesIn(folder);
    expect(existsSync(join(native, 'lib', 'libicuuc.so.60'))).toBe(process.platform === 'linux');
    const dataDir = join(root, 'data');
    await started(dataDir, { binaries: binariesIn(folder) }, async () => undefined);
    removeFolder(dataDir);
    rmSync(root, { recursive: true });
  });
});

describe.runIf(isRoot)('started as root', () => {
  it('runs PostgreSQL as a user of its own', async () => {
    const dataDir = throwawayFolder();
    await started(dataDir, {}, async ({ postmasterPid }, said) => {
      expect(statSync(`/proc/${postmasterPid()}`).uid).not.toBe(0);
      expect(said).toContain('running as root: PostgreSQL runs as');
    });
    removeFolder(dataDir);
  });

  it('lets that user pass through a data folder that only is closed itself', async () => {
    const dataDir = throwawayFolder();
    chmodSync(dataDir, 0o700);
    await started(dataDir, {}, async ({ owner }, said) => {
      expect(owner.host).toBe(join(dataDir, 'postgres', 'socket'));
      expect(said).toContain('may pass through');
    });
    expect(statSync(dataDir).mode & 0o777).toBe(0o711);
    removeFolder(dataDir);
  });

  it('stages binaries and store where that user can reach them, says so, and finds them again', async () => {
    const closed = mkdtempSync(join(tmpdir(), 'bw-closed-'));
    chmodSync(closed, 0o700);
    const staging = throwawayFolder();
    const dataDir = join(closed, 'data');
    const options = { staging, binaries: binariesIn(copiedPackage(join(closed, 'package'))) };
    let home = '';
    await started(dataDir, options, async ({ postmasterPid }, said) => {
      expect(lstatSync(join(dataDir, 'postgres')).isSymbolicLink()).toBe(true);
      home = realpathSync(join(dataDir, 'postgres'));
      expect(dirname(home)).toBe(staging);
      expect(said).toContain(`the store is kept in ${home}`);
      expect(said).toContain('PostgreSQL is copied to');
      expect(realpathSync(`/proc/${postmasterPid()}/exe`)).toBe(
        program(join(staging, options.binaries.name), 'postgres'),
      );
    });
    await started(dataDir, options, async (_server, said) => {
      expect(realpathSync(join(dataDir, 'postgres'))).toBe(home);
      expect(said).not.toContain('is copied to');
    });
    expect(readdirSync(staging)).toHaveLength(2);
    rmSync(staging, { recursive: true });
    // Somebody cleaned up: an empty store in its place would look like lost data without a word.
    const gone = startEmbedded(dataDir, { ...options, log: () => undefined });
    await expect(gone).rejects.toThrow(expect.objectContaining({ code: 'EMBEDDED_STORE_GONE' }));
    rmSync(closed, { recursive: true });
  });
});
