import type { Company } from '../company.ts';
import type { Random } from '../random.ts';
import type { Feed } from '../simulation.ts';
import type { Channel } from './channel.ts';
import { type Image, image } from './images.ts';

/** An account as Windows names it. */
export interface Account {
  readonly login: string;
  readonly domain: string;
  readonly sid: string;
}

/** One logon session on one host. */
export interface Session {
  readonly account: Account;
  /** `0x3e7` form. */
  readonly logonId: string;
  readonly logonGuid: string;
  readonly terminal: number;
  readonly elevated: boolean;
  readonly type: number;
}

/** One running process. */
export interface Process {
  readonly pid: number;
  readonly guid: string;
  readonly image: Image;
  readonly commandLine: string;
  readonly session: Session;
  readonly parent: Process | undefined;
}

export const system: Account = { login: 'SYSTEM', domain: 'NT AUTHORITY', sid: 'S-1-5-18' };
const networkService: Account = { login: 'NETWORK SERVICE', domain: 'NT AUTHORITY', sid: 'S-1-5-20' };
const localService: Account = { login: 'LOCAL SERVICE', domain: 'NT AUTHORITY', sid: 'S-1-5-19' };

/** A running service host or service, by its short name in `service()`. */
const services: readonly (readonly [string, string, string, 'system' | 'network' | 'local'])[] = [
  ['dcom', 'svchost', 'C:\\Windows\\system32\\svchost.exe -k DcomLaunch -p', 'system'],
  ['rpcss', 'svchost', 'C:\\Windows\\system32\\svchost.exe -k RPCSS -p', 'network'],
  [
    'eventlog',
    'svchost',
    'C:\\Windows\\System32\\svchost.exe -k LocalServiceNetworkRestricted -p -s EventLog',
    'local',
  ],
  ['schedule', 'svchost', 'C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s Schedule', 'system'],
  ['dnscache', 'svchost', 'C:\\Windows\\system32\\svchost.exe -k NetworkService -p -s Dnscache', 'network'],
  ['netsvcs', 'svchost', 'C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s Winmgmt', 'system'],
  ['wuauserv', 'svchost', 'C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s wuauserv', 'system'],
  ['bits', 'svchost', 'C:\\Windows\\System32\\svchost.exe -k netsvcs -p -s BITS', 'system'],
  ['appinfo', 'svchost', 'C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s Appinfo', 'system'],
  ['diagtrack', 'svchost', 'C:\\Windows\\System32\\svchost.exe -k utcsvc -p', 'system'],
  ['termservice', 'svchost', 'C:\\Windows\\System32\\svchost.exe -k termsvcs -s TermService', 'network'],
  ['spooler', 'spoolsv', 'C:\\Windows\\System32\\spoolsv.exe', 'system'],
  [
    'defender',
    'msmpeng',
    '"C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.24020.7-0\\MsMpEng.exe"',
    'system',
  ],
  ['search', 'searchindexer', 'C:\\Windows\\system32\\SearchIndexer.exe /Embedding', 'system'],
  ['agent', 'agent', '"C:\\Program Files\\Kestrel Endpoint\\kestrel-agent.exe" --service', 'system'],
  [
    'clicktorun',
    'clicktorun',
    '"C:\\Program Files\\Common Files\\Microsoft Shared\\ClickToRun\\OfficeClickToRun.exe" /service',
    'system',
  ],
];

/** A Windows machine: its log counters, its process table and its sessions. What it records is in sysmon.ts and security.ts. */
export class WindowsHost {
  readonly name: string;
  readonly fqdn: string;
  readonly feed: Feed;
  readonly random: Random;
  readonly agent: { type: string; version: string; hostname: string; id: string };
  readonly kind: 'workstation' | 'server';
  readonly domain: string;
  address: string;
  on = true;
  systemSession: Session;
  /** Process 4, which file sharing's connections belong to. */
  kernel: Process;
  /** Who is at the console, while somebody is. */
  console: { session: Session; explorer: Process } | undefined;
  readonly machineAccount: Account;
  readonly #machine: string;
  readonly #records: Record<Channel, number>;
  #sequence: number;
  #boot: number;
  #nextLogon: number;
  readonly #running = new Map<number, Process>();
  readonly #services = new Map<string, Process>();
  #servicesExe: Process;

  constructor(
    company: Company,
    name: string,
    address: string,
    kind: 'workstation' | 'server',
    random: Random,
    start: number,
  ) {
    this.name = name.toLowerCase();
    this.fqdn = `${name.toUpperCase()}.${company.adDomain}`;
    this.address = address;
    this.kind = kind;
    this.feed = kind === 'workstation' ? 'windows-endpoints' : 'windows-servers';
    this.random = random;
    this.domain = company.netbios;
    this.#machine = random.hex(8);
    this.#boot = random.int(3, 60);
    this.#sequence = random.int(0x400, 0x3000);
    this.#nextLogon = random.int(0x20000, 0x900000);
    this.#records = {
      sysmon: random.int(80_000, 900_000),
      security: random.int(200_000, 4_000_000),
      powershell: random.int(900, 40_000),
      system: random.int(4_000, 60_000),
    };
    this.agent = { type: 'winlogbeat', version: '7.12.1', hostname: name.toUpperCase(), id: random.guid() };
    this.machineAccount = {
      login: `${name.toUpperCase()}$`,
      domain: company.netbios,
      sid: `${company.domainSid}-${random.int(3000, 9000)}`,
    };
    // Machines have run for a while when the sample begins: their service processes predate it.
    const booted = start - random.int(1, 9) * 86_400_000 - random.int(0, 80_000_000);
    this.systemSession = this.fixedSession(system, '0x3e7', booted);
    [this.kernel, this.#servicesExe] = this.#bootProcesses(booted);
  }

