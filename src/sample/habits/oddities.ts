import { second } from '../calendar.ts';
import { image } from '../windows/images.ts';
import { taskCreated } from '../windows/security.ts';
import { createFile, run, setValue } from '../windows/sysmon.ts';
import { documentName } from './documents.ts';
import { hive, profile, type Worker } from './worker.ts';

type Line = (worker: Worker) => readonly [image: string, commandLine: string];

/** Windows' own tools in everybody's daily life, started from the desktop or by a batch file someone wrote long ago. */
const lines: readonly Line[] = [
  () => ['rundll32', '"C:\\Windows\\System32\\rundll32.exe" shell32.dll,Control_RunDLL mmsys.cpl'],
  () => ['rundll32', 'rundll32.exe printui.dll,PrintUIEntry /in /n \\\\CVPRN01\\A3-Colour'],
  ({ host }) => [
    'rundll32',
    `C:\\Windows\\System32\\rundll32.exe C:\\Windows\\System32\\shell32.dll,SHCreateLocalServerRunDll {${host.random.guid().toUpperCase()}} -Embedding`,
  ],
  () => ['regsvr32', 'regsvr32.exe /s "C:\\Program Files\\Autodesk\\AutoCAD 2024\\AcThumbnail64.dll"'],
  () => ['mshta', 'mshta.exe "\\\\CVFS01\\Common\\Apps\\room-booking.hta"'],
  (worker) => [
    'certutil',
    `certutil -hashfile "${profile(worker)}\\Downloads\\${documentName(worker.random, 'zip')}" SHA256`,
  ],
  () => ['reg', 'reg  add HKCU\\Software\\Corvane\\Templates /v Version /t REG_SZ /d 14 /f'],
  () => ['wmic', 'wmic  bios get serialnumber'],
  () => ['net', 'net  use R: \\\\CVFS02\\Library /persistent:no'],
  () => ['ipconfig', 'ipconfig  /all'],
  () => ['whoami', 'whoami'],
  () => ['systeminfo', 'systeminfo'],
  () => ['tasklist', 'tasklist'],
  () => ['curl', 'curl.exe  -s https://api.github.com/zen'],
  (worker) => [
    'tar',
    `tar  -xf "${profile(worker)}\\Downloads\\${documentName(worker.random, 'zip')}" -C "${profile(worker)}\\Documents"`,
  ],
  (worker) => [
    'sevenzip',
    `"C:\\Program Files\\7-Zip\\7z.exe" a "${profile(worker)}\\Desktop\\${documentName(worker.random, '7z')}" "P:\\${worker.person.project}\\Issue"`,
  ],
  (worker) => [
    'schtasks',
    `schtasks.exe /Create /TN "OneDrive Reporting Task-${worker.person.sid}" /XML "${profile(worker)}\\AppData\\Local\\Temp\\od.xml" /F`,
  ],
  (worker) => [
    'wscript',
    `"C:\\Windows\\System32\\WScript.exe" "P:\\${worker.person.project}\\Tools\\rename-sheets.vbs" `,
  ],
  () => ['powershell', 'powershell  -ExecutionPolicy Bypass -File P:\\Common\\Tools\\Export-Sheets.ps1'],
];

export function oddity(worker: Worker): void {
  const { estate, host, random } = worker;
  const { sim } = estate;
  const [name, line] = random.pick(lines)(worker);
  const direct = random.chance(0.35);
  const parent = direct
    ? worker.explorer
    : run(
        sim,
        host,
        worker.explorer,
        image('cmd'),
        `C:\\Windows\\system32\\cmd.exe /c ""P:\\${worker.person.project}\\Tools\\${random.pick(['setup', 'fix', 'export', 'collect'])}.bat" "`,
        12 * second,
      );
  if (!direct)
    run(
      sim,
      host,
      parent,
      image('conhost'),
      '\\??\\C:\\Windows\\system32\\conhost.exe 0xffffffff -ForceV1',
      12 * second,
    );
  const process = run(sim, host, parent, image(name), line, 6 * second);
  if (name === 'schtasks') {
    const task = `\\OneDrive Reporting Task-${worker.person.sid}`;
    taskCreated(
      sim,
      host,
      worker.session,
      task,
      '%localappdata%\\Microsoft\\OneDrive\\OneDriveStandaloneUpdater.exe',
      '/reporting',
      worker.person.sid,
    );
    createFile(sim, host, host.service('schedule'), `C:\\Windows\\System32\\Tasks${task}`);
  }
  if (name === 'reg') setValue(sim, host, process, `${hive(worker)}\\SOFTWARE\\Corvane\\Templates\\Version`, '14');
  if (name === 'powershell' || name === 'wscript')
    createFile(sim, host, process, `P:\\${worker.person.project}\\Issue\\${documentName(random, 'csv')}`);
}
