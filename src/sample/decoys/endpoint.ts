import { minute, second } from '../calendar.ts';
import { withRole } from '../company.ts';
import type { Estate } from '../estate.ts';
import type { Plot } from '../plot.ts';
import type { Process, Session, WindowsHost } from '../windows/host.ts';
import { image } from '../windows/images.ts';
import { authenticate, reach } from '../windows/network.ts';
import { accountChanged, logCleared, logOn, scriptBlock } from '../windows/security.ts';
import { accept, access, connect, createFile, endSession, run, start, visit } from '../windows/sysmon.ts';

/** An administrator's remote session on a server: desktop and shell. */
function session(estate: Estate, plot: Plot, host: WindowsHost): { session: Session; shell: Process; login: string } {
  const { sim, random } = plot;
  const person = random.pick(withRole(estate.company, 'it-admin'));
  const admin = person.admin ?? { login: person.login, sid: person.sid };
  const account = host.account(admin.login, admin.sid);
  const from = estate.workstationOf(person) ?? estate.servers.jump;
  plot.chapter.involve(admin.login);
  authenticate(estate, account, from);
  accept(sim, host, host.service('termservice'), from.address, 3389);
  const remote = logOn(sim, host, account, 10, { address: from.address, workstation: from.name }, { elevated: true });
  const first = run(
    sim,
    host,
    host.service('winlogon'),
    image('userinit'),
    'C:\\Windows\\system32\\userinit.exe',
    20 * second,
    { session: remote },
  );
  const desktop = start(sim, host, first, image('explorer'), 'C:\\Windows\\Explorer.EXE');
  sim.after(40 * minute, () => endSession(sim, host, remote));
  return {
    session: remote,
    shell: start(sim, host, desktop, image('cmd'), '"C:\\Windows\\system32\\cmd.exe" '),
    login: admin.login,
  };
}

/** A vendor asked for a memory dump of the database server's process. */
export function vendorDump(estate: Estate, plot: Plot): void {
  const host = estate.servers.sql;
  plot.next(0, 1, () => {
    const { sim, random } = plot;
    const { shell, login } = session(estate, plot, host);
    const target = host.service('sql');
    sim.after(random.int(40, 200) * second, () => {
      const path = `D:\\Dumps\\sqlservr_${random.int(10000, 99999)}.dmp`;
      const tool = run(
        sim,
        host,
        shell,
        image('procdump'),
        `C:\\Tools\\Sysinternals\\procdump64.exe -accepteula -ma ${target.pid} ${path}`,
        20 * second,
      );
      access(sim, host, tool, target, '0x1fffff', 'C:\\Windows\\System32\\dbghelp.dll');
      createFile(sim, host, tool, path);
      sim.after(3 * minute, () =>
        createFile(
          sim,
          host,
          run(
            sim,
            host,
            shell,
            image('sevenzip'),
            `"${image('sevenzip').path}" a D:\\Dumps\\case.7z ${path}`,
            40 * second,
          ),
          'D:\\Dumps\\case.7z',
        ),
      );
    });
    plot.chapter.tell(`${login} dumped the database process with procdump for a vendor's support case.`, 'T1003');
  });
}

/** The log of a server being taken out of service is cleared. */
export function retiredServer(estate: Estate, plot: Plot): void {
  const host = estate.servers.retired;
  plot.next(0, 1, () => {
    const { sim, random } = plot;
    const { session: by, shell, login } = session(estate, plot, host);
    sim.after(random.int(60, 400) * second, () => {
      run(sim, host, shell, image('wevtutil'), 'wevtutil  epl Security E:\\Archive\\CVAPP03-security.evtx', 6 * second);
      sim.pass(20 * second);
      run(sim, host, shell, image('wevtutil'), 'wevtutil  cl Security', 2 * second);
      logCleared(sim, host, by);
    });
    plot.chapter.tell(`${login} archived and cleared the Security log of a server being retired.`, 'T1070.001');
  });
}

