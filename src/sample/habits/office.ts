import { minute, second } from '../calendar.ts';
import { image } from '../windows/images.ts';
import { reach } from '../windows/network.ts';
import {
  changeKey,
  connect,
  createFile,
  exit,
  loadImage,
  lookUp,
  run,
  setValue,
  start,
  visit,
} from '../windows/sysmon.ts';
import { documentName, mailSubjects } from './documents.ts';
import { hive, profile, program, type Worker } from './worker.ts';

const chrome = (kind: string, id: number): string =>
  `"C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe" --type=${kind} --lang=en-GB --device-scale-factor=1 --num-raster-threads=4 --renderer-client-id=${id} --mojo-platform-channel-handle=${id * 4 + 2212} /prefetch:1`;

/** A few pages in the browser: a tab, names, connections, a cache file. */
export function browse(worker: Worker): void {
  const { estate, host, random } = worker;
  const { sim } = estate;
  const browser = program(worker, 'chrome');
  run(sim, host, browser, image('chrome'), chrome('renderer', random.int(5, 400)), random.int(20, 1500) * second);
  const pages = random.int(1, 4);
  for (let i = 0; i < pages; i++) {
    const internet = estate.company.internet;
    const site = random.chance(0.45)
      ? random.pick(internet.popular)
      : random.chance(0.14)
        ? internet.newcomer(random)
        : random.pick(internet.longTail);
    visit(sim, host, browser, site);
    if (random.chance(0.4)) connect(sim, host, browser, { address: random.pick(site.addresses), port: 443 });
    sim.pass(random.int(10, 400));
  }
  if (random.chance(0.35)) {
    createFile(
      sim,
      host,
      browser,
      `${profile(worker)}\\AppData\\Local\\Google\\Chrome\\User Data\\Default\\${random.pick(['Code Cache\\js\\', 'Service Worker\\CacheStorage\\', 'IndexedDB\\'])}${random.hex(16)}_0`,
    );
  }
  if (random.chance(0.06)) download(worker);
}

/** Something saved from the web: a PDF, a drawing, now and then an archive or an installer. */
function download(worker: Worker): void {
  const { estate, host, random } = worker;
  const extension = random.weighted([
    ['pdf', 8],
    ['xlsx', 4],
    ['docx', 4],
    ['dwg', 3],
    ['zip', 3],
    ['docm', 0.5],
    ['exe', 0.4],
  ]);
  const folder = `${profile(worker)}\\Downloads\\`;
  const browser = program(worker, 'chrome');
  createFile(estate.sim, host, browser, `${folder}Unconfirmed ${random.int(100000, 999999)}.crdownload`);
  createFile(estate.sim, host, browser, `${folder}${documentName(random, extension)}`);
}

export function mail(worker: Worker): void {
  const { estate, host, random, person } = worker;
  const { sim } = estate;
  const outlook = program(worker, 'outlook');
  const site = random.pick(estate.company.internet.office);
  if (random.chance(0.6)) lookUp(sim, host, outlook, site);
  connect(sim, host, outlook, { address: random.pick(site.addresses), port: 443 });
  if (random.chance(0.3))
    createFile(
      sim,
      host,
      outlook,
      `${profile(worker)}\\AppData\\Local\\Microsoft\\Outlook\\RoamCache\\Stream_${random.hex(8)}.dat`,
    );
  setValue(
    sim,
    host,
    outlook,
    `${hive(worker)}\\SOFTWARE\\Microsoft\\Office\\16.0\\Outlook\\Resiliency\\LastActive`,
    `DWORD (0x${random.hex(8)})`,
  );
  if (random.chance(0.25)) {
    const name = documentName(random, random.pick(['pdf', 'docx', 'xlsx']));
    createFile(
      sim,
      host,
      outlook,
      `${profile(worker)}\\AppData\\Local\\Microsoft\\Windows\\INetCache\\Content.Outlook\\${random.text(8, 'ABCDEFGHJKLMNPQRSTUVWXYZ0123456789')}\\${name}`,
    );
  }
  if (random.chance(0.35)) {
    const operation = random.chance(0.5) ? 'MailItemsAccessed' : 'Send';
    const client = random.chance(0.15) ? 'Client=OWA;Action=ViaProxy' : 'Client=MSExchangeRPC';
    estate.audit.mailbox(operation, person, worker.address, client, [random.pick(mailSubjects)]);
  }
}

type Editor = readonly [image: string, extension: string, title: string];
const word: Editor = ['winword', 'docx', 'Word'];
const excel: Editor = ['excel', 'xlsx', 'Excel'];
const powerpoint: Editor = ['powerpnt', 'pptx', 'PowerPoint'];

