import { isoTime } from '../calendar.ts';
import type { Simulation } from '../simulation.ts';
import { type LinuxHost, type LinuxProcess, type LinuxUser, root } from './host.ts';

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

type Kind = 'process' | 'network' | 'file';

/** Writes one event as the Elastic endpoint agent does on Linux (ECS 8). */
function write(
  sim: Simulation,
  host: LinuxHost,
  kind: Kind,
  action: string,
  type: string,
  process: LinuxProcess,
  rest: object,
): void {
  const parent = process.parent;
  const described: Record<string, unknown> = {
    pid: process.pid,
    entity_id: process.entity,
    name: baseName(process.executable),
    executable: process.executable,
  };
  if (kind === 'process') {
    described.command_line = process.args.join(' ');
    described.args = process.args;
    described.args_count = process.args.length;
    described.working_directory = process.directory;
    if (parent !== undefined) {
      described.parent = {
        pid: parent.pid,
        entity_id: parent.entity,
        name: baseName(parent.executable),
        executable: parent.executable,
        command_line: parent.args.join(' '),
      };
    }
  }
  const event = {
    action,
    category: [kind],
    type: [type],
    kind: 'event',
    module: 'endpoint',
    dataset: `endpoint.events.${kind}`,
    id: '',
    sequence: 0,
    outcome: 'unknown',
  };
  sim.emit(
    'linux',
    {
      '@timestamp': isoTime(sim.now),
      agent: host.endpoint,
      data_stream: { type: 'logs', dataset: `endpoint.events.${kind}`, namespace: 'default' },
      ecs: { version: '8.10.0' },
      event,
      host: host.described,
      process: described,
      user: { name: process.user.name, id: String(process.user.id) },
      ...rest,
    },
    host.name,
    () => {
      event.sequence = host.nextSequence();
      event.id = `${host.idPrefix}++++${event.sequence.toString(36).padStart(8, '0')}`;
    },
  );
  sim.pass(host.random.int(1, 12));
}

/** Starts a process (`exec`). `commandLine` is split at spaces unless given as a list. */
export function exec(
  sim: Simulation,
  host: LinuxHost,
  parent: LinuxProcess,
  executable: string,
  commandLine: string | readonly string[],
  options: { user?: LinuxUser; directory?: string } = {},
): LinuxProcess {
  const args = typeof commandLine === 'string' ? commandLine.split(' ') : commandLine;
  const process = host.makeProcess(
    parent,
    executable,
    args,
    options.user ?? parent.user,
    options.directory ?? parent.directory,
  );
  write(sim, host, 'process', 'exec', 'start', process, {});
  return process;
}

export function end(sim: Simulation, host: LinuxHost, process: LinuxProcess): void {
  write(sim, host, 'process', 'end', 'end', process, {});
}

/** Starts a process that ends after about `ms`. */
export function runFor(
  sim: Simulation,
  host: LinuxHost,
  parent: LinuxProcess,
  executable: string,
  commandLine: string | readonly string[],
  ms: number,
  options: { user?: LinuxUser; directory?: string } = {},
): LinuxProcess {
  const process = exec(sim, host, parent, executable, commandLine, options);
  sim.after(ms * (0.6 + 0.8 * host.random.float()), () => end(sim, host, process));
  return process;
}

export function connectTo(
  sim: Simulation,
  host: LinuxHost,
  process: LinuxProcess,
  address: string,
  port: number,
): void {
  write(sim, host, 'network', 'connection_attempted', 'start', process, {
    source: { ip: host.address, address: host.address, port: host.random.int(32768, 60999) },
    destination: { ip: address, address, port },
    network: { transport: 'tcp', type: 'ipv4', direction: 'egress' },
  });
}

export function writeFile(
  sim: Simulation,
  host: LinuxHost,
  process: LinuxProcess,
  path: string,
  action: 'creation' | 'modification' = 'creation',
): void {
  const name = baseName(path);
  const dot = name.lastIndexOf('.');
  write(sim, host, 'file', action, action === 'creation' ? 'creation' : 'change', process, {
    file: { path, name, ...(dot > 0 ? { extension: name.slice(dot + 1) } : {}) },
  });
}

