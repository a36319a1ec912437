import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';

/**
 * Where Debian's syslog-ng lies: it cannot be installed beside rsyslog, so its packages are unpacked (`dpkg -x`) into a folder of their own. .ci/run does it.
 */
const HOME = process.env.SYSLOG_NG_HOME ?? '/opt/syslog-ng';
const LIBRARIES = ['usr/lib/syslog-ng', 'usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu'].map((at) => join(HOME, at));
const SCL = join(HOME, 'usr/share/syslog-ng/include/scl');
const environment = { ...process.env, LD_LIBRARY_PATH: LIBRARIES.join(':') };

/** Debian's syslog-ng, forwarding what it is given as the test configured it. */
export interface SyslogNg {
  /** RFC 3164 messages, one a line. Resolves when syslog-ng has been handed them. */
  send(lines: readonly string[]): Promise<void>;
  said(): string;
  stop(): Promise<void>;
}

/** Why syslog-ng cannot be started here. In CI that is a fault, not a reason to skip. */
function missing(): string | null {
  const daemon = join(HOME, 'usr/sbin/syslog-ng');
  const http = join(modules(), 'libhttp.so');
  const absent = [daemon, http, join(SCL, 'elasticsearch')].filter((path) => !existsSync(path));
  let why = absent.length === 0 ? null : `no ${absent.join(', ')}`;
  for (const file of absent.length === 0 ? [daemon, http, join(modules(), 'libafsocket.so')] : []) {
    const { stdout } = spawnSync('/usr/bin/ldd', [file], { encoding: 'utf8', env: environment });
    const lost = /^\s*(\S+) => not found/m.exec(stdout ?? '')?.[1];
    if (lost !== undefined) why = `${file} lacks ${lost}`;
  }
  if (why === null) return null;
  const told = `${why} (Debian's syslog-ng-core, syslog-ng-mod-http, syslog-ng-scl and their libraries, unpacked in ${HOME})`;
  if (process.env.CI === 'true') throw new Error(`${told}; in CI it must be there`);
  return told;
}

function modules(): string {
  const home = join(HOME, 'usr/lib/syslog-ng');
  const version = existsSync(home) ? readdirSync(home).find((name) => /^\d+\.\d+$/.test(name)) : undefined;
  return join(home, version ?? 'none');
}

/**
 * syslog-ng with an input of its own, or why there is none.
 * @param destination the inside of a `destination` block; `elasticsearch-http` is known to it
 */
export async function startSyslogNg(destination: string): Promise<SyslogNg | { readonly missing: string }> {
  const why = missing();
  if (why !== null) return { missing: why };
  const folder = mkdtempSync(join(tmpdir(), 'bw-syslog-ng-'));
  const [file, input] = [join(folder, 'syslog-ng.conf'), join(folder, 'in.sock')];
  const version = /(\d+\.\d+)$/.exec(modules())?.[1] ?? '';
  writeFileSync(
    file,
    `@version: ${version}
@include "${SCL}/elasticsearch/*.conf"
options { time-reopen(1); };
source in { unix-stream("${input}" flags(expect-hostname) keep-hostname(yes)); };
destination out { ${destination} };
log { source(in); destination(out); };
`,
    { mode: 0o600 },
  );
  const child = spawn(
    join(HOME, 'usr/sbin/syslog-ng'),
    ['-F', '-e', '--no-caps', '-f', file, `--module-path=${modules()}`].concat(
      ['-R', join(folder, 'persist')],
      ['-p', join(folder, 'pid')],
      ['-c', join(folder, 'control')],
    ),
    { env: environment, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let spoken = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (spoken += chunk.toString()));
  const ended = once(child, 'exit');
  await listening(child, input, () => spoken);
  return {
    said: () => spoken,
    async send(lines) {
      const socket = connect(input);
      await once(socket, 'connect');
      socket.end(lines.map((line) => `${line}\n`).join(''));
      await once(socket, 'close');
    },
    async stop() {
      child.kill('SIGTERM');
      const gone = await Promise.race([ended.then(() => true), later(5000, false, { ref: false })]);
      if (!gone) {
        child.kill('SIGKILL');
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function listening(child: ChildProcess, path: string, said: () => string): Promise<void> {
  for (let turn = 0; turn < 400 && child.exitCode === null; turn += 1) {
    if (existsSync(path) && (await accepts(path))) return;
    await later(25);
  }
  child.kill('SIGKILL');
  throw new Error(`syslog-ng did not start: ${said()}`);
}

/** The socket's file is there a moment before anybody listens at it. */
function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
