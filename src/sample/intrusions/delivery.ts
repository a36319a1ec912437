import { second } from '../calendar.ts';
import type { Estate } from '../estate.ts';
import { documentName } from '../habits/documents.ts';
import type { Person } from '../people.ts';
import type { Plot } from '../plot.ts';
import type { Process, WindowsHost } from '../windows/host.ts';
import { image } from '../windows/images.ts';
import { createFile, loadImage, run, start } from '../windows/sysmon.ts';

/** Somebody who is at their machine now and would open an attachment. */
export function victim(estate: Estate, plot: Plot): { person: Person; host: WindowsHost } | undefined {
  const wanted = plot.random
    .shuffled(estate.company.people)
    .filter((person) => person.admin === undefined && person.role !== 'development');
  for (const person of wanted) {
    const host = estate.workstationOf(person);
    if (host?.on === true && host.console !== undefined) return { person, host };
  }
  return undefined;
}

type Delivery = (estate: Estate, plot: Plot, host: WindowsHost, person: Person) => Process;

function officeMacro(_: Estate, plot: Plot, host: WindowsHost, person: Person): Process {
  const { sim, random } = plot;
  const explorer = host.console?.explorer ?? host.kernel;
  const [name, extension] = random.chance(0.6) ? (['winword', 'docm'] as const) : (['excel', 'xlsm'] as const);
  const outlook = start(sim, host, explorer, image('outlook'), `"${image('outlook').path}"`);
  const path = `C:\\Users\\${person.login}\\AppData\\Local\\Microsoft\\Windows\\INetCache\\Content.Outlook\\${random.text(8, 'ABCDEFGHJKLMNPQRSTUVWXYZ0123456789')}\\${documentName(random, extension)}`;
  createFile(sim, host, outlook, path);
  const office = start(sim, host, outlook, image(name), `"${image(name).path}" /n "${path}" /o ""`);
  sim.pass(random.int(2000, 9000));
  loadImage(
    sim,
    host,
    office,
    'C:\\Program Files\\Microsoft Office\\root\\vfs\\ProgramFilesCommonX64\\Microsoft Shared\\VBA\\VBA7.1\\VBE7.DLL',
    { company: 'Microsoft Corporation', signed: true, hashes: image(name).hashes },
  );
  plot.chapter.tell(
    `${person.name} opened a ${extension} attachment and let its macro run.`,
    'T1566.001',
    'T1204.002',
    'T1059.005',
  );
  return office;
}

function archivedShortcut(estate: Estate, plot: Plot, host: WindowsHost, person: Person): Process {
  const { sim, random } = plot;
  const explorer = host.console?.explorer ?? host.kernel;
  const browser = start(
    sim,
    host,
    explorer,
    image('chrome'),
    `"${image('chrome').path}" --single-argument https://${random.pick(estate.company.internet.longTail).domain}/`,
  );
  const name = documentName(random, 'zip');
  createFile(sim, host, browser, `C:\\Users\\${person.login}\\Downloads\\${name}`);
  sim.pass(random.int(6000, 30000));
  createFile(
    sim,
    host,
    explorer,
    `C:\\Users\\${person.login}\\AppData\\Local\\Temp\\Temp1_${name}\\${name.replace('.zip', '.pdf.lnk')}`,
  );
  plot.chapter.tell(
    `${person.name} opened a shortcut dressed as a PDF inside a downloaded archive.`,
    'T1566.002',
    'T1204.002',
  );
  return explorer;
}

function scriptFile(estate: Estate, plot: Plot, host: WindowsHost, person: Person): Process {
  const { sim, random } = plot;
  const explorer = host.console?.explorer ?? host.kernel;
  const path = `C:\\Users\\${person.login}\\Downloads\\${documentName(random, 'js')}`;
  const browser = start(
    sim,
    host,
    explorer,
    image('chrome'),
    `"${image('chrome').path}" --single-argument https://${random.pick(estate.company.internet.longTail).domain}/`,
  );
  createFile(sim, host, browser, path);
  sim.pass(random.int(6000, 30000));
  plot.chapter.tell(
    `${person.name} ran a script file downloaded as a document.`,
    'T1566.002',
    'T1204.002',
    'T1059.007',
  );
  return run(sim, host, explorer, image('wscript'), `"C:\\Windows\\System32\\WScript.exe" "${path}" `, 90 * second);
}

const deliveries: readonly (readonly [Delivery, number])[] = [
  [officeMacro, 6],
  [archivedShortcut, 3],
  [scriptFile, 2],
];

/** How it reaches them; returns the process that runs the first command. */
export function deliver(estate: Estate, plot: Plot, host: WindowsHost, person: Person): Process {
  return plot.random.weighted(deliveries)(estate, plot, host, person);
}
