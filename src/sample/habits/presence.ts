import { minute, second } from '../calendar.ts';
import type { Estate } from '../estate.ts';
import type { Person } from '../people.ts';
import type { Random } from '../random.ts';
import type { WindowsHost } from '../windows/host.ts';
import { image } from '../windows/images.ts';
import { preAuthFailed } from '../windows/kerberos.ts';
import { authenticate, controllerFor, reach } from '../windows/network.ts';
import { lockedOut, logOff, logOn, logOnFailed, recordLogon, scriptBlock, serviceState } from '../windows/security.ts';
import { createFile, endSession, exit, recordStart, run, setValue, start } from '../windows/sysmon.ts';
import { hive, program, type Worker } from './worker.ts';

export interface Whereabouts {
  readonly address: string;
  /** Not in an office: at home or on a trip, reached through the VPN. */
  readonly away: boolean;
  readonly travelling: boolean;
  readonly leavesAt: number;
}

/** The machine is switched on: the processes every boot starts. */
function boot(estate: Estate, host: WindowsHost): void {
  const { sim } = estate;
  const started = host.reboot(sim.now);
  for (const process of started) {
    recordStart(sim, host, process);
    sim.pass(host.random.int(10, 300));
  }
  for (const name of [
    'Windows Update',
    'Windows Search',
    'Print Spooler',
    'Background Intelligent Transfer Service',
    'Kestrel Endpoint Agent',
  ]) {
    serviceState(sim, host, name, 'running');
  }
  recordLogon(sim, host, host.systemSession, undefined, false);
}

/** Passwords are mistyped; those who go on mistyping are locked out for a quarter of an hour. Returns the delay, ms. */
function mistype(estate: Estate, person: Person, host: WindowsHost, random: Random): number {
  if (!random.chance(person.clumsy * 4)) return 0;
  const { sim } = estate;
  const tries = random.chance(0.08) ? 5 : random.int(1, 2);
  const account = host.account(person.login, person.sid);
  for (let i = 0; i < tries; i++) {
    preAuthFailed(sim, controllerFor(estate, host), account, host.address);
    logOnFailed(sim, host, account, 2, undefined);
    sim.pass(random.int(2, 7) * second);
  }
  if (tries < 5) return 0;
  lockedOut(sim, controllerFor(estate, host), account, host.name);
  logOnFailed(sim, host, account, 2, undefined, 'locked');
  return 16 * minute;
}

/** Comes to work: boot or not, password, desktop, logon script, the usual programs, the morning's sign-ins. */
export function arrive(estate: Estate, person: Person, host: WindowsHost, random: Random, where: Whereabouts): Worker {
  const { sim, company, audit } = estate;
  host.address = where.away
    ? `${company.vpnNet}.${20 + (person.index % 200)}`
    : `${company.officeNets[person.site] ?? company.vpnNet}.${20 + (person.index % 220)}`;
  if (!host.on) boot(estate, host);
  mistype(estate, person, host, random);
  const account = host.account(person.login, person.sid);
  authenticate(estate, account, host);
  const session = logOn(sim, host, account, where.away ? 11 : 2, undefined);
  const shellParent = run(
    sim,
    host,
    host.service('winlogon'),
    image('userinit'),
    'C:\\Windows\\system32\\userinit.exe',
    25 * second,
    { session },
  );
  const explorer = start(sim, host, shellParent, image('explorer'), 'C:\\Windows\\Explorer.EXE');
  host.console = { session, explorer };
  const worker: Worker = {
    estate,
    person,
    host,
    random,
    session,
    explorer,
    open: new Map(),
    address: where.address,
    travelling: where.travelling,
    leavesAt: where.leavesAt,
    away: false,
    gone: false,
  };
  for (const [name, line] of [
    ['sihost', 'sihost.exe'],
    ['taskhostw', 'taskhostw.exe {222A245B-E637-4AE9-A93F-A59CA119A75E}'],
    ['ctfmon', '"ctfmon.exe"'],
  ] as const) {
    start(sim, host, host.service('netsvcs'), image(name), line, { session });
  }
  logonScript(worker);
  sim.after(random.int(10, 60) * second, () => morning(worker));
  audit.signIn(person, 'office', where.address, person.userAgent);
  return worker;
}

