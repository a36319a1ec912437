import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as later } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const IP = '/usr/sbin/ip';
const TOOLS = [IP, '/usr/sbin/nft', '/usr/sbin/sshd', '/usr/bin/ssh-keygen'];
const PORT = 4000;
const PEER = fileURLToPath(new URL('namespace-peer.ts', import.meta.url));

/** One TCP connection that the outside client opened. */
export interface Line {
  /** True when the text came back within `ms`. */
  echo(text: string, ms?: number): Promise<boolean>;
  close(): Promise<void>;
}

/** `host`: the machine itself; `behind`: a machine that it forwards for. */
export type Whom = 'host' | 'behind';
export type Family = 'v4' | 'v6';

/** A machine with sshd and nftables that forwards for another, and a client outside. None of them exists but here. */
export interface IsolableHost {
  /** Where its sshd listens; from outside the namespaces only this can be reached. */
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly privateKey: string;
  /** Fingerprint, `SHA256:...`. */
  readonly hostKey: string;
  /** Our own address on the way to it. */
  readonly managedFrom: string;
  readonly client: Readonly<Record<Family, string>>;
  /** Opens a connection as the client; null where none comes about within `ms`. */
  clientConnect(whom: Whom, family: Family, ms?: number): Promise<Line | null>;
  /** Runs nft on the machine itself. Gives what it prints. */
  nft(...args: readonly string[]): string;
  stop(): Promise<void>;
}

const net4 = (third: number, host: number): string => `198.18.${third}.${host}`;
const net6 = (third: number, host: number): string => `fd00:18:${third}::${host}`;

function run(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stderr}${error?.message ?? ''}`);
  return stdout;
}
const ip = (...args: readonly string[]): string => run(IP, args);

/** Why there can be no such machine here. In CI that is a fault, not a reason to skip. */
function missing(): string | null {
  const absent = TOOLS.filter((path) => !existsSync(path));
  let why: string | null = null;
  if (process.platform !== 'linux') why = 'network namespaces are of Linux';
  else if (process.getuid?.() !== 0) why = 'only root can make network namespaces';
  else if (absent.length > 0) {
    why = `no ${absent.join(', ')} (Debian: apt-get install nftables openssh-server iproute2)`;
  } else {
    const probe = `bw${randomBytes(4).toString('hex')}`;
    const { status, stderr } = spawnSync(IP, ['netns', 'add', probe], { encoding: 'utf8' });
    if (status === 0) ip('netns', 'del', probe);
    else why = `network namespaces cannot be made here: ${stderr.trim()}`;
  }
  if (why !== null && process.env.CI === 'true') throw new Error(`${why}; in CI it must be possible`);
  return why;
}

/** Two ends of a cable: each a namespace (null: ours), and addresses with prefix. */
type End = readonly [namespace: string | null, name: string, addresses: readonly string[]];

function cable(...ends: readonly [End, End]): void {
  const [[, a], [, b]] = ends;
  ip('link', 'add', a, 'type', 'veth', 'peer', 'name', b);
  for (const [namespace, name, addresses] of ends) {
    const inside = namespace === null ? [] : ['-n', namespace];
    if (namespace !== null) ip('link', 'set', name, 'netns', namespace);
    for (const address of addresses) {
      ip(...inside, 'addr', 'add', address, 'dev', name, ...(address.includes(':') ? ['nodad'] : []));
    }
    ip(...inside, 'link', 'set', name, 'up');
  }
}

/** The forced command of docs/connectors.md, so that what is documented is what is tested. */
function forcedCommand(): string {
  const script = /```sh\n(#!\/bin\/sh\n[\s\S]*?)```/.exec(readFileSync('docs/connectors.md', 'utf8'))?.[1];
  if (script === undefined) throw new Error('docs/connectors.md shows no forced command');
  return script;
}

/** sshd for root with one key, which may run the documented commands and nothing else. */
function prepareSshd(folder: string, address: string): { privateKey: string; hostKey: string; config: string } {
  const at = (name: string): string => join(folder, name);
  for (const name of ['host', 'client']) run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)]);
  writeFileSync(at('bridgewatch-nft'), forcedCommand(), { mode: 0o755 });
  const key = readFileSync(at('client.pub'), 'utf8');
  writeFileSync(at('authorized_keys'), `restrict,command="${at('bridgewatch-nft')}" ${key}`, { mode: 0o600 });
  // Debian's sshd wants it; its service makes it, which is not running here.
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const lines = [
    `ListenAddress ${address}`,
    'Port 22',
    `HostKey ${at('host')}`,
    `AuthorizedKeysFile ${at('authorized_keys')}`,
    'PidFile none',
    'UsePAM no',
    'StrictModes no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin forced-commands-only',
  ];
  writeFileSync(at('sshd_config'), `${lines.join('\n')}\n`);
  return {
    privateKey: readFileSync(at('client'), 'utf8'),
    hostKey: run('ssh-keygen', ['-lf', at('host.pub')]).split(' ')[1] ?? '',
    config: at('sshd_config'),
  };
}

