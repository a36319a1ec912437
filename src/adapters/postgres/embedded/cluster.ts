import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { BridgewatchError } from '../../../kernel/errors.ts';
import { program } from './binaries.ts';
import type { Home } from './home.ts';
import { environment, identity } from './postmaster.ts';

/** Bootstrap superuser of the embedded cluster: runs migrations, never requests. */
export const OWNER = 'bridgewatch_owner';

const ASIDE = 'cluster.new-';

const passwordFile = (dataDir: string) => join(dataDir, 'postgres-password');

/** The owner's password, which stays in the data folder, readable by this process's user only. */
export function readPassword(dataDir: string): string {
  try {
    return readFileSync(passwordFile(dataDir), 'utf8').trim();
  } catch (cause) {
    throw new BridgewatchError(
      'EMBEDDED_NO_PASSWORD',
      `The store's password cannot be read from ${passwordFile(dataDir)}; put the file back, or restore a backup into a new folder`,
      500,
      { cause },
    );
  }
}

/** Makes the password and the cluster where they are not there yet. Throws `EMBEDDED_INIT_FAILED`. */
export async function ensureCluster(dataDir: string, home: Home): Promise<void> {
  if (existsSync(home.cluster)) return;
  ensurePassword(dataDir);
  // Made aside and renamed when complete: a cluster cut short by a crash must never be taken for one.
  const aside = mkdtempSync(join(home.folder, ASIDE));
  const secret = join(aside, 'password');
  const fresh = join(aside, 'cluster');
  writeFileSync(secret, readPassword(dataDir), { mode: 0o600 });
  const { account } = home;
  if (account !== null) for (const path of [secret, aside]) chownSync(path, account.uid, account.gid);
  try {
    await initdb(home, fresh, secret);
    renameSync(fresh, home.cluster);
  } catch (error) {
    // Two first starts at once: the other one's cluster is as good.
    if (!existsSync(home.cluster)) throw error;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** Removes what starts cut short left behind. Only for who holds the server lock. */
export function removeLeftovers(home: Home): void {
  for (const name of readdirSync(home.folder)) {
    if (name.startsWith(ASIDE)) rmSync(join(home.folder, name), { recursive: true, force: true });
  }
}

function ensurePassword(dataDir: string): void {
  const aside = `${passwordFile(dataDir)}.${process.pid}`;
  writeFileSync(aside, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
  try {
    // Unlike a rename, a link leaves a password that is there already alone.
    linkSync(aside, passwordFile(dataDir));
  } catch {
    readPassword(dataDir);
  } finally {
    rmSync(aside, { force: true });
  }
}

async function initdb(home: Home, cluster: string, secret: string): Promise<void> {
  const args = ['-D', cluster, '-U', OWNER, `--pwfile=${secret}`, '--auth=scram-sha-256', '--encoding=UTF8'];
  const child = spawn(
    program(home.native, 'initdb'),
    [...args, '--locale-provider=builtin', '--locale=C', '--builtin-locale=C.UTF-8'],
    {
      ...identity(home),
      cwd: home.folder,
      env: environment(),
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000);
  });
  const outcome = await new Promise<string | null>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(code === 0 ? null : `initdb ended with ${signal ?? code}`));
  });
  if (outcome === null) return;
  throw new BridgewatchError(
    'EMBEDDED_INIT_FAILED',
    `The store could not be made in ${home.folder}: ${outcome}. ${said.trim()}`,
  );
}
