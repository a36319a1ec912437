import { minute, second } from '../calendar.ts';
import type { Account, Process, Session } from '../windows/host.ts';
import { image } from '../windows/images.ts';
import { authenticate, reach } from '../windows/network.ts';
import {
  accountChanged,
  explicitCredentials,
  logOn,
  memberAdded,
  scriptBlock,
  taskCreated,
} from '../windows/security.ts';
import { accept, connect, createFile, endSession, run, start } from '../windows/sysmon.ts';
import { browse } from './office.ts';
import type { Worker } from './worker.ts';

/** The admin's own console on their machine, run as their separate admin account. */
function adminShell(worker: Worker): { shell: Process; account: Account; session: Session } | undefined {
  const { estate, host, person } = worker;
  const { sim } = estate;
  if (person.admin === undefined) return undefined;
  const account = host.account(person.admin.login, person.admin.sid);
  const open = worker.open.get('admin');
  if (open !== undefined) return { shell: open, account, session: open.session };
  run(
    sim,
    host,
    host.service('appinfo'),
    image('consent'),
    `consent.exe ${host.service('appinfo').pid} 412 0000021B6E0${host.random.hex(5).toUpperCase()}`,
    8 * second,
    { session: host.systemSession },
  );
  explicitCredentials(sim, host, worker.explorer, account, 'localhost');
  authenticate(estate, account, host);
  const session = logOn(sim, host, account, 2, undefined, { elevated: true });
  const shell = start(
    sim,
    host,
    worker.explorer,
    image('powershell'),
    '"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe" ',
    { session },
  );
  worker.open.set('admin', shell);
  return { shell, account, session };
}