/** A machine of its own in namespaces of its own, or why there is none. */
export async function startIsolableHost(): Promise<IsolableHost | { readonly missing: string }> {
  const why = missing();
  if (why !== null) return { missing: why };

  const name = `bw${randomBytes(4).toString('hex')}`;
  const [host, client, behind] = [`${name}h`, `${name}c`, `${name}b`];
  const folder = mkdtempSync(join(tmpdir(), 'bw-host-'));
  const children: ChildProcess[] = [];
  const clean = (): void => {
    for (const namespace of [host, client, behind]) {
      const { stdout } = spawnSync(IP, ['netns', 'pids', namespace], { encoding: 'utf8' });
      // Deleting a namespace frees its name only; it lives on while a process is in it.
      for (const pid of stdout.split('\n').filter((line) => line !== '')) {
        try {
          process.kill(Number(pid), 'SIGKILL');
        } catch {
          // It ended by itself in the meantime.
        }
      }
      spawnSync(IP, ['netns', 'del', namespace]);
    }
    spawnSync(IP, ['link', 'del', `${name}m`]);
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', clean);
  const inside = (namespace: string, ...command: readonly string[]): ChildProcess => {
    const child = spawn(IP, ['netns', 'exec', namespace, ...command], { stdio: ['pipe', 'pipe', 'ignore'] });
    children.push(child);
    return child;
  };
  const stop = async (): Promise<void> => {
    const ended = children.map((child) =>
      child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null,
    );
    clean();
    process.removeListener('exit', clean);
    await Promise.all(ended);
  };

  try {
    for (const namespace of [host, client, behind]) {
      ip('netns', 'add', namespace);
      ip('-n', namespace, 'link', 'set', 'lo', 'up');
    }
    // The one cable to our own namespace: a random network of four, so that two runs at once do not meet.
    const [third, last] = [randomInt(16, 256), randomInt(0, 63) * 4];
    const [managedFrom, address] = [net4(third, last + 1), net4(third, last + 2)];
    cable([null, `${name}m`, [`${managedFrom}/30`]], [host, 'manage', [`${address}/30`]]);
    const outside = { v4: net4(1, 1), v6: net6(1, 1) };
    const server = { host: { v4: net4(1, 2), v6: net6(1, 2) }, behind: { v4: net4(2, 1), v6: net6(2, 1) } };
    const both = ({ v4, v6 }: Record<Family, string>): string[] => [`${v4}/24`, `${v6}/64`];
    cable([client, 'outside', both(outside)], [host, 'front', both(server.host)]);
    cable([behind, 'inside', both(server.behind)], [host, 'back', both({ v4: net4(2, 2), v6: net6(2, 2) })]);
    for (const [namespace, gateway] of [
      [client, server.host],
      [behind, { v4: net4(2, 2), v6: net6(2, 2) }],
    ] as const) {
      ip('-n', namespace, 'route', 'add', 'default', 'via', gateway.v4);
      ip('-n', namespace, '-6', 'route', 'add', 'default', 'via', gateway.v6);
    }
    const forward = 'echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding';
    ip('netns', 'exec', host, 'sh', '-c', forward);

    const { privateKey, hostKey, config } = prepareSshd(folder, address);
    // sshd closes every descriptor it might have at each fork: with a high limit that is most of what a command takes.
    inside(host, 'sh', '-c', `ulimit -n 256; exec /usr/sbin/sshd -D -f '${config}'`);
    for (const namespace of [host, behind]) {
      await firstLine(inside(namespace, process.execPath, PEER, 'serve', String(PORT)));
    }
    const ask = await asker(inside(client, process.execPath, PEER, 'ask'));
    await listens(address, 22);

    let opened = 0;
    return {
      address,
      port: 22,
      user: 'root',
      privateKey,
      hostKey,
      managedFrom,
      client: outside,
      async clientConnect(whom, family, ms = 5_000) {
        const line = ++opened;
        if (!(await ask({ do: 'open', line, address: server[whom][family], port: PORT, ms }))) return null;
        return {
          echo: (text, limit = 5_000) => ask({ do: 'echo', line, text, ms: limit }),
          async close() {
            await ask({ do: 'close', line });
          },
        };
      },
      nft: (...args) => ip('netns', 'exec', host, 'nft', ...args),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function firstLine(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new Error('a peer has no standard output');
  await once(child.stdout, 'data', { signal: AbortSignal.timeout(20_000) });
}

async function asker(child: ChildProcess): Promise<(order: object) => Promise<boolean>> {
  await firstLine(child);
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('the client has no standard input or output');
  const waiting = new Map<number, (outcome: boolean) => void>();
  createInterface({ input: stdout }).on('line', (text) => {
    const { id, outcome } = JSON.parse(text) as { id: number; outcome: boolean };
    waiting.get(id)?.(outcome);
    waiting.delete(id);
  });
  let asked = 0;
  return (order) =>
    new Promise((resolve) => {
      const id = ++asked;
      waiting.set(id, resolve);
      stdin.write(`${JSON.stringify({ ...order, id })}\n`);
    });
}

/** Polls until a connection is taken. */
async function listens(host: string, port: number): Promise<void> {
  for (let turn = 0; turn < 200; turn++) {
    const socket = connect({ host, port });
    const open = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (open) return;
    await later(25);
  }
  throw new Error(`nobody listens on ${host}:${port}`);
}