/** Writes one line of the auth log as Filebeat's system module reads it. */
function auth(
  sim: Simulation,
  host: LinuxHost,
  program: string,
  pid: number,
  message: string,
  event: object,
  rest: object,
): void {
  sim.emit(
    'linux',
    {
      '@timestamp': isoTime(sim.now),
      agent: host.shipper,
      ecs: { version: '8.0.0' },
      event: { module: 'system', dataset: 'system.auth', kind: 'event', ...event },
      host: host.described,
      log: { file: { path: '/var/log/auth.log' } },
      process: { name: program, pid },
      message,
      ...rest,
    },
    host.name,
  );
  sim.pass(host.random.int(1, 8));
}

export function sshLogin(
  sim: Simulation,
  host: LinuxHost,
  user: string,
  from: string,
  how: 'publickey' | 'password',
  outcome: 'success' | 'failure',
): number {
  const port = host.random.int(32768, 64000);
  const pid = host.makeProcess(host.daemon('sshd'), '/usr/sbin/sshd', ['sshd'], root, '/').pid;
  const accepted = outcome === 'success';
  const key =
    how === 'publickey' && accepted
      ? `: ED25519 SHA256:${host.random.text(43, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')}`
      : '';
  auth(
    sim,
    host,
    'sshd',
    pid,
    `${accepted ? 'Accepted' : 'Failed'} ${how} for ${user} from ${from} port ${port} ssh2${key}`,
    { action: 'ssh_login', category: ['authentication', 'session'], type: accepted ? ['start'] : ['info'], outcome },
    {
      system: { auth: { ssh: { event: accepted ? 'Accepted' : 'Failed', method: how } } },
      source: { ip: from, address: from, port },
      user: { name: user },
      related: { ip: [from], user: [user] },
    },
  );
  return pid;
}

/** sudo: the auth log's line and the process. Returns the command's process, run as root. */
export function sudo(
  sim: Simulation,
  host: LinuxHost,
  shell: LinuxProcess,
  executable: string,
  commandLine: string,
  ms: number,
): LinuxProcess {
  const wrapper = exec(sim, host, shell, '/usr/bin/sudo', `sudo ${commandLine}`, { user: root });
  const tty = `pts/${host.random.int(0, 3)}`;
  auth(
    sim,
    host,
    'sudo',
    wrapper.pid,
    `${shell.user.name} : TTY=${tty} ; PWD=${shell.directory} ; USER=root ; COMMAND=${executable}${commandLine.includes(' ') ? commandLine.slice(commandLine.indexOf(' ')) : ''}`,
    { category: ['process'], type: ['info'], outcome: 'success', action: 'sudo' },
    {
      system: { auth: { sudo: { command: commandLine, pwd: shell.directory, tty, user: 'root' } } },
      user: { name: shell.user.name, effective: { name: 'root' } },
    },
  );
  const command = runFor(sim, host, wrapper, executable, commandLine, ms);
  sim.after(ms * 1.5, () => end(sim, host, wrapper));
  return command;
}

/** A cron job: the log line, then `sh -c`. Returns the shell. */
export function cronJob(sim: Simulation, host: LinuxHost, user: LinuxUser, command: string, ms: number): LinuxProcess {
  const cron = exec(sim, host, host.daemon('cron'), '/usr/sbin/cron', '/usr/sbin/CRON -f', { user: root });
  auth(
    sim,
    host,
    'CRON',
    cron.pid,
    `pam_unix(cron:session): session opened for user ${user.name}(uid=${user.id}) by (uid=0)`,
    { category: ['session'], type: ['start'], outcome: 'success', action: 'session_opened' },
    { user: { name: user.name, id: String(user.id) } },
  );
  const shell = runFor(sim, host, cron, '/usr/bin/dash', ['/bin/sh', '-c', command], ms, {
    user,
    directory: user.id === 0 ? '/root' : user.id < 1000 ? '/' : `/home/${user.name}`,
  });
  sim.after(ms * 1.5, () => end(sim, host, cron));
  return shell;
}

/** An interactive login by ssh: log line, the session's sshd and a shell, which ends by itself. */
export function sshSession(
  sim: Simulation,
  host: LinuxHost,
  user: LinuxUser,
  from: string,
  ms: number,
  how: 'publickey' | 'password' = 'publickey',
): LinuxProcess {
  sshLogin(sim, host, user.name, from, how, 'success');
  const daemon = exec(sim, host, host.daemon('sshd'), '/usr/sbin/sshd', `sshd: ${user.name} [priv]`, { user: root });
  const home = user.id === 0 ? '/root' : `/home/${user.name}`;
  const shell = exec(sim, host, daemon, '/usr/bin/bash', '-bash', { user, directory: home });
  sim.after(ms, () => {
    end(sim, host, shell);
    end(sim, host, daemon);
  });
  return shell;
}
