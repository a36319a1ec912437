import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  fchownSync,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { BridgewatchError } from '../../../kernel/errors.ts';
import { program } from './binaries.ts';
import type { Home } from './home.ts';
import { PORT } from './socket.ts';

/** What postmaster.pid says; see PostgreSQL's src/include/utils/pidfile.h. */
export interface Postmaster {
  readonly pid: number;
  readonly host: string;
  readonly port: number;
  readonly status: string;
}

/** A postmaster that answers, and how to end it. */
export interface RunningPostmaster extends Postmaster {
  /** Rolls open transactions back, writes a checkpoint, ends; waits for it. */
  stop(): Promise<void>;
}

const { O_APPEND, O_CREAT, O_TRUNC, O_WRONLY } = constants;
/** The files belong to PostgreSQL's user, and this may be root, who must not write wherever a link there leads. */
const NO_LINK = constants.O_NOFOLLOW ?? 0;

const POLL_MS = 10;
/** How long an orderly end may take before open work is cut off; what was committed is kept either way. */
const PATIENCE_MS = 30_000;
/** How long the processes of a killed postmaster may take to notice and let go of its memory. */
const LETTING_GO_MS = 15_000;

/** The server's log is set aside, one generation of it, at a start that finds it larger. */
const LOG_BYTES = 16 * 1024 * 1024;

const pidFile = (home: Pick<Home, 'cluster'>) => join(home.cluster, 'postmaster.pid');

/** The postmaster that is, or was, running on the cluster; null when the last one ended in order. */
export function readPostmaster(home: Pick<Home, 'cluster'>): Postmaster | null {
  let text: string;
  try {
    text = readFileSync(pidFile(home), 'utf8');
  } catch {
    return null;
  }
  const [pid, , , port, socket, address, , status] = text.split('\n').map((line) => line.trim());
  if (pid === undefined || Number.isNaN(Number.parseInt(pid, 10))) return null;
  return {
    pid: Math.abs(Number(pid)),
    host: socket || address || '127.0.0.1',
    port: Number(port ?? PORT),
    status: status ?? '',
  };
}

/**
 * True while the process lives and, where the system can tell, is a PostgreSQL. After a reboot, and always in a
 * container, the number may belong to somebody else.
 */
export function isPostmaster({ pid }: Postmaster): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  if (process.platform !== 'linux') return true;
  try {
    // A zombie has ended; it only waits to be noticed by its parent.
    const [, name, state] = /^\d+ \((.*)\) (.)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return name === 'postgres' && state !== 'Z';
  } catch {
    return false;
  }
}

/**
 * Makes what a killed postmaster left passable. PostgreSQL itself goes by the process number alone, which may belong to a
 * stranger by now, or to a zombie. It still checks that nobody uses the memory that postmaster.pid names.
 */
function disown(home: Home, stale: Postmaster): void {
  const isOfStale = (path: string) =>
    existsSync(path) && readFileSync(path, 'utf8').split('\n')[0]?.trim() === String(stale.pid);
  if (isOfStale(pidFile(home))) {
    const [, ...rest] = readFileSync(pidFile(home), 'utf8').split('\n');
    // PostgreSQL takes no offence at its parent's number.
    const file = openSync(pidFile(home), O_WRONLY | O_TRUNC | NO_LINK);
    writeFileSync(file, [String(process.pid), ...rest].join('\n'));
    closeSync(file);
  }
  const socket = join(home.sockets, `.s.PGSQL.${PORT}`);
  if (isOfStale(`${socket}.lock`)) for (const path of [socket, `${socket}.lock`]) rmSync(path, { force: true });
}

/** Environment without PG*, which would redirect the server, and in English, so that its log can be read by us. */
export function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('PG') && !name.startsWith('LC_'));
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' };
}

/** uid and gid for spawn. */
export function identity({ account }: Pick<Home, 'account'>): { uid?: number; gid?: number } {
  return account === null ? {} : { uid: account.uid, gid: account.gid };
}