  #bootProcesses(time: number): [Process, Process] {
    const init = this.makeProcess(image('wininit'), 'wininit.exe', this.systemSession, undefined, time);
    const control = this.makeProcess(
      image('services'),
      'C:\\Windows\\system32\\services.exe',
      this.systemSession,
      init,
      time,
    );
    const lsass = this.makeProcess(image('lsass'), 'C:\\Windows\\system32\\lsass.exe', this.systemSession, init, time);
    const unnamed = this.makeProcess({ ...image('smss'), path: 'System' }, '', this.systemSession, undefined, time);
    const kernel = { ...unnamed, pid: 4 };
    this.#services.set('lsass', lsass);
    this.#services.set('services', control);
    this.#services.set(
      'winlogon',
      this.makeProcess(image('winlogon'), 'winlogon.exe', this.systemSession, undefined, time),
    );
    const owners = {
      system: this.systemSession,
      network: this.fixedSession(networkService, '0x3e4', time),
      local: this.fixedSession(localService, '0x3e5', time),
    };
    for (const [name, imageName, commandLine, owner] of services) {
      this.#services.set(name, this.makeProcess(image(imageName), commandLine, owners[owner], control, time));
    }
    return [kernel, control];
  }

  /** A new boot: a new process table. Returns the processes started, parents first, for the caller to record. */
  reboot(time: number): Process[] {
    this.#boot++;
    this.#sequence = 0x10;
    this.#nextLogon = this.random.int(0x10000, 0x40000);
    this.#running.clear();
    this.#services.clear();
    this.console = undefined;
    this.systemSession = this.fixedSession(system, '0x3e7', time);
    [this.kernel, this.#servicesExe] = this.#bootProcesses(time);
    this.on = true;
    const started = [...this.#services.values()];
    const init = this.#servicesExe.parent;
    return init === undefined
      ? started
      : [init, this.#servicesExe, ...started.filter((process) => process !== this.#servicesExe)];
  }

  fixedSession(account: Account, logonId: string, time: number): Session {
    return { account, logonId, logonGuid: this.#guid(time, Number(logonId)), terminal: 0, elevated: true, type: 5 };
  }

  newSession(account: Account, type: number, elevated: boolean, time: number): Session {
    this.#nextLogon += this.random.int(0x400, 0x9000);
    const terminal = type === 2 || type === 7 || type === 11 ? 1 : type === 10 ? this.random.int(2, 4) : 0;
    return {
      account,
      logonId: `0x${this.#nextLogon.toString(16)}`,
      logonGuid: this.#guid(time, this.#nextLogon),
      terminal,
      elevated,
      type,
    };
  }

  /** Enters a process in the table without recording it; sysmon.ts records. */
  makeProcess(of: Image, commandLine: string, session: Session, parent: Process | undefined, time: number): Process {
    let pid = this.random.int(200, 4200) * 4;
    while (this.#running.has(pid)) pid = this.random.int(200, 7000) * 4;
    const process = { pid, guid: this.#guid(time, ++this.#sequence), image: of, commandLine, session, parent };
    this.#running.set(pid, process);
    return process;
  }

  /** Takes a process out of the table. False where it is not in it: it ended before, or with an earlier boot. */
  forget(process: Process): boolean {
    return this.on && this.#running.get(process.pid) === process && this.#running.delete(process.pid);
  }

  /** What still runs in a session, latest first: children end before their parents. */
  processesOf(session: Session): Process[] {
    return [...this.#running.values()].filter((process) => process.session === session).reverse();
  }

  /** A service process by its short name: `schedule`, `dcom`, `lsass`, `services`, `defender`, ... */
  service(name: string): Process {
    const found = this.#services.get(name);
    if (found === undefined) throw new RangeError(`${this.name} runs no service called ${name}`);
    return found;
  }

  addService(name: string, of: Image, commandLine: string, session: Session, time: number): Process {
    const process = this.makeProcess(of, commandLine, session, this.#servicesExe, time);
    this.#services.set(name, process);
    return process;
  }

  hasService(name: string): boolean {
    return this.#services.has(name);
  }

  nextRecord(channel: Channel): number {
    this.#records[channel] += 1;
    return this.#records[channel];
  }

  /** The process that writes a channel's records (not the one they are about). */
  loggingPid(channel: Channel): number {
    if (channel === 'security') return 4;
    return channel === 'system' ? this.service('services').pid : this.service('eventlog').pid;
  }

  account(login: string, sid: string): Account {
    return { login, domain: this.domain, sid };
  }

  /** Sysmon's GUID: machine, start time in seconds (low word first), then a counter and the boot. */
  #guid(time: number, sequence: number): string {
    const seconds = Math.floor(time / 1000)
      .toString(16)
      .padStart(8, '0');
    const count = (sequence & 0xffff).toString(16).padStart(4, '0');
    const swapped = count.slice(2) + count.slice(0, 2);
    return `{${this.#machine}-${seconds.slice(4)}-${seconds.slice(0, 4)}-${swapped}-${(sequence >>> 16).toString(16).padStart(8, '0')}${this.#boot.toString(16).padStart(4, '0')}}`;
  }
}
