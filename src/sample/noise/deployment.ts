import { hour, isWorkday, minute, second } from '../calendar.ts';
import type { Estate } from '../estate.ts';
import { type Process, type Session, system, type WindowsHost } from '../windows/host.ts';
import { copiedImage, image, unlistedImage } from '../windows/images.ts';
import { reach } from '../windows/network.ts';
import { logOn, logOnFailed, scriptBlock, serviceInstalled, serviceState } from '../windows/security.ts';
import { accept, changeKey, connect, createFile, exit, run, setValue, start } from '../windows/sysmon.ts';

interface Package {
  readonly name: string;
  readonly file: string;
  readonly msi: string;
  readonly service?: readonly [name: string, path: string];
}

const packages: readonly Package[] = [
  { name: 'Acrobat DC', file: 'AcroRdrDCUpd2300820555', msi: 'msp' },
  {
    name: 'Chrome',
    file: 'googlechromestandaloneenterprise64',
    msi: 'msi',
    service: [
      'GoogleChromeElevationService',
      '"C:\\Program Files\\Google\\Chrome\\Application\\122.0.6261.95\\elevation_service.exe"',
    ],
  },
  { name: '7-Zip', file: '7z2301-x64', msi: 'msi' },
  {
    name: 'Zoom',
    file: 'ZoomInstallerFull',
    msi: 'msi',
    service: ['ZoomCptService', '"C:\\Program Files\\Common Files\\Zoom\\Support\\CptService.exe"'],
  },
  { name: 'AutoCAD hotfix', file: 'AutoCAD_2024.1.3_Update', msi: 'msp' },
];

const utf16 = (text: string): string => Buffer.from(text, 'utf16le').toString('base64');

/** Software deployment: on most days one package goes to every machine, by an encoded command that the agent runs. */
export function deployments(estate: Estate): void {
  const { sim } = estate;
  sim.eachDay((midnight) => {
    const random = sim.random.fork(`deploy/${midnight}`);
    if (!isWorkday(midnight) || random.chance(0.25)) return;
    const item = random.pick(packages);
    const begins = midnight + (10 + random.float() * 4) * hour;
    for (const host of [...estate.workstations, estate.servers.print, estate.servers.jump, estate.servers.archive]) {
      sim.at(begins + random.float() * 50 * minute, () => {
        if (host.on) install(estate, host, item);
      });
    }
  });
}

function install(estate: Estate, host: WindowsHost, item: Package): void {
  const { sim, servers } = estate;
  const script = `$p='\\\\CVMGT01\\Packages$\\${item.file}.${item.msi}';Copy-Item $p $env:TEMP;Start-Process msiexec.exe -ArgumentList '/qn /norestart /i',(Join-Path $env:TEMP '${item.file}.${item.msi}') -Wait`;
  connect(sim, host, host.service('agent'), { address: servers.deploy.address, port: 8531, name: servers.deploy.fqdn });
  const shell = run(
    sim,
    host,
    host.service('agent'),
    image('powershell'),
    `powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -EncodedCommand ${utf16(script)}`,
    80 * second,
  );
  scriptBlock(sim, host, host.systemSession, script);
  reach(estate, host.machineAccount, host, servers.deploy, { share: 'Packages$', lasts: 2 * minute });
  createFile(sim, host, shell, `C:\\Windows\\Temp\\${item.file}.${item.msi}`);
  const installer = run(
    sim,
    host,
    shell,
    image('msiexec'),
    `"C:\\Windows\\system32\\msiexec.exe" /qn /norestart /i C:\\Windows\\Temp\\${item.file}.${item.msi}`,
    60 * second,
  );
  sim.after(8 * second, () => {
    if (!host.on) return;
    createFile(sim, host, installer, `C:\\Windows\\Installer\\${host.random.hex(6)}.msi`);
    changeKey(
      sim,
      host,
      installer,
      `HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\{${host.random.guid().toUpperCase()}}`,
      'CreateKey',
    );
    setValue(
      sim,
      host,
      installer,
      `HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\{${host.random.guid().toUpperCase()}}\\DisplayName`,
      item.name,
    );
    serviceState(sim, host, 'Windows Installer', 'running');
    if (item.service !== undefined) serviceInstalled(sim, host, item.service[0], item.service[1], system, 'auto start');
  });
}