/** Someone who knows PowerShell runs a report they were sent in base64. */
export function encodedReport(estate: Estate, plot: Plot): void {
  plot.next(0, 1, () => {
    const { sim, random } = plot;
    const person = random
      .shuffled(withRole(estate.company, 'engineering', 'development'))
      .find((one) => estate.workstationOf(one)?.console !== undefined);
    const host = person === undefined ? undefined : estate.workstationOf(person);
    if (person === undefined || host?.console === undefined) return;
    plot.chapter.involve(person.login);
    const site = random.pick(estate.company.internet.longTail);
    const text = random.pick([
      `$r=Invoke-RestMethod https://${site.domain}/rates.json;$r.items|Export-Csv $env:USERPROFILE\\Documents\\rates.csv`,
      `Get-ChildItem P:\\ -Recurse -Include *.ifc|Measure-Object Length -Sum|Out-File $env:TEMP\\ifc.txt`,
      `(New-Object Net.WebClient).DownloadFile('https://${site.domain}/fonts.zip',"$env:TEMP\\fonts.zip")`,
    ]);
    const shell = run(sim, host, host.console.explorer, image('cmd'), '"C:\\Windows\\system32\\cmd.exe" ', 5 * minute);
    const process = run(
      sim,
      host,
      shell,
      image('powershell'),
      `powershell  -NoProfile -EncodedCommand ${Buffer.from(text, 'utf16le').toString('base64')}`,
      20 * second,
    );
    scriptBlock(sim, host, host.console.session, text);
    if (text.includes('http')) visit(sim, host, process, site);
    plot.chapter.tell(`${person.name} ran a colleague's report as encoded PowerShell.`, 'T1027', 'T1059.001');
  });
}

/** An audit of the directory from the jump host: all the questions an intruder would ask. */
export function directoryAudit(estate: Estate, plot: Plot): void {
  const host = estate.servers.jump;
  plot.next(0, 1, () => {
    const { sim, random } = plot;
    const { shell, login } = session(estate, plot, host);
    const lines = [
      ['nltest', 'nltest  /domain_trusts'],
      ['net', 'net  group "Domain Admins" /domain'],
      ['net', 'net  group "Enterprise Admins" /domain'],
      ['dsquery', 'dsquery  computer -limit 0'],
      ['whoami', 'whoami  /all'],
      ['net', 'net  accounts /domain'],
      ['quser', 'quser  /server:CVFS01'],
    ] as const;
    for (const [name, line] of random.shuffled(lines).slice(0, random.int(4, 7))) {
      run(sim, host, shell, image(name), line, 3 * second);
      connect(sim, host, shell, { address: estate.servers.dc1.address, port: 389, name: estate.servers.dc1.fqdn });
      sim.pass(random.int(5, 50) * second);
    }
    plot.chapter.tell(
      `${login} gathered group members and trusts for the yearly audit.`,
      'T1482',
      'T1069.002',
      'T1018',
    );
  });
}

/** The helpdesk resets a row of passwords after a training day. */
export function manyResets(estate: Estate, plot: Plot): void {
  const { sim, random } = plot;
  const person = random.pick(withRole(estate.company, 'helpdesk'));
  const people = random.shuffled(estate.company.people).slice(0, random.int(5, 9));
  for (const someone of people) {
    plot.next(1, 4, () => {
      const { dc1 } = estate.servers;
      const from = estate.workstationOf(person) ?? estate.servers.jump;
      const admin = person.admin ?? { login: person.login, sid: person.sid };
      const far = reach(estate, dc1.account(admin.login, admin.sid), from, dc1, {
        elevated: true,
        port: 389,
        lasts: minute,
      });
      const account = dc1.account(someone.login, someone.sid);
      accountChanged(sim, dc1, 4724, far, account);
      accountChanged(sim, dc1, 4738, far, account);
      estate.audit.directory(
        'Reset user password.',
        person,
        someone,
        estate.company.officeAddresses[person.site] ?? person.homeAddress,
        [],
      );
    });
  }
  plot.next(0, 1, () => {
    plot.chapter.involve(person.login, ...people.map((one) => one.login));
    plot.chapter.tell(`${person.name} of the helpdesk reset ${people.length} passwords after a training day.`, 'T1098');
  });
}
