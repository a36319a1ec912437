import { minute, second } from '../calendar.ts';
import { withRole } from '../company.ts';
import type { Estate } from '../estate.ts';
import type { Plot } from '../plot.ts';
import type { Account, Process, Session, WindowsHost } from '../windows/host.ts';
import { type Image, image, unlistedImage } from '../windows/images.ts';
import { reach } from '../windows/network.ts';
import { explicitCredentials, serviceInstalled, taskCreated } from '../windows/security.ts';
import { createFile, run, start } from '../windows/sysmon.ts';
import type { Foothold } from './foothold.ts';

interface Crossing {
  readonly plot: Plot;
  readonly foothold: Foothold;
  readonly server: WindowsHost;
  readonly account: Account;
  readonly program: Image;
  /** Logs on over the network, on a port, with a share where one is used. */
  readonly logOn: (port: number, share?: string) => Session;
}

const letters = 'abcdefghijklmnopqrstuvwxyz';

function byService({ plot, server, account, program, logOn }: Crossing): Process {
  const { sim, random, chapter } = plot;
  logOn(445, 'ADMIN$');
  createFile(sim, server, server.kernel, program.path);
  const name = random.chance(0.5)
    ? random.text(8, `${letters}${letters.toUpperCase()}`)
    : random.pick(['WinDefendUpd', 'SysHelper', 'RemoteMgmtSvc', 'PrintNotify2']);
  const throughShell = random.chance(0.4);
  const command = throughShell ? `%COMSPEC% /c ${program.path}` : program.path;
  serviceInstalled(sim, server, name, command, account);
  chapter.tell(`A service on ${server.name} started its program.`, 'T1021.002', 'T1569.002', 'T1570');
  const control = server.service('services');
  if (!throughShell) return start(sim, server, control, program, program.path);
  const shell = start(sim, server, control, image('cmd'), `C:\\Windows\\system32\\cmd.exe /c ${program.path}`);
  return start(sim, server, shell, program, program.path);
}

function byWmi({ plot, foothold, server, program, logOn }: Crossing): Process {
  const { sim, random, chapter } = plot;
  const session = logOn(135);
  const copied = random.chance(0.5);
  if (copied) createFile(sim, server, server.kernel, program.path);
  const payload = Buffer.from(`iex (gc ${program.path.replace('.exe', '.txt')} -raw)`, 'utf16le').toString('base64');
  const command = copied ? program.path : `powershell -nop -w hidden -e ${payload}`;
  const { host, implant } = foothold;
  const line = `wmic /node:${server.name} process call create "${command}"`;
  run(sim, host, implant, image('wmic'), line, 4 * second);
  const provider = start(
    sim,
    server,
    server.service('dcom'),
    image('wmiprvse'),
    'C:\\Windows\\system32\\wbem\\wmiprvse.exe -secured -Embedding',
  );
  chapter.tell(`WMI started its program on ${server.name}.`, 'T1047');
  return start(sim, server, provider, copied ? program : image('powershell'), command, { session });
}

function byTask({ plot, foothold, server, program, logOn }: Crossing): Process {
  const { sim, random, chapter } = plot;
  const { host, implant } = foothold;
  const session = logOn(445, 'C$');
  createFile(sim, server, server.kernel, program.path);
  const name = random.pick(['GoogleUpdateCheck', 'DefragNow', 'TelemetrySync', 'NightlyCleanup2']);
  const create = `schtasks /create /s ${server.name} /ru SYSTEM /tn ${name} /tr ${program.path} /sc once /st 00:00 /f`;
  run(sim, host, implant, image('schtasks'), create, 3 * second);
  taskCreated(sim, server, session, `\\${name}`, program.path, '', 'S-1-5-18');
  createFile(sim, server, server.service('schedule'), `C:\\Windows\\System32\\Tasks\\${name}`);
  sim.pass(random.int(2, 20) * second);
  run(sim, host, implant, image('schtasks'), `schtasks /run /s ${server.name} /tn ${name}`, 3 * second);
  chapter.tell(`A remote task on ${server.name} started its program.`, 'T1053.005', 'T1021.002', 'T1570');
  return start(sim, server, server.service('schedule'), program, program.path);
}

/** With an administrator's credentials to a server: by a service, WMI, or a remote task. Returns its process there. */
export function moveTo(estate: Estate, plot: Plot, foothold: Foothold, server: WindowsHost): Process {
  const { sim, random, chapter } = plot;
  const { host, implant } = foothold;
  const owner = random.pick(withRole(estate.company, 'helpdesk', 'it-admin'));
  const admin = owner.admin ?? { login: owner.login, sid: owner.sid };
  const account = host.account(admin.login, admin.sid);
  chapter.involve(admin.login);
  const hash = random.chance(0.55);
  if (!hash) explicitCredentials(sim, host, implant, account, server.fqdn);
  chapter.tell(
    hash ? `It used the hash of ${admin.login}.` : `It used the password of ${admin.login}.`,
    hash ? 'T1550.002' : 'T1078.002',
  );
  const folder = random.pick(['C:\\Windows\\Temp\\', 'C:\\Windows\\', 'C:\\Windows\\Tasks\\', 'C:\\ProgramData\\']);
  const way = random.weighted([
    [byService, 4],
    [byWmi, 3],
    [byTask, 2],
  ] as const);
  return way({
    plot,
    foothold,
    server,
    account,
    program: unlistedImage(`${folder}${random.text(7, letters)}.exe`, undefined, random.hex(8)),
    logOn: (port, share) =>
      reach(estate, account, host, server, {
        ...(share === undefined ? {} : { share, path: '\\??\\C:\\Windows' }),
        port,
        elevated: true,
        ntlm: hash,
        lasts: 50 * minute,
      }),
  });
}
