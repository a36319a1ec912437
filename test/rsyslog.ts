import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listeningDaemon, type SyslogDaemon } from './syslog-daemon.ts';

const RSYSLOGD = '/usr/sbin/rsyslogd';
const MODULES = ['/usr/lib/x86_64-linux-gnu/rsyslog', '/usr/lib/aarch64-linux-gnu/rsyslog', '/usr/lib/rsyslog'];

/** Debian's rsyslog, forwarding what it is given as the test configured it. */
export interface Rsyslog extends SyslogDaemon {
  /** Its own folder: for certificates and templates a configuration names. */
  readonly folder: string;
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
  const alsoSaid = (): string => (existsSync(output) ? readFileSync(output, 'utf8') : '');
  return { folder, ...(await listeningDaemon({ name: 'rsyslog', child, folder, input, alsoSaid })) };
}
