import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';

const RSYSLOGD = '/usr/sbin/rsyslogd';
const MODULES = ['/usr/lib/x86_64-linux-gnu/rsyslog', '/usr/lib/aarch64-linux-gnu/rsyslog', '/usr/lib/rsyslog'];

/** Debian's rsyslog, forwarding what it is given as the test configured it. */
export interface Rsyslog {
  /** Messages as a program writes them (RFC 3164 or 5424), one a line. Resolves when rsyslog has been handed them. */
  send(lines: readonly string[]): Promise<void>;
  /** What it said of itself so far. */
  said(): string;
  /** Its own folder: for certificates and templates a configuration names. */
  readonly folder: string;
  stop(): Promise<void>;
}

interface RsyslogOptions {
  /** Modules the configuration loads, e.g. `omelasticsearch`: checked for before it starts. */
  readonly modules: readonly string[];
  /** RainerScript's `module(...)` and `template(...)` statements. `folder` is as in Rsyslog. */
  readonly globals: (folder: string) => string;
  /** RainerScript's actions: everything that comes in passes through them. */
  readonly actions: (folder: string) => string;
}

/** Why rsyslog cannot be started here. In CI that is a fault, not a reason to skip. */
function missing(modules: readonly string[]): string | null {
  const home = MODULES.find((folder) => existsSync(folder));
  const absent = [RSYSLOGD, ...modules.map((module) => join(home ?? '/usr/lib/rsyslog', `${module}.so`))].filter(
    (path) => !existsSync(path),
  );
  if (absent.length === 0) return null;
  const why = `no ${absent.join(', ')} (Debian: apt-get install rsyslog rsyslog-elasticsearch rsyslog-openssl)`;
  if (process.env.CI === 'true') throw new Error(`${why}; in CI it must be there`);
  return why;
}

/** rsyslog with an input of its own, or why there is none. */
export async function startRsyslog({
  modules,
  globals,
  actions,
}: RsyslogOptions): Promise<Rsyslog | { readonly missing: string }> {
  const why = missing(modules);
  if (why !== null) return { missing: why };
  const folder = mkdtempSync(join(tmpdir(), 'bw-rsyslog-'));
  const [file, input, output] = [join(folder, 'rsyslog.conf'), join(folder, 'in.sock'), join(folder, 'said.txt')];
  writeFileSync(
    file,
    `global(workDirectory="${folder}" maxMessageSize="64k" processInternalMessages="on")
module(load="imptcp")
input(type="imptcp" path="${input}" ruleset="through")
if $syslogfacility-text == "syslog" then { action(type="omfile" file="${output}") stop }
${globals(folder)}
ruleset(name="through") {
${actions(folder)}
}
`,
    { mode: 0o600 },
  );
  const child = spawn(RSYSLOGD, ['-n', '-i', join(folder, 'pid'), '-f', file], { stdio: ['ignore', 'pipe', 'pipe'] });
  let spoken = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (spoken += chunk.toString()));
  const ended = once(child, 'exit');
  const said = (): string => spoken + (existsSync(output) ? readFileSync(output, 'utf8') : '');
  await listening(child, input, said);
  return {
    folder,
    said,
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
  throw new Error(`rsyslog did not start: ${said()}`);
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