/** Remote commands by a service the deploy account installs for the moment, as PsExec-like tools do: on servers, now and then. */
export function remoteCommands(estate: Estate): void {
  const { sim, servers, company } = estate;
  sim.eachDay((midnight) => {
    const random = sim.random.fork(`remote/${midnight}`);
    if (!isWorkday(midnight)) return;
    const from = servers.deploy;
    const account = from.account(company.services.deploy.login, company.services.deploy.sid);
    for (let i = random.int(2, 5); i > 0; i--) {
      const target = random.pick([servers.files, servers.print, servers.archive, servers.jump, servers.sql]);
      sim.at(midnight + (8 + random.float() * 10) * hour, () => {
        const far = reach(estate, account, from, target, {
          share: 'ADMIN$',
          path: '\\??\\C:\\Windows',
          elevated: true,
          ntlm: random.chance(0.25),
          lasts: 2 * minute,
        });
        createFile(sim, target, target.kernel, 'C:\\Windows\\PSEXESVC.exe');
        serviceInstalled(sim, target, 'PSEXESVC', '%SystemRoot%\\PSEXESVC.exe', far.account);
        const service = start(
          sim,
          target,
          target.service('services'),
          copiedImage('psexesvc', 'C:\\Windows\\PSEXESVC.exe'),
          'C:\\Windows\\PSEXESVC.exe',
          { session: target.systemSession },
        );
        run(
          sim,
          target,
          service,
          image('cmd'),
          random.pick([
            'cmd /c C:\\Scripts\\rotate_logs.cmd',
            'cmd /c gpupdate /force',
            'cmd /c C:\\Scripts\\cert_check.cmd',
          ]),
          10 * second,
        );
        sim.after(20 * second, () => exit(sim, target, service));
      });
    }
  });
}

/** The vulnerability scanner: one host tries every other, knocks at ports, logs on with its account and fails with made-up ones. */
export function scans(estate: Estate): void {
  const { sim, servers, company } = estate;
  const { scanner } = servers;
  const account = scanner.account(company.services.scanner.login, company.services.scanner.sid);
  sim.eachDay((midnight) => {
    const random = sim.random.fork(`scan/${midnight}`);
    if (random.chance(0.4)) return;
    const begins = midnight + (isWorkday(midnight) ? 12 + random.float() * 3 : 2) * hour;
    for (const host of random.shuffled([...estate.workstations, ...Object.values(servers)]).slice(0, 45)) {
      if (host === scanner) continue;
      sim.at(begins + random.float() * 90 * minute, () => {
        if (!host.on) return;
        for (const port of [135, 139, 445, 3389, 5985])
          connect(sim, scanner, scanner.service('scanner'), { address: host.address, port });
        accept(sim, host, host.service('dcom'), scanner.address, 135);
        const from = { address: scanner.address, workstation: scanner.name };
        for (const name of ['administrator', 'guest', 'test'].slice(0, random.int(1, 3))) {
          logOnFailed(
            sim,
            host,
            { login: name, domain: '', sid: 'S-1-0-0' },
            3,
            from,
            name === 'test' ? 'unknown' : 'password',
          );
        }
        reach(estate, account, scanner, host, {
          share: 'ADMIN$',
          path: '\\??\\C:\\Windows',
          elevated: true,
          ntlm: true,
          connection: false,
          lasts: 3 * minute,
        });
      });
    }
  });
}

/** Programs people install for themselves: an installer from Downloads, a run key, an uninstall entry. */
export function selfInstalled(estate: Estate): void {
  const { sim } = estate;
  sim.eachDay((midnight) => {
    const random = sim.random.fork(`installs/${midnight}`);
    if (!isWorkday(midnight)) return;
    for (let i = random.int(2, 5); i > 0; i--) {
      const host = random.pick(estate.workstations);
      sim.at(midnight + (9 + random.float() * 7.5) * hour, () => {
        const console = host.console;
        const owner = estate.ownerOf(host);
        if (!host.on || console === undefined || owner === undefined) return;
        const tool = random.pick([
          'colour-picker',
          'screen-ruler',
          'pdf-joiner',
          'dwg-viewer',
          'clip-manager',
          'unit-convert',
          'update-helper',
        ]);
        const setup = unlistedImage(
          `C:\\Users\\${owner.login}\\Downloads\\${tool}-setup.exe`,
          random.chance(0.6) ? { description: tool, company: 'Freeware', version: '2.1.0' } : undefined,
          `${host.name}${midnight}`,
        );
        const session = random.chance(0.45) ? elevate(estate, host, console) : console.session;
        const installer = run(sim, host, console.explorer, setup, `"${setup.path}"`, 30 * second, { session });
        const folder = `C:\\Users\\${owner.login}\\AppData\\Local\\Programs\\${tool}`;
        createFile(sim, host, installer, `${folder}\\${tool}.exe`);
        setValue(
          sim,
          host,
          installer,
          `HKU\\${owner.sid}\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run\\${tool}`,
          `"${folder}\\${tool}.exe" --tray`,
        );
        const process = start(
          sim,
          host,
          installer,
          unlistedImage(`${folder}\\${tool}.exe`, undefined, tool),
          `"${folder}\\${tool}.exe"`,
        );
        sim.after(5 * second, () => {
          if (!host.on) return;
          const site = random.pick(estate.company.internet.longTail);
          connect(sim, host, process, { address: random.pick(site.addresses), port: random.chance(0.8) ? 443 : 80 });
        });
      });
    }
  });
}

/** The user approves an elevation prompt: consent.exe, and the elevated twin of their session. */
function elevate(estate: Estate, host: WindowsHost, console: { session: Session; explorer: Process }): Session {
  const { sim } = estate;
  const appinfo = host.service('appinfo');
  run(
    sim,
    host,
    appinfo,
    image('consent'),
    `consent.exe ${appinfo.pid} 398 0000021B6E0${host.random.hex(5).toUpperCase()}`,
    6 * second,
  );
  return logOn(sim, host, console.session.account, 2, undefined, { elevated: true });
}