/** Group policy's logon script: maps drives, writes an inventory line. */
function logonScript(worker: Worker): void {
  const { estate, host, session, person } = worker;
  const { sim } = estate;
  const account = host.account(person.login, person.sid);
  const controller = controllerFor(estate, host);
  reach(estate, account, host, controller, { share: 'SYSVOL', path: '\\??\\C:\\Windows\\SYSVOL\\sysvol' });
  const policy = 'ad.corvane.example\\Policies\\{31B2F340-016D-11D2-945F-00C04FB984F9}';
  const script = run(
    sim,
    host,
    worker.explorer,
    image('wscript'),
    `wscript.exe "\\\\${policy}\\User\\Scripts\\Logon\\logon.vbs"`,
    9 * second,
    { session },
  );
  const command = run(
    sim,
    host,
    script,
    image('cmd'),
    'C:\\Windows\\system32\\cmd.exe /c net use P: \\\\CVFS01\\Projects /persistent:no',
    4 * second,
  );
  run(sim, host, command, image('conhost'), '\\??\\C:\\Windows\\system32\\conhost.exe 0xffffffff -ForceV1', 4 * second);
  run(sim, host, command, image('net'), 'net  use P: \\\\CVFS01\\Projects /persistent:no', 2 * second);
  reach(estate, account, host, estate.servers.files, { share: 'Projects' });
  const powershell = run(
    sim,
    host,
    script,
    image('powershell'),
    `powershell.exe -NoProfile -ExecutionPolicy Bypass -File \\\\${policy}\\User\\Scripts\\Logon\\inventory.ps1`,
    12 * second,
  );
  createFile(
    sim,
    host,
    powershell,
    `C:\\Users\\${person.login}\\AppData\\Local\\Temp\\__PSScriptPolicyTest_${host.random.text(8, 'abcdefghijklmnopqrstuvwxyz012345')}.${host.random.text(3, 'abcdefghijklmnopqrstuvwxyz012345')}.ps1`,
  );
  scriptBlock(
    sim,
    host,
    session,
    'Get-CimInstance Win32_ComputerSystem | Select-Object Name,UserName,Model | Export-Csv -Append -NoTypeInformation \\\\CVMGT01\\Inventory$\\logon.csv',
    `\\\\${policy}\\User\\Scripts\\Logon\\inventory.ps1`,
  );
}

function morning(worker: Worker): void {
  const { estate, host, random, person } = worker;
  if (worker.gone) return;
  let pause = 0;
  for (const name of ['onedrive', 'outlook', 'teams', 'chrome']) {
    pause += random.int(300, 6000);
    if (!random.chance(0.93)) continue;
    estate.sim.after(pause, () => {
      if (!worker.gone) program(worker, name, name === 'onedrive' ? '/background' : '');
    });
  }
  for (const app of ['outlook', 'teams', 'sharepoint'] as const)
    estate.audit.signIn(person, app, worker.address, person.userAgent);
  setValue(
    estate.sim,
    host,
    worker.explorer,
    `${hive(worker)}\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run\\OneDrive`,
    '"C:\\Program Files\\Microsoft OneDrive\\OneDrive.exe" /background',
  );
}

export function lock(worker: Worker): void {
  if (worker.gone) return;
  worker.away = true;
  const screen = start(
    worker.estate.sim,
    worker.host,
    worker.host.service('winlogon'),
    image('logonui'),
    '"LogonUI.exe" /flags:0x2 /state0:0xa3b8a055 /state1:0x41c64e6d',
    { session: worker.host.systemSession },
  );
  worker.open.set('lock-screen', screen);
}

export function unlock(worker: Worker): void {
  if (worker.gone || !worker.away) return;
  const { estate, host, person, random } = worker;
  const delay = mistype(estate, person, host, random);
  estate.sim.after(delay, () => {
    if (worker.gone) return;
    const session = logOn(estate.sim, host, host.account(person.login, person.sid), 7, undefined);
    authenticate(estate, session.account, host);
    logOff(estate.sim, host, session);
    worker.away = false;
    const screen = worker.open.get('lock-screen');
    if (screen !== undefined) exit(estate.sim, host, screen);
    worker.open.delete('lock-screen');
  });
}

/** Goes home: programs close, the session ends, many machines are switched off. */
export function leave(worker: Worker): void {
  const { estate, host, person } = worker;
  if (worker.gone) return;
  worker.gone = true;
  const { sim } = estate;
  const sessions = new Set([...worker.open.values()].map((process) => process.session));
  sessions.delete(host.systemSession);
  sessions.add(worker.session);
  for (const session of sessions) endSession(sim, host, session);
  host.console = undefined;
  if (!person.shutsDown) return;
  serviceState(sim, host, 'Windows Update', 'stopped');
  host.on = false;
}
