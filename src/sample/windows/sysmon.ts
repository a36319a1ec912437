import { sysmonTime } from '../calendar.ts';
import type { Site } from '../internet.ts';
import type { Simulation } from '../simulation.ts';
import type { Process, Session, WindowsHost } from './host.ts';
import type { Image } from './images.ts';
import { logOff, processStarted } from './security.ts';
import { type EventData, writeWindowsEvent } from './winlogbeat.ts';

/** id -> task name and record version, as Sysmon 13 gives them. */
const tasks: Readonly<Record<number, readonly [string, number]>> = {
  1: ['Process Create (rule: ProcessCreate)', 5],
  3: ['Network connection detected (rule: NetworkConnect)', 5],
  5: ['Process terminated (rule: ProcessTerminate)', 3],
  7: ['Image loaded (rule: ImageLoad)', 3],
  8: ['CreateRemoteThread detected (rule: CreateRemoteThread)', 2],
  10: ['Process accessed (rule: ProcessAccess)', 3],
  11: ['File created (rule: FileCreate)', 2],
  12: ['Registry object added or deleted (rule: RegistryEvent)', 2],
  13: ['Registry value set (rule: RegistryEvent)', 2],
  17: ['Pipe Created (rule: PipeEvent)', 1],
  18: ['Pipe Connected (rule: PipeEvent)', 1],
  22: ['Dns query (rule: DnsQuery)', 5],
};

function write(sim: Simulation, host: WindowsHost, id: number, data: EventData): void {
  const [task, version] = tasks[id] ?? ['', 0];
  writeWindowsEvent(sim, host, 'sysmon', id, version, task, data);
}

function userOf(session: Session): string {
  return `${session.account.domain}\\${session.account.login}`;
}

function integrity(session: Session): string {
  if (session.account.domain === 'NT AUTHORITY') return 'System';
  return session.elevated ? 'High' : 'Medium';
}

const actor = (sim: Simulation, process: Process): Record<string, string> => ({
  RuleName: '-',
  UtcTime: sysmonTime(sim.now),
  ProcessGuid: process.guid,
  ProcessId: String(process.pid),
  Image: process.image.path,
});

/** Records an already entered process as started now (Sysmon 1 and Security 4688). */
export function recordStart(
  sim: Simulation,
  host: WindowsHost,
  process: Process,
  directory = 'C:\\Windows\\system32\\',
): void {
  const { image, session, parent } = process;
  write(sim, host, 1, {
    ...actor(sim, process),
    FileVersion: image.version,
    Description: image.description,
    Product: image.product,
    Company: image.company,
    OriginalFileName: image.original,
    CommandLine: process.commandLine,
    CurrentDirectory: directory,
    User: userOf(session),
    LogonGuid: session.logonGuid,
    LogonId: session.logonId,
    TerminalSessionId: String(session.terminal),
    IntegrityLevel: integrity(session),
    Hashes: image.hashes,
    ParentProcessGuid: parent?.guid ?? '{00000000-0000-0000-0000-000000000000}',
    ParentProcessId: String(parent?.pid ?? 4),
    ParentImage: parent?.image.path ?? '-',
    ParentCommandLine: parent?.commandLine ?? '-',
  });
  processStarted(sim, host, process);
}

/** Starts a process as a child of `parent`, in its session unless another is given. */
export function start(
  sim: Simulation,
  host: WindowsHost,
  parent: Process,
  of: Image,
  commandLine: string,
  options: { session?: Session; directory?: string } = {},
): Process {
  const process = host.makeProcess(of, commandLine, options.session ?? parent.session, parent, sim.now);
  const home =
    process.session.account.domain === 'NT AUTHORITY'
      ? 'C:\\Windows\\system32\\'
      : `C:\\Users\\${process.session.account.login}\\`;
  recordStart(sim, host, process, options.directory ?? home);
  return process;
}

export function exit(sim: Simulation, host: WindowsHost, process: Process): void {
  if (host.forget(process)) write(sim, host, 5, actor(sim, process));
}

/** Logs a session off: what runs in it ends, then 4634. */
export function endSession(sim: Simulation, host: WindowsHost, session: Session): void {
  if (!host.on) return;
  for (const process of host.processesOf(session)) exit(sim, host, process);
  logOff(sim, host, session);
}

/** Starts a process that ends by itself after about `ms`. */
export function run(
  sim: Simulation,
  host: WindowsHost,
  parent: Process,
  of: Image,
  commandLine: string,
  ms: number,
  options: { session?: Session; directory?: string } = {},
): Process {
  const process = start(sim, host, parent, of, commandLine, options);
  sim.after(ms * (0.6 + 0.8 * host.random.float()), () => exit(sim, host, process));
  return process;
}

/** Looks a site up (Sysmon 22) and returns the address it got. */
export function lookUp(sim: Simulation, host: WindowsHost, process: Process, site: Site): string {
  const results = site.addresses
    .map((address) => (address.startsWith('10.') ? address : `::ffff:${address}`))
    .join(';');
  write(sim, host, 22, {
    ...actor(sim, process),
    QueryName: site.domain,
    QueryStatus: '0',
    QueryResults: `${results};`,
  });
  return host.random.pick(site.addresses);
}

export interface Peer {
  readonly address: string;
  readonly port: number;
  readonly name?: string;
}

