import { hour, minute, second } from '../calendar.ts';
import type { Estate } from '../estate.ts';
import { image } from '../windows/images.ts';
import { authenticate, reach } from '../windows/network.ts';
import { logOff, logOn, serviceState, taskCreated } from '../windows/security.ts';
import { accept, connect, createFile, lookUp, run, setValue } from '../windows/sysmon.ts';
import { keepAlive, refreshPolicy } from './endpoint.ts';

/** Machine policy, name service, replication, backup and database life of the Windows servers. */
export function serverLife(estate: Estate): void {
  for (const host of estate.workstations) {
    keepAlive(estate, host, 95);
    refreshPolicy(estate, host, machinePolicy(estate));
  }
  for (const host of Object.values(estate.servers)) {
    keepAlive(estate, host, 60);
    refreshPolicy(estate, host, machinePolicy(estate));
  }
  controllers(estate);
  database(estate);
  backups(estate);
}

const machinePolicy =
  (estate: Estate) =>
  (host: Estate['servers']['dc1']): void => {
    authenticate(estate, host.machineAccount, host);
    reach(estate, host.machineAccount, host, estate.servers.dc1, {
      share: 'SYSVOL',
      path: '\\??\\C:\\Windows\\SYSVOL\\sysvol',
      lasts: 20 * second,
    });
    run(estate.sim, host, host.service('netsvcs'), image('gpupdate'), 'gpupdate.exe /target:computer', 15 * second);
  };

function every(estate: Estate, name: string, mean: number, act: () => void): void {
  const random = estate.sim.random.fork(`every/${name}`);
  const next = (): void =>
    estate.sim.after(second + random.wait(mean), () => {
      act();
      next();
    });
  estate.sim.at(estate.sim.start + random.float() * mean, next);
}

function controllers(estate: Estate): void {
  const { sim, servers, company } = estate;
  for (const [name, host, other] of [
    ['dc1', servers.dc1, servers.dc2],
    ['dc2', servers.dc2, servers.dc1],
  ] as const) {
    every(estate, `replication/${name}`, 150 * second, () => {
      connect(sim, host, host.service('lsass'), { address: other.address, port: 49667, name: other.fqdn });
      reach(estate, host.machineAccount, host, other, { elevated: true, connection: false, lasts: 10 * second });
    });
    every(estate, `names/${name}`, 100 * second, () => {
      const site = host.random.pick(company.internet.longTail);
      connect(sim, host, host.service('dns'), { address: host.random.pick(site.addresses), port: 53 }, 'udp');
    });
    every(estate, `lookups/${name}`, 45 * second, () => {
      const asking = host.random.pick(estate.workstations);
      if (asking.on) accept(sim, host, host.service('lsass'), asking.address, host.random.pick([389, 88, 3268]));
    });
  }
}

function database(estate: Estate): void {
  const { sim, servers, company } = estate;
  const { sql } = servers;
  const account = sql.account(company.services.sql.login, company.services.sql.sid);
  every(estate, 'sql/job', 12 * minute, () => {
    const session = logOn(sim, sql, account, 5, undefined);
    createFile(sim, sql, sql.service('sql'), `D:\\SQLData\\Backup\\sage_log_${sql.random.hex(6)}.trn`);
    sim.after(20 * second, () => logOff(sim, sql, session));
  });
  every(estate, 'sql/report', 45 * minute, () => {
    const shell = run(
      sim,
      sql,
      sql.service('sql'),
      image('cmd'),
      'C:\\Windows\\system32\\cmd.exe /c "D:\\Jobs\\export_ledger.cmd"',
      15 * second,
    );
    run(
      sim,
      sql,
      shell,
      image('robocopy'),
      'robocopy D:\\Jobs\\out \\\\CVFS01\\Finance\\Export *.csv /MOV /R:2',
      8 * second,
    );
    reach(estate, account, sql, servers.files, { share: 'Finance', lasts: 30 * second });
  });
}

/** The backup server visits each server at night and in small steps by day. */
function backups(estate: Estate): void {
  const { sim, servers, company } = estate;
  const { backup } = servers;
  const account = backup.account(company.services.backup.login, company.services.backup.sid);
  for (const [index, role] of (['files', 'archive', 'sql', 'dc1', 'print', 'deploy'] as const).entries()) {
    const target = servers[role];
    every(estate, `backup/${role}`, 2.2 * hour, () => {
      connect(sim, backup, backup.service('backup'), { address: target.address, port: 9401, name: target.fqdn });
      reach(estate, account, backup, target, {
        share: 'ADMIN$',
        path: '\\??\\C:\\Windows',
        elevated: true,
        lasts: 20 * minute,
      });
      const vss = run(
        sim,
        target,
        target.service('services'),
        image('vssadmin'),
        'vssadmin.exe list shadows',
        4 * second,
        { session: target.systemSession },
      );
      serviceState(sim, target, 'Volume Shadow Copy', 'running');
      setValue(
        sim,
        target,
        vss,
        'HKLM\\System\\CurrentControlSet\\Services\\VSS\\Diag\\LastRun',
        `QWORD (0x${target.random.hex(8)}-0x${target.random.hex(8)})`,
      );
      createFile(
        sim,
        backup,
        backup.service('backup'),
        `E:\\Repository\\${target.name}\\${target.name}_${target.random.hex(8)}.vib`,
      );
    });
    if (index === 0) {
      every(estate, 'backup/verify', 6 * hour, () => {
        const session = logOn(sim, backup, account, 4, undefined, { elevated: true });
        taskCreated(
          sim,
          backup,
          session,
          `\\Marrow\\Verify-${backup.random.hex(4)}`,
          '"C:\\Program Files\\Marrow Backup\\marrow-agent.exe"',
          '-verify',
          'S-1-5-18',
        );
        sim.after(5 * minute, () => logOff(sim, backup, session));
      });
    }
  }
  every(estate, 'wsus', 25 * minute, () => {
    lookUp(
      sim,
      servers.deploy,
      servers.deploy.service('wuauserv'),
      company.internet.site('slscr.update.microsoft.com'),
    );
    createFile(
      sim,
      servers.deploy,
      servers.deploy.service('bits'),
      `D:\\WSUS\\WsusContent\\${servers.deploy.random.hex(2).toUpperCase()}\\${servers.deploy.random.hex(40).toUpperCase()}.cab`,
    );
  });
}