/**
 * Starts PostgreSQL on the cluster, its socket at `host`, and waits until it takes connections, crash recovery included.
 * Returns null when another one is running there already. Throws `EMBEDDED_START_FAILED` with the end of its log.
 */
export async function startPostmaster(home: Home, host: string): Promise<RunningPostmaster | null> {
  const stale = readPostmaster(home);
  if (stale !== null && !isPostmaster(stale)) disown(home, stale);
  for (const deadline = performance.now() + LETTING_GO_MS; ; await wait(100)) {
    const outcome = await launch(home, host);
    if (typeof outcome !== 'string') return outcome;
    if (/lock file "postmaster.pid" already exists/.test(outcome)) return null;
    const lettingGo = /pre-existing shared memory block/.test(outcome);
    if (lettingGo && performance.now() < deadline) continue;
    const message = `PostgreSQL did not start on ${home.cluster}: ${outcome.trim()}`;
    throw new BridgewatchError('EMBEDDED_START_FAILED', message);
  }
}

async function launch(home: Home, host: string): Promise<RunningPostmaster | string> {
  const grown = statSync(home.logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (grown > LOG_BYTES) renameSync(home.logFile, `${home.logFile}.old`);
  const output = openSync(home.logFile, O_APPEND | O_CREAT | O_WRONLY | NO_LINK, 0o600);
  if (home.account !== null) fchownSync(output, home.account.uid, home.account.gid);
  const logStart = fstatSync(output).size;
  const settings = {
    // Sockets only. Windows has none that Node can use: there it is the loopback address, and the password.
    listen_addresses: process.platform === 'win32' ? '127.0.0.1' : '',
    unix_socket_directories: process.platform === 'win32' ? '' : host,
    unix_socket_permissions: '0700',
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    max_connections: '60',
    log_line_prefix: '%m [%p] ',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // Detached: Ctrl-C in a terminal must reach Bridgewatch, which then ends its store in order, and not both at once.
  const child = spawn(program(home.native, 'postgres'), ['-D', home.cluster, '-p', String(PORT), ...args], {
    ...identity(home),
    cwd: home.folder,
    env: environment(),
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  child.unref();
  let ended: string | null = null;
  const exit = new Promise<void>((resolve) => {
    const end = (how: string) => {
      ended = how;
      resolve();
    };
    child.once('exit', (code, signal) => end(`ended with ${signal ?? code}`));
    child.once('error', (error) => end(error.message));
  });
  for (;;) {
    if (ended !== null)
      return `${ended}\n${readFileSync(home.logFile).subarray(logStart).toString('utf8').slice(-2000)}`;
    const found = readPostmaster(home);
    if (found?.pid === child.pid && found?.status === 'ready') {
      return {
        ...found,
        async stop() {
          child.ref();
          if (ended === null) process.kill(found.pid, 'SIGINT');
          const cutOff = setTimeout(() => process.kill(found.pid, 'SIGQUIT'), PATIENCE_MS);
          await exit.finally(() => clearTimeout(cutOff));
        },
      };
    }
    await wait(POLL_MS);
  }
}

/** A postmaster that somebody else started, as one that can be ended from here. */
export function adopt(home: Home, found: Postmaster): RunningPostmaster {
  return {
    ...found,
    async stop() {
      for (const mode of ['fast', 'immediate']) {
        const { status } = spawnSync(
          program(home.native, 'pg_ctl'),
          ['stop', '-D', home.cluster, '-m', mode, '-w', '-t', '30', '-s'],
          {
            ...identity(home),
            cwd: home.folder,
            env: environment(),
            stdio: 'ignore',
          },
        );
        const left = readPostmaster(home);
        if (status === 0 || left === null || left.pid !== found.pid || !isPostmaster(left)) return;
      }
      throw new BridgewatchError(
        'EMBEDDED_STUCK',
        `PostgreSQL (process ${found.pid}) on ${home.cluster} does not end; end it by hand and start again`,
      );
    },
  };
}
