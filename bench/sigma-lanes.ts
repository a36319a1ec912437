import { readEvents } from '../src/ingest/index.ts';

/** The kinds of telemetry the engine is measured on. Each gives `count` JSON lines; the same ones at every call. */
export const lanes: Readonly<Record<string, (count: number, data: string) => Promise<string[]>>> = {
  structured: async (count) => generate(count, (random, i) => processStart(random, i)),
  raw: async (count) =>
    generate(count, (random, i) => ({
      EventID: 4688,
      Channel: 'Security',
      Hostname: 'ws',
      '@timestamp': timeOf(i),
      Message: blob(processStart(random, i)),
    })),
  syslog: async (count) => generate(count, syslogLine),
  file: async (count) => generate(count, fileEvent),
  evtx: async (count, data) => {
    const records = await recordsOf([`${data}/sigma/regression_data`], 1_000);
    return generate(count, (random, i) => vary(records[i % records.length] as EvtxRecord, random, i));
  },
  mordor: async (count, data) => {
    const records = await recordsOf([`${data}/mordor/events`], count);
    return Array.from({ length: count }, (_, i) => JSON.stringify(records[i % records.length]));
  },
};

type Random = <T>(choices: readonly T[]) => T;

/** Mulberry32: small, seeded, good enough to vary values. */
function generate(count: number, make: (random: Random, i: number) => unknown): string[] {
  let state = 42;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const random: Random = (choices) => choices[Math.floor(next() * choices.length)] as (typeof choices)[number];
  return Array.from({ length: count }, (_, i) => JSON.stringify(make(random, i)));
}

const timeOf = (i: number): string => new Date(1_700_000_000_000 + i * 50).toISOString();
const images = [
  'C:\\Windows\\System32\\svchost.exe',
  'C:\\Windows\\explorer.exe',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Windows\\System32\\cmd.exe',
  'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
  'C:\\Program Files\\Microsoft Office\\root\\Office16\\OUTLOOK.EXE',
  'C:\\Windows\\System32\\taskhostw.exe',
  'C:\\Windows\\System32\\conhost.exe',
  'C:\\Users\\joe\\AppData\\Local\\Microsoft\\Teams\\Teams.exe',
  'C:\\Windows\\System32\\rundll32.exe',
];
const tails = [
  '-k netsvcs -p -s Schedule',
  '--type=renderer --lang=en-US --device-scale-factor=1',
  '/c dir C:\\Users\\joe\\Documents',
  '-NoProfile -File C:\\scripts\\inventory.ps1',
  '0xffffffff -ForceV1',
  '/recycle',
  'shell32.dll,Control_RunDLL',
  '',
];
const users = ['CORP\\joe', 'CORP\\ann', 'NT AUTHORITY\\SYSTEM', 'CORP\\svc-backup'];

function processStart(random: Random, i: number): Record<string, unknown> {
  const [image, parent] = [random(images), random(images)];
  return {
    '@timestamp': timeOf(i),
    EventTime: timeOf(i),
    Hostname: random(['ws-01', 'ws-02', 'dc-01']),
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    SourceName: 'Microsoft-Windows-Sysmon',
    EventID: 1,
    UtcTime: timeOf(i).replace('T', ' ').replace('Z', ''),
    ProcessGuid: `{0197231e-005a-6928-a50b-${String(i).padStart(12, '0')}}`,
    ProcessId: String(1000 + (i % 60_000)),
    Image: image,
    FileVersion: '10.0.19041.1 (WinBuild.160101.0800)',
    Description: random(['Host Process', 'Windows Explorer', 'Google Chrome']),
    Product: 'Microsoft® Windows® Operating System',
    Company: 'Microsoft Corporation',
    OriginalFileName: image.slice(image.lastIndexOf('\\') + 1),
    CommandLine: `"${image}" ${random(tails)} ${i}`,
    CurrentDirectory: 'C:\\Windows\\system32\\',
    User: random(users),
    LogonId: '0x3e7',
    IntegrityLevel: random(['System', 'Medium', 'High']),
    Hashes: `MD5=${i.toString(16).padStart(32, 'a')},SHA256=${i.toString(16).padStart(64, 'b')},IMPHASH=${i.toString(16).padStart(32, 'c')}`,
    ParentProcessId: '700',
    ParentImage: parent,
    ParentCommandLine: `"${parent}" ${random(tails)}`,
  };
}