/** Works on a document: opens it, writes temporary and final files, the list of recent files follows. */
export function document(worker: Worker): void {
  const { estate, host, random, person } = worker;
  const { sim } = estate;
  const [name, extension, title] = random.weighted([
    [word, 5],
    [excel, person.role === 'finance' ? 9 : 4],
    [powerpoint, 1.5],
  ]);
  const file = documentName(
    random,
    random.chance(0.04) && extension !== 'pptx' ? `${extension.slice(0, 3)}m` : extension,
  );
  const folder = random.chance(0.5)
    ? `${profile(worker)}\\OneDrive - Corvane\\${person.project}\\`
    : `\\\\CVFS01\\Projects\\${person.project}\\`;
  const of = image(name);
  const opener = random.chance(0.2) ? program(worker, 'outlook') : worker.explorer;
  const process = start(sim, host, opener, of, `"${of.path}" /n "${folder}${file}" /o ""`);
  setValue(
    sim,
    host,
    process,
    `${hive(worker)}\\SOFTWARE\\Microsoft\\Office\\16.0\\${title}\\File MRU\\Item 1`,
    `[F00000000][T01DA${random.hex(12).toUpperCase()}]*${folder}${file}`,
  );
  if (random.chance(0.3)) {
    loadImage(
      sim,
      host,
      process,
      'C:\\Program Files\\Microsoft Office\\root\\vfs\\ProgramFilesCommonX64\\Microsoft Shared\\OFFICE16\\MSO.DLL',
      {
        company: 'Microsoft Corporation',
        signed: true,
        hashes: of.hashes,
      },
    );
  }
  if (extension === 'xlsx' && random.chance(0.25)) {
    loadImage(
      sim,
      host,
      process,
      'C:\\Program Files\\Microsoft Office\\root\\vfs\\ProgramFilesCommonX64\\Microsoft Shared\\VBA\\VBA7.1\\VBE7.DLL',
      {
        company: 'Microsoft Corporation',
        signed: true,
        hashes: of.hashes,
      },
    );
  }
  createFile(sim, host, process, `${folder}~$${file.slice(2)}`);
  if (random.chance(0.6)) visit(sim, host, process, random.pick(estate.company.internet.office));
  sim.after(random.int(1, 25) * minute, () => {
    if (worker.gone) return;
    createFile(sim, host, process, `${folder}${random.hex(8).toUpperCase()}.tmp`);
    createFile(sim, host, process, `${folder}${file}`);
    setValue(
      sim,
      host,
      process,
      `${hive(worker)}\\SOFTWARE\\Microsoft\\Office\\16.0\\${title}\\Reading Locations\\Document ${random.int(0, 49)}\\Datetime`,
      new Date(sim.now).toISOString().slice(0, 16),
    );
    exit(sim, host, process);
    if (folder.includes('OneDrive'))
      estate.audit.file(
        'FileModified',
        person,
        worker.address,
        'Microsoft SkyDriveSync 24.025.0204.0003 ship; Windows NT 10.0 (19045)',
        'personal',
        `${person.project}/${file}`,
      );
  });
}

export function chat(worker: Worker): void {
  const { estate, host, random } = worker;
  const { sim } = estate;
  const teams = program(worker, 'teams');
  const site = estate.company.internet.site(random.chance(0.6) ? 'teams.microsoft.com' : 'substrate.office.com');
  if (random.chance(0.5)) lookUp(sim, host, teams, site);
  connect(sim, host, teams, { address: random.pick(site.addresses), port: 443 });
  if (random.chance(0.4))
    run(
      sim,
      host,
      teams,
      image('webview'),
      `"${image('webview').path}" --type=utility --utility-sub-type=network.mojom.NetworkService --lang=en-GB --service-sandbox-type=none --mojo-platform-channel-handle=${random.int(1800, 9000)}`,
      random.int(30, 900) * second,
    );
  createFile(
    sim,
    host,
    teams,
    `${profile(worker)}\\AppData\\Local\\Packages\\MSTeams_8wekyb3d8bbwe\\LocalCache\\Microsoft\\MSTeams\\EBWebView\\WV2Profile_tfw\\IndexedDB\\${random.hex(6)}.log`,
  );
}

/** A meeting: media connections, the audio engine, a share of the screen. */
export function meeting(worker: Worker): void {
  const { estate, host, random } = worker;
  const { sim } = estate;
  const teams = program(worker, 'teams');
  run(sim, host, host.service('netsvcs'), image('audiodg'), 'C:\\Windows\\system32\\AUDIODG.EXE 0x4f8', 30 * minute);
  for (let i = 0; i < 4; i++) {
    sim.after(random.int(0, 25) * minute, () => {
      if (!worker.gone)
        connect(
          sim,
          host,
          teams,
          { address: `52.113.${random.int(1, 250)}.${random.int(2, 250)}`, port: random.int(3478, 3481) },
          'udp',
        );
    });
  }
}