export function connect(
  sim: Simulation,
  host: WindowsHost,
  process: Process,
  peer: Peer,
  protocol: 'tcp' | 'udp' = 'tcp',
): void {
  write(sim, host, 3, {
    ...actor(sim, process),
    User: userOf(process.session),
    Protocol: protocol,
    Initiated: 'true',
    SourceIsIpv6: 'false',
    SourceIp: host.address,
    SourceHostname: host.fqdn,
    SourcePort: String(host.random.int(49152, 65500)),
    SourcePortName: '-',
    DestinationIsIpv6: 'false',
    DestinationIp: peer.address,
    DestinationHostname: peer.name ?? '-',
    DestinationPort: String(peer.port),
    DestinationPortName:
      peer.port === 443 ? 'https' : peer.port === 80 ? 'http' : peer.port === 445 ? 'microsoft-ds' : '-',
  });
}

/** A connection that came in. */
export function accept(sim: Simulation, host: WindowsHost, process: Process, from: string, port: number): void {
  write(sim, host, 3, {
    ...actor(sim, process),
    User: userOf(process.session),
    Protocol: 'tcp',
    Initiated: 'false',
    SourceIsIpv6: 'false',
    SourceIp: from,
    SourceHostname: '-',
    SourcePort: String(host.random.int(49152, 65500)),
    SourcePortName: '-',
    DestinationIsIpv6: 'false',
    DestinationIp: host.address,
    DestinationHostname: host.fqdn,
    DestinationPort: String(port),
    DestinationPortName: '-',
  });
}

/** Looks a site up and connects to it. */
export function visit(sim: Simulation, host: WindowsHost, process: Process, site: Site, port = 443): string {
  const address = lookUp(sim, host, process, site);
  sim.pass(host.random.int(5, 60));
  connect(sim, host, process, { address, port });
  return address;
}

export function createFile(sim: Simulation, host: WindowsHost, process: Process, path: string): void {
  write(sim, host, 11, { ...actor(sim, process), TargetFilename: path, CreationUtcTime: sysmonTime(sim.now) });
}

export function setValue(sim: Simulation, host: WindowsHost, process: Process, key: string, details: string): void {
  write(sim, host, 13, { ...actor(sim, process), EventType: 'SetValue', TargetObject: key, Details: details });
}

export function changeKey(
  sim: Simulation,
  host: WindowsHost,
  process: Process,
  key: string,
  type: 'CreateKey' | 'DeleteValue' | 'DeleteKey',
): void {
  write(sim, host, 12, { ...actor(sim, process), EventType: type, TargetObject: key });
}

export function loadImage(
  sim: Simulation,
  host: WindowsHost,
  process: Process,
  path: string,
  by: { company: string; signed: boolean; hashes: string },
): void {
  write(sim, host, 7, {
    ...actor(sim, process),
    ImageLoaded: path,
    FileVersion: '-',
    Description: '-',
    Product: '-',
    Company: by.company,
    OriginalFileName: by.signed ? path.slice(path.lastIndexOf('\\') + 1) : '-',
    Hashes: by.hashes,
    Signed: String(by.signed),
    Signature: by.signed ? by.company : '-',
    SignatureStatus: by.signed ? 'Valid' : 'Unavailable',
  });
}

const frames = ['C:\\Windows\\SYSTEM32\\ntdll.dll+9d4c4', 'C:\\Windows\\System32\\KERNELBASE.dll+2c13e'];

/** One process opens another (Sysmon 10). `from` is the module the call came from, where not the program itself; '' is memory of no module. */
export function access(
  sim: Simulation,
  host: WindowsHost,
  source: Process,
  target: Process,
  mask: string,
  from?: string,
): void {
  write(sim, host, 10, {
    RuleName: '-',
    UtcTime: sysmonTime(sim.now),
    SourceProcessGUID: source.guid,
    SourceProcessId: String(source.pid),
    SourceThreadId: String(host.random.int(300, 4000) * 4),
    SourceImage: source.image.path,
    TargetProcessGUID: target.guid,
    TargetProcessId: String(target.pid),
    TargetImage: target.image.path,
    GrantedAccess: mask,
    CallTrace: [
      ...frames,
      from === ''
        ? `UNKNOWN(00000${host.random.hex(11).toUpperCase()})`
        : `${from ?? source.image.path}+${host.random.hex(5)}`,
    ].join('|'),
  });
}

export function injectThread(
  sim: Simulation,
  host: WindowsHost,
  source: Process,
  target: Process,
  known: boolean,
): void {
  write(sim, host, 8, {
    RuleName: '-',
    UtcTime: sysmonTime(sim.now),
    SourceProcessGuid: source.guid,
    SourceProcessId: String(source.pid),
    SourceImage: source.image.path,
    TargetProcessGuid: target.guid,
    TargetProcessId: String(target.pid),
    TargetImage: target.image.path,
    NewThreadId: String(host.random.int(300, 4000) * 4),
    StartAddress: `0x${host.random.hex(12).toUpperCase().padStart(16, '0')}`,
    StartModule: known ? 'C:\\Windows\\System32\\KERNEL32.DLL' : '-',
    StartFunction: known ? 'CtrlRoutine' : '-',
  });
}

export function openPipe(
  sim: Simulation,
  host: WindowsHost,
  process: Process,
  name: string,
  how: 'created' | 'connected',
): void {
  write(sim, host, how === 'created' ? 17 : 18, {
    ...actor(sim, process),
    EventType: how === 'created' ? 'CreatePipe' : 'ConnectPipe',
    PipeName: name,
  });
}
