import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listeningDaemon, type SyslogDaemon } from './syslog-daemon.ts';

/**
 * Where Debian's syslog-ng lies: it cannot be installed beside rsyslog, so its packages are unpacked (`dpkg -x`) into a folder of their own. .ci/run does it.
 */
const HOME = process.env.SYSLOG_NG_HOME ?? '/opt/syslog-ng';
const LIBRARIES = ['usr/lib/syslog-ng', 'usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu'].map((at) => join(HOME, at));
const SCL = join(HOME, 'usr/share/syslog-ng/include/scl');
const environment = { ...process.env, LD_LIBRARY_PATH: LIBRARIES.join(':') };

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
export async function startSyslogNg(destination: string): Promise<SyslogDaemon | { readonly missing: string }> {
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
  return await listeningDaemon({ name: 'syslog-ng', child, folder, input });
}