/** One of the many things an administrator does with the same tools an intruder would use. */
export function administer(worker: Worker): void {
  const admin = adminShell(worker);
  if (admin === undefined || worker.travelling) {
    browse(worker);
    return;
  }
  const { estate, host, random } = worker;
  const { sim } = estate;
  const { shell, account, session } = admin;
  const server = estate.servers[random.pick(['files', 'archive', 'print', 'deploy', 'sql', 'backup', 'dc1'] as const)];
  const line = (name: string, commandLine: string): Process =>
    run(sim, host, shell, image(name), commandLine, 3 * second);
  const tasks: (() => void)[] = [
    () => {
      line(
        'net',
        `"C:\\Windows\\system32\\net.exe" ${random.pick(['group "Domain Admins" /domain', 'user /domain', `user ${random.pick(estate.company.people).login} /domain`, 'localgroup administrators', 'accounts /domain', 'session'])}`,
      );
      connect(sim, host, shell, { address: estate.servers.dc1.address, port: 389, name: estate.servers.dc1.fqdn });
    },
    () =>
      line(
        'nltest',
        `"C:\\Windows\\system32\\nltest.exe" ${random.pick(['/dsgetdc:ad.corvane.example', '/sc_query:CORVANE', '/dclist:CORVANE'])}`,
      ),
    () => {
      const wmic = line(
        'wmic',
        `"C:\\Windows\\System32\\Wbem\\WMIC.exe" /node:${server.name.toUpperCase()} ${random.pick(['os get lastbootuptime', 'logicaldisk get size,freespace,caption', 'service where name="Spooler" call startservice'])}`,
      );
      connect(sim, host, wmic, { address: server.address, port: 135, name: server.fqdn });
      reach(estate, account, host, server, { elevated: true, port: 135, connection: false, lasts: 20 * second });
      run(
        sim,
        server,
        server.service('dcom'),
        image('wmiprvse'),
        'C:\\Windows\\system32\\wbem\\wmiprvse.exe -secured -Embedding',
        2 * minute,
      );
    },
    () => {
      const client = start(
        sim,
        host,
        shell,
        image('mstsc'),
        `"C:\\Windows\\system32\\mstsc.exe" /v:${server.name.toUpperCase()}`,
      );
      connect(sim, host, client, { address: server.address, port: 3389, name: server.fqdn });
      accept(sim, server, server.service('termservice'), host.address, 3389);
      const remote = logOn(
        sim,
        server,
        account,
        10,
        { address: host.address, workstation: host.name },
        { elevated: true },
      );
      const desktop = start(
        sim,
        server,
        run(
          sim,
          server,
          server.service('winlogon'),
          image('userinit'),
          'C:\\Windows\\system32\\userinit.exe',
          20 * second,
          { session: remote },
        ),
        image('explorer'),
        'C:\\Windows\\Explorer.EXE',
      );
      start(sim, server, server.service('termservice'), image('rdpclip'), 'rdpclip', { session: remote });
      sim.after(30 * second, () =>
        run(
          sim,
          server,
          desktop,
          image('mmc'),
          random.pick([
            '"C:\\Windows\\system32\\mmc.exe" "C:\\Windows\\system32\\services.msc" ',
            '"C:\\Windows\\system32\\mmc.exe" "C:\\Windows\\system32\\eventvwr.msc" /s',
            '"C:\\Windows\\system32\\mmc.exe" C:\\Windows\\system32\\dsa.msc',
          ]),
          5 * minute,
        ),
      );
      sim.after(random.int(5, 30) * minute, () => endSession(sim, server, remote));
    },
    () => {
      const task = random.pick(['\\Corvane\\NightlyCleanup', '\\Corvane\\ReportExport', '\\Corvane\\RestartSpooler']);
      line(
        'schtasks',
        `"C:\\Windows\\system32\\schtasks.exe" /create /s ${server.name.toUpperCase()} /tn ${task} /tr "powershell.exe -NoProfile -File C:\\Scripts\\maintain.ps1" /sc daily /st 02:30 /ru SYSTEM /f`,
      );
      const far = reach(estate, account, host, server, { elevated: true });
      taskCreated(sim, server, far, task, 'powershell.exe', '-NoProfile -File C:\\Scripts\\maintain.ps1', 'S-1-5-18');
      createFile(sim, server, server.service('schedule'), `C:\\Windows\\System32\\Tasks${task}`);
    },
    () => {
      const text = random.pick([
        'Get-ADUser -Filter * -Properties LastLogonDate | Where-Object { $_.LastLogonDate -lt (Get-Date).AddDays(-90) }',
        'Get-ADGroupMember "Domain Admins" | Select-Object name',
        'Get-ADComputer -Filter * | Select-Object -ExpandProperty DNSHostName',
        'Invoke-Command -ComputerName CVFS01 -ScriptBlock { Get-SmbOpenFile | Measure-Object }',
      ]);
      scriptBlock(sim, host, session, text);
      connect(sim, host, shell, {
        address: estate.servers.dc1.address,
        port: text.startsWith('Invoke') ? 5985 : 9389,
        name: estate.servers.dc1.fqdn,
      });
    },
    () => {
      line(
        'sc',
        `"C:\\Windows\\system32\\sc.exe" \\\\${server.name.toUpperCase()} query ${random.pick(['Spooler', 'wuauserv', 'MarrowBackup'])}`,
      );
      explicitCredentials(sim, host, shell, account, server.fqdn);
      reach(estate, account, host, server, { elevated: true, lasts: 15 * second });
    },
    () => line('gpresult', '"C:\\Windows\\system32\\gpresult.exe" /h C:\\Temp\\gp.html'),
    () =>
      line(
        random.pick(['ipconfig', 'quser', 'systeminfo', 'whoami']),
        `"C:\\Windows\\system32\\${random.pick(['ipconfig.exe" /all', 'quser.exe"', 'systeminfo.exe"', 'whoami.exe" /groups'])}`,
      ),
  ];
  random.pick(tasks)();
}

/** Helpdesk: password resets, quick remote looks, group changes for people who moved. */
export function support(worker: Worker): void {
  const admin = adminShell(worker);
  if (admin === undefined || worker.travelling) {
    browse(worker);
    return;
  }
  const { estate, host, random, person } = worker;
  const { sim } = estate;
  const someone = random.pick(estate.company.people);
  const account = host.account(someone.login, someone.sid);
  const controller = estate.servers.dc1;
  const kind = random.weighted([
    ['look', 6],
    ['reset', 1],
    ['group', 0.5],
  ] as const);
  if (kind === 'look') {
    const target = estate.workstationOf(someone);
    if (target?.on !== true) return;
    run(sim, host, admin.shell, image('ping'), `"C:\\Windows\\system32\\PING.EXE" ${target.name}`, 4 * second);
    reach(estate, admin.account, host, target, {
      share: 'C$',
      path: '\\??\\C:\\',
      elevated: true,
      ntlm: random.chance(0.3),
      lasts: 6 * minute,
    });
    return;
  }
  const far = reach(estate, admin.account, host, controller, { elevated: true, port: 389, lasts: minute });
  if (kind === 'reset') {
    accountChanged(sim, controller, 4724, far, account);
    accountChanged(sim, controller, 4738, far, account);
    estate.audit.directory('Reset user password.', person, someone, worker.address, []);
    return;
  }
  memberAdded(sim, controller, 4728, far, account, {
    name: `Project-${someone.project}`,
    sid: `${estate.company.domainSid}-${3400 + random.int(0, 30)}`,
  });
}
