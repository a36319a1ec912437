import { minute, second } from '../calendar.ts';
import type { Plot } from '../plot.ts';
import { copiedImage, image, unlistedImage } from '../windows/images.ts';
import { logOn } from '../windows/security.ts';
import { access, createFile, run, setValue, start } from '../windows/sysmon.ts';
import type { Foothold } from './foothold.ts';

const questions: readonly (readonly [string, string, string])[] = [
  ['whoami', 'whoami /all', 'T1033'],
  ['net', 'net group "Domain Admins" /domain', 'T1069.002'],
  ['net', 'net user /domain', 'T1087.002'],
  ['nltest', 'nltest /domain_trusts /all_trusts', 'T1482'],
  ['nltest', 'nltest /dclist:', 'T1018'],
  ['ipconfig', 'ipconfig /all', 'T1016'],
  ['systeminfo', 'systeminfo', 'T1082'],
  ['net', 'net view /all /domain', 'T1018'],
  ['quser', 'quser', 'T1033'],
  ['tasklist', 'tasklist /v', 'T1057'],
  ['net', 'net localgroup administrators', 'T1069.001'],
];

/** A few questions about the machine, the user and the domain. */
export function discover(plot: Plot, { host, implant }: Foothold): void {
  const { sim, random, chapter } = plot;
  const shell = random.chance(0.6)
    ? run(sim, host, implant, image('cmd'), 'C:\\Windows\\system32\\cmd.exe', 5 * minute)
    : implant;
  for (const [name, line, technique] of random.shuffled(questions).slice(0, random.int(2, 5))) {
    run(sim, host, shell, image(name), line, 2 * second);
    if (name === 'net') sim.pass(random.int(50, 300));
    sim.pass(random.int(2, 25) * second);
    chapter.tell(`Asked: ${line}.`, technique);
  }
}

/** Elevation where the tool needs it, then LSASS memory or the registry's account database. */
export function stealCredentials(plot: Plot, foothold: Foothold): void {
  const { sim, random, chapter } = plot;
  const { host, person, folder } = foothold;
  const lsass = host.service('lsass');
  const session = logOn(sim, host, host.account(person.login, person.sid), 2, undefined, { elevated: true });
  let shell = foothold.implant;
  if (random.chance(0.6)) {
    const key = `HKU\\${person.sid}_Classes\\ms-settings\\Shell\\Open\\command`;
    setValue(sim, host, shell, `${key}\\DelegateExecute`, '(Empty)');
    setValue(sim, host, shell, `${key}\\(Default)`, foothold.implant.commandLine);
    const helper = unlistedImage('C:\\Windows\\System32\\fodhelper.exe', {
      description: 'Features On Demand Helper',
      company: 'Microsoft Corporation',
      version: '10.0.19041.1',
    });
    shell = start(
      sim,
      host,
      run(sim, host, shell, helper, '"C:\\Windows\\System32\\fodhelper.exe" ', 5 * second, { session }),
      foothold.implantImage,
      foothold.implant.commandLine,
    );
    chapter.tell('It raised itself past UAC by a hijacked fodhelper.', 'T1548.002');
  } else {
    shell = start(sim, host, shell, foothold.implantImage, foothold.implant.commandLine, { session });
    chapter.tell('The user approved an elevation prompt for it.', 'T1548.002');
  }
  sim.pass(random.int(5, 60) * second);
  const dump = `${folder}\\${random.text(6, 'abcdefghijklmnopqrstuvwxyz')}.${random.pick(['dmp', 'bin', 'log', 'tmp'])}`;
  const way = random.weighted([
    ['direct', 4],
    ['comsvcs', 3],
    ['tool', 2],
    ['hives', 2],
  ] as const);
  if (way === 'direct') {
    access(
      sim,
      host,
      shell,
      lsass,
      random.pick(['0x1010', '0x1410', '0x1438', '0x143a']),
      random.chance(0.6) ? '' : 'C:\\Windows\\System32\\KERNELBASE.dll',
    );
    chapter.tell('It read LSASS memory from within.', 'T1003.001');
  } else if (way === 'comsvcs') {
    const runner = run(
      sim,
      host,
      run(sim, host, shell, image('powershell'), 'powershell.exe -nop -w hidden -c -', 30 * second),
      image('rundll32'),
      `rundll32.exe C:\\windows\\System32\\comsvcs.dll, MiniDump ${lsass.pid} ${dump} full`,
      5 * second,
    );
    access(sim, host, runner, lsass, '0x1fffff', 'C:\\Windows\\System32\\dbgcore.dll');
    createFile(sim, host, runner, dump);
    chapter.tell('It dumped LSASS with comsvcs.dll.', 'T1003.001', 'T1218.011');
  } else if (way === 'tool') {
    const tool = copiedImage('procdump', `${folder}\\${random.pick(['pd64', 'diag', 'mem'])}.exe`);
    createFile(sim, host, shell, tool.path);
    const dumper = run(sim, host, shell, tool, `${tool.path} -accepteula -ma ${lsass.pid} ${dump}`, 8 * second);
    access(sim, host, dumper, lsass, '0x1fffff', 'C:\\Windows\\System32\\dbghelp.dll');
    createFile(sim, host, dumper, dump);
    chapter.tell('It dumped LSASS with a renamed procdump.', 'T1003.001', 'T1036.003');
  } else {
    for (const name of ['sam', 'system', 'security']) {
      const saver = run(
        sim,
        host,
        shell,
        image('reg'),
        `reg save HKLM\\${name} ${folder}\\${name}.${random.pick(['hiv', 'sav', 'bak'])}`,
        3 * second,
      );
      createFile(sim, host, saver, `${folder}\\${name}.hiv`);
    }
    chapter.tell('It saved the SAM, SYSTEM and SECURITY hives.', 'T1003.002');
  }
}
