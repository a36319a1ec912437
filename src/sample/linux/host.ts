import type { Random } from '../random.ts';

export interface LinuxUser {
  readonly name: string;
  readonly id: number;
}

export const root: LinuxUser = { name: 'root', id: 0 };

/** One running process on a Linux server. */
export interface LinuxProcess {
  readonly pid: number;
  readonly entity: string;
  readonly executable: string;
  readonly args: readonly string[];
  readonly user: LinuxUser;
  readonly directory: string;
  readonly parent: LinuxProcess | undefined;
}

/** Daemons that run since before the sample: name, executable, command line, user. */
const daemons: readonly (readonly [string, string, string, LinuxUser])[] = [
  ['sshd', '/usr/sbin/sshd', 'sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups', root],
  ['cron', '/usr/sbin/cron', '/usr/sbin/cron -f', root],
  ['dockerd', '/usr/bin/dockerd', '/usr/bin/dockerd -H fd:// --containerd=/run/containerd/containerd.sock', root],
  ['nginx', '/usr/sbin/nginx', 'nginx: worker process', { name: 'www-data', id: 33 }],
  ['php-fpm', '/usr/sbin/php-fpm8.2', 'php-fpm: pool www', { name: 'www-data', id: 33 }],
  [
    'tomcat',
    '/usr/lib/jvm/java-17-openjdk-amd64/bin/java',
    '/usr/lib/jvm/java-17-openjdk-amd64/bin/java -Xmx2g -Dcatalina.base=/opt/tomcat org.apache.catalina.startup.Bootstrap start',
    { name: 'tomcat', id: 998 },
  ],
  ['node', '/usr/bin/node', '/usr/bin/node /srv/portal/server.js', { name: 'portal', id: 1004 }],
  ['postgres', '/usr/lib/postgresql/15/bin/postgres', 'postgres: 15/main: checkpointer', { name: 'postgres', id: 112 }],
  [
    'runner',
    '/opt/actions-runner/bin/Runner.Listener',
    '/opt/actions-runner/bin/Runner.Listener run',
    { name: 'runner', id: 1005 },
  ],
];

/** A Linux server with an endpoint agent on it, and a shipper for its auth log. */
export class LinuxHost {
  readonly name: string;
  readonly address: string;
  readonly random: Random;
  /** The `host` object as the agent writes it. */
  readonly described: object;
  readonly endpoint: { type: string; version: string; id: string };
  readonly shipper: { type: string; version: string; id: string; name: string };
  readonly init: LinuxProcess;
  /** What the agent's event ids begin with. */
  readonly idPrefix: string;
  readonly #daemons = new Map<string, LinuxProcess>();
  #sequence: number;
  #pid: number;

  constructor(name: string, address: string, random: Random) {
    this.name = name;
    this.address = address;
    this.random = random;
    this.described = {
      name,
      hostname: name,
      id: random.hex(32),
      ip: [address, '127.0.0.1'],
      architecture: 'x86_64',
      os: {
        type: 'linux',
        family: 'debian',
        name: 'Debian',
        platform: 'debian',
        version: '12.5',
        kernel: '6.1.0-18-amd64',
      },
    };
    this.endpoint = { type: 'endpoint', version: '8.12.1', id: random.guid() };
    this.shipper = { type: 'filebeat', version: '8.12.1', id: random.guid(), name };
    this.idPrefix = random.text(16, 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789');
    this.#sequence = random.int(20_000, 900_000);
    this.#pid = random.int(3_000, 90_000);
    this.init = {
      pid: 1,
      entity: this.#entity(),
      executable: '/usr/lib/systemd/systemd',
      args: ['/sbin/init'],
      user: root,
      directory: '/',
      parent: undefined,
    };
    for (const [daemon, executable, commandLine, user] of daemons) {
      this.#daemons.set(daemon, {
        pid: random.int(400, 2900),
        entity: this.#entity(),
        executable,
        args: commandLine.split(' '),
        user,
        directory: '/',
        parent: this.init,
      });
    }
  }

  daemon(name: string): LinuxProcess {
    const found = this.#daemons.get(name);
    if (found === undefined) throw new RangeError(`no daemon called ${name} in the sample`);
    return found;
  }

  nextSequence(): number {
    return ++this.#sequence;
  }

  makeProcess(
    parent: LinuxProcess,
    executable: string,
    args: readonly string[],
    user: LinuxUser,
    directory: string,
  ): LinuxProcess {
    this.#pid += this.random.int(1, 7);
    if (this.#pid > 4_000_000) this.#pid = 3_000;
    return { pid: this.#pid, entity: this.#entity(), executable, args, user, directory, parent };
  }

  #entity(): string {
    return this.random.text(44, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789');
  }
}