/** Files on the file server. */
export function share(worker: Worker): void {
  const { estate, host, random, person } = worker;
  if (worker.travelling) {
    mail(worker);
    return;
  }
  const server = random.chance(0.75) ? estate.servers.files : estate.servers.archive;
  const account = host.account(person.login, person.sid);
  reach(estate, account, host, server, {
    share: random.pick([
      'Projects',
      'Projects',
      'Common',
      person.role === 'finance' ? 'Finance' : 'Library',
      person.role === 'hr' ? 'HR' : 'Projects',
    ]),
    lasts: random.int(2, 40) * minute,
    ntlm: random.chance(0.06),
  });
  const target = server.name.toUpperCase();
  setValue(
    estate.sim,
    host,
    worker.explorer,
    `${hive(worker)}\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Explorer\\RecentDocs\\${random.int(0, 149)}`,
    'Binary Data',
  );
  createFile(
    estate.sim,
    host,
    worker.explorer,
    `${profile(worker)}\\AppData\\Roaming\\Microsoft\\Windows\\Recent\\${documentName(random, 'lnk')}`,
  );
  if (random.chance(0.2))
    createFile(
      estate.sim,
      host,
      worker.explorer,
      `\\\\${target}\\Projects\\${person.project}\\${documentName(random, random.pick(['pdf', 'xlsx', 'dwg']))}`,
    );
}

export function print(worker: Worker): void {
  const { estate, host, random, person } = worker;
  const { sim } = estate;
  if (worker.travelling) {
    browse(worker);
    return;
  }
  reach(estate, host.account(person.login, person.sid), host, estate.servers.print, {
    share: 'print$',
    path: '\\??\\C:\\Windows\\system32\\spool\\drivers',
    lasts: 3 * minute,
  });
  run(
    sim,
    host,
    worker.open.get('winword') ?? worker.explorer,
    image('splwow64'),
    'C:\\Windows\\splwow64.exe 12288',
    2 * minute,
  );
  createFile(
    sim,
    host,
    host.service('spooler'),
    `C:\\Windows\\System32\\spool\\PRINTERS\\FP${String(random.int(1, 99999)).padStart(5, '0')}.SPL`,
  );
}

/** The desktop itself: jump lists, clicks remembered, brokers come and go. */
export function desktop(worker: Worker): void {
  const { estate, host, random } = worker;
  const { sim } = estate;
  const [name, line] = random.pick([
    ['runtimebroker', 'C:\\Windows\\System32\\RuntimeBroker.exe -Embedding'],
    [
      'backgroundtask',
      '"C:\\Windows\\system32\\backgroundTaskHost.exe" -ServerName:App.AppXmtcan0h2tfbfy7k9kn8hbxb6dmzz1zh0.mca',
    ],
    [
      'dllhost',
      `C:\\Windows\\system32\\DllHost.exe /Processid:{${random.pick(['AB8902B4-09CA-4BB6-B78D-A8F59079A8D5', '776DBC8D-7347-478C-8D71-791E12EF49D8', '973D20D7-562D-44B9-B70B-5A0F49CCDF3F'])}}`,
    ],
    [
      'searchprotocol',
      `"C:\\Windows\\system32\\SearchProtocolHost.exe" Global\\UsGthrFltPipeMssGthrPipe_${worker.person.sid}${random.int(1, 60)} 1 -2147483646 "Software\\Microsoft\\Windows Search"`,
    ],
  ] as const);
  const parent = name === 'searchprotocol' ? host.service('search') : host.service('dcom');
  run(sim, host, parent, image(name), line, random.int(5, 120) * second, { session: worker.session });
  setValue(
    sim,
    host,
    worker.explorer,
    `${hive(worker)}\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Explorer\\${random.pick(['UserAssist\\{CEBFF5CD-ACE2-4F4F-9178-9926F41749EA}\\Count\\HRZR_PGYFRFFVBA', 'FeatureUsage\\AppSwitched\\Chrome', 'SessionInfo\\1\\ApplicationViewManagement\\W32', 'Streams\\Desktop\\TaskbarWinXP'])}`,
    'Binary Data',
  );
  if (random.chance(0.3))
    changeKey(
      sim,
      host,
      worker.explorer,
      `${hive(worker)}\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Explorer\\SessionInfo\\1`,
      'CreateKey',
    );
}

/** A file in OneDrive or SharePoint, by browser or by sync. */
export function cloudFile(worker: Worker): void {
  const { estate, host, random, person } = worker;
  const { sim } = estate;
  const sync = program(worker, 'onedrive', '/background');
  visit(sim, host, sync, estate.company.internet.site('corvane.sharepoint.example'));
  const name = documentName(random, random.pick(['docx', 'xlsx', 'pdf', 'pptx']));
  createFile(sim, host, sync, `${profile(worker)}\\OneDrive - Corvane\\${person.project}\\${name}`);
  const operation = random.weighted([
    ['FileAccessed', 5],
    ['FileSyncDownloadedFull', 2],
    ['FileDownloaded', 1],
    ['FileUploaded', 1],
    ['FilePreviewed', 1],
    ['SharingSet', 0.2],
  ] as const);
  estate.audit.file(
    operation,
    person,
    worker.address,
    person.userAgent,
    person.project,
    `${random.pick(['Reports', 'Drawings', 'Correspondence'])}/${name}`,
  );
}
