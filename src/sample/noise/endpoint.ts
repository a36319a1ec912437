import { hour, minute, second } from '../calendar.ts';
import type { Estate } from '../estate.ts';
import type { WindowsHost } from '../windows/host.ts';
import { image } from '../windows/images.ts';
import { recordLogon, serviceState } from '../windows/security.ts';
import {
  access,
  changeKey,
  connect,
  createFile,
  injectThread,
  lookUp,
  openPipe,
  run,
  setValue,
  visit,
} from '../windows/sysmon.ts';

type Chore = (estate: Estate, host: WindowsHost) => void;

const svchostValues = [
  'HKLM\\System\\CurrentControlSet\\Services\\W32Time\\SecureTimeLimits\\SecureTimeEstimated',
  'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update\\LastOnline',
  'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tasks\\{0E2B3D4A-1F6C-4B7E-9E52-8D3C7F10AA21}\\DynamicInfo',
  'HKLM\\System\\CurrentControlSet\\Services\\bam\\State\\UserSettings\\S-1-5-18\\SequenceNumber',
  'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Diagnostics\\DiagTrack\\LastSuccessfulUploadTime',
];

/** What Windows and its agents do by themselves, with their weights. */
const chores: readonly (readonly [Chore, number])[] = [
  [
    ({ sim }, host) =>
      setValue(
        sim,
        host,
        host.service('schedule'),
        host.random.pick(svchostValues),
        `QWORD (0x${host.random.hex(8)}-0x${host.random.hex(8)})`,
      ),
    12,
  ],
  [
    ({ sim }, host) =>
      createFile(
        sim,
        host,
        host.service('eventlog'),
        `C:\\Windows\\ServiceState\\EventLog\\Data\\lastalive${host.random.int(0, 1)}.dat`,
      ),
    8,
  ],
  [
    ({ sim, company }, host) =>
      void visit(sim, host, host.service('diagtrack'), company.internet.site('v10.events.data.microsoft.com')),
    5,
  ],
  [
    ({ sim, company }, host) =>
      void visit(sim, host, host.service('agent'), company.internet.site('fe3cr.delivery.mp.microsoft.com')),
    1,
  ],
  [
    ({ sim, company, servers }, host) => {
      lookUp(sim, host, host.service('agent'), {
        domain: `cvmgt01.${company.adDomain}`,
        addresses: [servers.deploy.address],
      });
      connect(sim, host, host.service('agent'), {
        address: servers.deploy.address,
        port: 8531,
        name: servers.deploy.fqdn,
      });
    },
    6,
  ],
  [
    ({ sim, company }, host) => {
      visit(sim, host, host.service('defender'), company.internet.site('wdcp.microsoft.com'));
      run(
        sim,
        host,
        host.service('defender'),
        image('mpcmdrun'),
        `"${image('mpcmdrun').path}" SignatureUpdate -ScheduleJob -RestrictPrivileges`,
        12 * second,
      );
    },
    0.8,
  ],
  [
    ({ sim }, host) =>
      access(
        sim,
        host,
        host.service('defender'),
        host.service(host.random.pick(['lsass', 'spooler', 'search', 'agent'])),
        host.random.pick(['0x1000', '0x1400', '0x101000']),
        'C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.24020.7-0\\mpengine.dll',
      ),
    2,
  ],
  [
    ({ sim }, host) =>
      access(sim, host, host.service('netsvcs'), host.service('lsass'), '0x1000', 'C:\\Windows\\System32\\lsasrv.dll'),
    1.5,
  ],
  [
    ({ sim }, host) =>
      access(sim, host, host.service('agent'), host.service(host.random.pick(['lsass', 'spooler', 'dcom'])), '0x1410'),
    0.4,
  ],
  [
    ({ sim, company }, host) => {
      const updater = run(
        sim,
        host,
        host.service('schedule'),
        image('googleupdate'),
        '"C:\\Program Files (x86)\\Google\\Update\\GoogleUpdate.exe" /ua /installsource scheduler',
        20 * second,
        { session: host.systemSession },
      );
      visit(sim, host, updater, company.internet.site('update.googleapis.com'));
      changeKey(
        sim,
        host,
        updater,
        'HKLM\\SOFTWARE\\WOW6432Node\\Google\\Update\\ClientState\\{8A69D345-D564-463C-AFF1-A69D9E530F96}\\CurrentState',
        'CreateKey',
      );
    },
    1,
  ],
  [
    ({ sim }, host) =>
      void run(
        sim,
        host,
        host.service('dcom'),
        image('wmiprvse'),
        'C:\\Windows\\system32\\wbem\\wmiprvse.exe -secured -Embedding',
        90 * second,
      ),
    2.5,
  ],
  [
    ({ sim }, host) =>
      void run(
        sim,
        host,
        host.service('schedule'),
        image('taskhostw'),
        host.random.pick(['taskhostw.exe', 'taskhostw.exe Install $(Arg0)', 'taskhostw.exe SYSTEM']),
        20 * second,
      ),
    3,
  ],
  [
    ({ sim }, host) =>
      void run(
        sim,
        host,
        host.service('services'),
        image('svchost'),
        `C:\\Windows\\System32\\svchost.exe -k ${host.random.pick(['wsappx -p -s ClipSVC', 'netsvcs -p -s wlidsvc', 'LocalService -p -s BITS', 'smphost -s smphost', 'netsvcs -p -s gpsvc'])}`,
        3 * minute,
        { session: host.systemSession },
      ),
    4,
  ],
  [
    ({ sim }, host) =>
      void run(
        sim,
        host,
        host.service('schedule'),
        image('usoclient'),
        'C:\\Windows\\system32\\usoclient.exe StartScan',
        3 * second,
      ),
    0.6,
  ],
  [
    ({ sim }, host) =>
      void run(
        sim,
        host,
        host.service('schedule'),
        image('compattel'),
        'C:\\Windows\\system32\\compattelrunner.exe -m:appraiser.dll -f:DoScheduledTelemetryRun',
        70 * second,
      ),
    0.3,
  ],
  [
    ({ sim }, host) =>
      serviceState(
        sim,
        host,
        host.random.pick([
          'Windows Modules Installer',
          'Microsoft Software Shadow Copy Provider',
          'Windows Update',
          'Background Intelligent Transfer Service',
          'Client License Service (ClipSVC)',
          'WinHTTP Web Proxy Auto-Discovery Service',
        ]),
        host.random.chance(0.5) ? 'running' : 'stopped',
      ),
    2,
  ],
  [
    ({ sim }, host) => {
      const session = host.systemSession;
      recordLogon(sim, host, session, undefined, false);
    },
    5,
  ],
  [
    ({ sim }, host) =>
      openPipe(
        sim,
        host,
        host.service(host.random.pick(['spooler', 'search', 'agent'])),
        host.random.pick(['\\spoolss', '\\wkssvc', '\\srvsvc', '\\Kestrel.Command', '\\MsFteWds']),
        host.random.chance(0.4) ? 'created' : 'connected',
      ),
    1.5,
  ],
  [
    ({ sim }, host) =>
      changeKey(
        sim,
        host,
        host.service('netsvcs'),
        host.random.pick([
          'HKLM\\System\\CurrentControlSet\\Services\\Tcpip\\Parameters',
          'HKLM\\SOFTWARE\\Microsoft\\SystemCertificates\\Root\\Certificates',
          'HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows\\WindowsUpdate',
        ]),
        'CreateKey',
      ),
    3,
  ],
  [({ sim }, host) => injectThread(sim, host, host.service('services'), host.service('agent'), true), 0.08],
  [
    ({ sim }, host) => {
      const process = run(
        sim,
        host,
        host.service('netsvcs'),
        image('werfault'),
        `C:\\Windows\\system32\\WerFault.exe -u -p ${host.service('search').pid} -s 812`,
        9 * second,
      );
      createFile(
        sim,
        host,
        process,
        `C:\\ProgramData\\Microsoft\\Windows\\WER\\Temp\\WER${host.random.hex(4).toUpperCase()}.tmp.dmp`,
      );
      if (host.random.chance(0.15))
        access(sim, host, process, host.service('lsass'), '0x1410', 'C:\\Windows\\System32\\faultrep.dll');
    },
    0.3,
  ],
];

/** A machine's own life, day and night while it is on; slower at night. */
export function keepAlive(estate: Estate, host: WindowsHost, meanSeconds: number): void {
  const { sim } = estate;
  const next = (): void => {
    const hours = new Date(sim.now).getUTCHours();
    const quiet = hours < 7 || hours > 19 ? 3 : 1;
    sim.after(second + host.random.wait(meanSeconds * quiet * second), () => {
      if (host.on) host.random.weighted(chores)(estate, host);
      next();
    });
  };
  sim.at(sim.start + host.random.float() * meanSeconds * second, next);
}

/** Each machine asks its controller for policy every hour and a half or so, as its machine account. */
export function refreshPolicy(estate: Estate, host: WindowsHost, ask: (host: WindowsHost) => void): void {
  const { sim } = estate;
  const next = (): void => {
    sim.after((1.5 + host.random.float() * 0.5) * hour, () => {
      if (host.on) ask(host);
      next();
    });
  };
  sim.at(sim.start + host.random.float() * hour, next);
}