const blob = (record: Record<string, unknown>): string =>
  `A new process has been created.\r\n${Object.entries(record)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join('\r\n')}`;

function syslogLine(random: Random, i: number): unknown {
  const program = random(['sshd', 'sudo', 'CRON', 'systemd', 'kernel']);
  const message = random([
    `Accepted publickey for joe from 10.0.0.${i % 250} port ${40_000 + (i % 20_000)} ssh2`,
    'pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)',
    `joe : TTY=pts/0 ; PWD=/home/joe ; USER=root ; COMMAND=/usr/bin/apt-get update ${i}`,
    'Started Session of user joe.',
    'audit: type=1400 apparmor="ALLOWED" operation="open"',
  ]);
  return {
    timestamp: timeOf(i),
    host: random(['web-01', 'db-01']),
    facility: 'auth',
    severity: 'info',
    program,
    pid: i % 30_000,
    message,
  };
}

function fileEvent(random: Random, i: number): unknown {
  const name = random([
    `C:\\Users\\joe\\AppData\\Local\\Temp\\tmp${i}.tmp`,
    `C:\\Users\\joe\\Documents\\report-${i}.docx`,
    `C:\\Windows\\Prefetch\\APP-${i}.pf`,
    `C:\\ProgramData\\Microsoft\\cache\\${i}.dat`,
    `C:\\Users\\joe\\Downloads\\setup${i}.exe`,
  ]);
  return {
    '@timestamp': timeOf(i),
    EventTime: timeOf(i),
    Hostname: 'ws-01',
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    SourceName: 'Microsoft-Windows-Sysmon',
    EventID: 11,
    UtcTime: timeOf(i).replace('T', ' ').replace('Z', ''),
    ProcessGuid: '{0197231e-005a-6928-a50b-000000000d00}',
    ProcessId: '4460',
    Image: random(images),
    TargetFilename: name,
    CreationUtcTime: timeOf(i),
    User: random(users),
  };
}

interface EvtxRecord {
  readonly Event?: { readonly System?: Record<string, unknown>; readonly EventData?: unknown };
}

/** A regression event with the values changed that change in real life. */
function vary(record: EvtxRecord, random: Random, i: number): unknown {
  const { System: system, EventData: data } = record.Event ?? {};
  const changed: Record<string, unknown> =
    typeof data === 'object' && data !== null && !Array.isArray(data) ? { ...data } : {};
  for (const [name, value] of Object.entries(changed)) {
    if (name.endsWith('Guid')) changed[name] = `0197231E-005A-6928-A50B-${String(i).padStart(12, '0')}`;
    else if (name.endsWith('ProcessId')) changed[name] = 1000 + (i % 60_000);
    else if (name.endsWith('UtcTime')) changed[name] = timeOf(i).replace('T', ' ').replace('Z', '');
    else if (name === 'CommandLine' && typeof value === 'string') changed[name] = `${value} ${i}`;
    else if (name === 'User') changed[name] = random(users);
  }
  const time = { '#attributes': { SystemTime: timeOf(i) } };
  return {
    Event: {
      ...record.Event,
      System: { ...system, EventRecordID: i, TimeCreated: time },
      ...(data !== undefined && { EventData: Object.keys(changed).length > 0 ? changed : data }),
    },
  };
}

/** At most `limit` records of the files, spread over all of them. */
async function recordsOf(paths: readonly string[], limit: number): Promise<unknown[]> {
  const records: unknown[] = [];
  let file = '';
  let ofFile = 0;
  const share = Math.max(1, Math.ceil(limit / 100));
  for await (const batch of readEvents(paths, {
    tenant: 'bench',
    clock: { now: () => 0 },
    onReject: () => undefined,
    dedupe: false,
  })) {
    for (const event of batch) {
      if (event.file !== file) [file, ofFile] = [event.file, 0];
      if (ofFile++ < share) records.push(event.record);
    }
  }
  return records;
}
