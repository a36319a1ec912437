import { hour, minute, second } from '../calendar.ts';
import type { Estate } from '../estate.ts';
import type { WindowsHost } from '../windows/host.ts';
import { image } from '../windows/images.ts';
import { serviceState } from '../windows/security.ts';
import { createFile, run, setValue, visit } from '../windows/sysmon.ts';

/** Windows' own updates: a few machines on ordinary days, most of them in the days after the month's second Tuesday. */
export function windowsUpdates(estate: Estate): void {
  const { sim } = estate;
  sim.eachDay((midnight) => {
    const random = sim.random.fork(`updates/${midnight}`);
    const date = new Date(midnight).getUTCDate();
    const share = date >= 9 && date <= 16 ? 0.4 : 0.08;
    for (const host of [...estate.workstations, ...Object.values(estate.servers)]) {
      if (!random.chance(share)) continue;
      sim.at(midnight + (host.kind === 'server' ? 2 + random.float() * 3 : 9 + random.float() * 8) * hour, () => {
        if (host.on) update(estate, host);
      });
    }
  });
}

function update(estate: Estate, host: WindowsHost): void {
  const { sim, company } = estate;
  const { random } = host;
  const service = host.service('wuauserv');
  visit(sim, host, service, company.internet.site('fe3cr.delivery.mp.microsoft.com'));
  serviceState(sim, host, 'Windows Modules Installer', 'running');
  const installer = run(
    sim,
    host,
    host.service('services'),
    image('trustedinstaller'),
    'C:\\Windows\\servicing\\TrustedInstaller.exe',
    9 * minute,
  );
  const worker = run(
    sim,
    host,
    host.service('dcom'),
    image('tiworker'),
    `${image('tiworker').path} -Embedding`,
    8 * minute,
  );
  for (let i = random.int(6, 20); i > 0; i--) {
    createFile(sim, host, worker, `C:\\Windows\\WinSxS\\Temp\\InFlight\\${random.hex(16)}\\${random.hex(8)}.dll`);
    sim.pass(random.int(1, 9) * second);
  }
  const key = 'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\Packages';
  setValue(
    sim,
    host,
    installer,
    `${key}\\Package_for_RollupFix~31bf3856ad364e35~amd64~~19041.4170.1.5\\CurrentState`,
    'DWORD (0x00000070)',
  );
}
