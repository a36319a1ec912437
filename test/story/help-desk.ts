import { writeFileSync } from 'node:fs';
import { Random } from '../../src/sample/random.ts';

/**
 * The small company of the autonomy demo, a working day at a time. Its help desk has a script that asks for domain controllers on
 * the machine it looks into: harmless, and a rule rightly notices it. It is the class of noisy findings that earns autonomy, and the
 * cover that an intruder later puts on.
 */
const HOSTS = 60;
const HELP_DESK = ['alice', 'bob', 'ivers'] as const;
/** The account of the seeded material's intruder. */
const INTRUDER = 'svc-print';
const HOUR = 3_600_000;
const MINUTE = 60_000;
const SHELL = 'C:\\Windows\\System32\\cmd.exe';

/** Whatever happened on a day besides work: nothing in the telemetry says which of it was meant ill. */
export interface DayPlan {
  /** Midnight UTC, epoch ms. */
  readonly day: number;
  /** Runs of the help desk's script, each on another machine. */
  readonly scripts: number;
  /** Intruders who look around with their own hands, each on another machine: the known threats of seeded material. */
  readonly intruders: number;
  /** Runs of the same script at night by whoever stole a help desk account, on these machines. */
  readonly inCover: readonly { readonly host: string; readonly user: string }[];
}

export interface DayTelemetry {
  readonly file: string;
  /** Hosts on which an intruder was put, to be marked as known threats apart from the telemetry. */
  readonly seededHosts: readonly string[];
  readonly scriptHosts: readonly string[];
}

export const hostName = (n: number): string => `ws${String(n).padStart(2, '0')}`;
export const helpDesk: readonly string[] = HELP_DESK;

/** Writes one day as NDJSON, in the shape that nxlog gives Sysmon's process starts. */
export function writeDay(file: string, plan: DayPlan, seed: number): DayTelemetry {
  const random = new Random(`${seed}|${plan.day}`);
  const records: ProcessStart[] = [];
  const order = random.shuffled(Array.from({ length: HOSTS }, (_, n) => hostName(n)));
  const start = (record: ProcessStart) => records.push(record);

  for (let n = 0; n < HOSTS; n++) {
    const host = hostName(n);
    const user = `user${n}`;
    // At every logon a group policy asks for controllers; the rule knows that.
    if (n % 2 === 0) start(nltest(host, user, plan.day + 7 * HOUR + n * MINUTE, 'C:\\Windows\\System32\\gpscript.exe'));
    for (const [at, image] of ['outlook.exe', 'excel.exe', 'msedge.exe'].entries()) {
      start({
        host,
        user,
        at: plan.day + (8 + at) * HOUR + random.int(0, 50) * MINUTE,
        image: `C:\\Program Files\\Office\\${image}`,
        commandLine: image,
        parent: 'C:\\Windows\\explorer.exe',
      });
    }
  }
  const scriptHosts = order.slice(0, plan.scripts);
  for (const [n, host] of scriptHosts.entries()) {
    const at = plan.day + 9 * HOUR + Math.floor((n * 7 * HOUR) / plan.scripts) + random.int(0, 20) * MINUTE;
    for (const record of supportScript(host, HELP_DESK[n % HELP_DESK.length] ?? HELP_DESK[0], at)) start(record);
  }
  const seededHosts = order.slice(plan.scripts, plan.scripts + plan.intruders);
  for (const [n, host] of seededHosts.entries()) {
    const at = plan.day + 8 * HOUR + n * 100 * MINUTE + random.int(0, 20) * MINUTE;
    for (const record of lookingAround(host, INTRUDER, at, random)) start(record);
  }
  for (const [n, { host, user }] of plan.inCover.entries()) {
    for (const record of supportScript(host, user, plan.day + 2 * HOUR + n * 40 * MINUTE)) start(record);
  }
  records.sort((a, b) => a.at - b.at);
  writeFileSync(file, records.map((record, n) => `${JSON.stringify(asNxlog(record, n))}\n`).join(''));
  return { file, seededHosts, scriptHosts };
}

interface ProcessStart {
  readonly host: string;
  readonly user: string;
  readonly at: number;
  readonly image: string;
  readonly commandLine: string;
  readonly parent: string;
  /** Its own key, where a child names it. */
  readonly key?: string;
  readonly parentKey?: string;
}

function nltest(host: string, user: string, at: number, parent: string, parentKey?: string): ProcessStart {
  return {
    host,
    user,
    at,
    image: 'C:\\Windows\\System32\\nltest.exe',
    commandLine: 'nltest.exe /dclist:corp',
    parent,
    ...(parentKey === undefined ? {} : { parentKey }),
  };
}

function shell(host: string, user: string, at: number, commandLine: string): ProcessStart & { key: string } {
  return {
    host,
    user,
    at,
    image: SHELL,
    commandLine,
    parent: 'C:\\Windows\\explorer.exe',
    key: `{${host}-${at}}`,
  };
}

function supportScript(host: string, user: string, at: number): readonly ProcessStart[] {
  const opened = shell(host, user, at, 'cmd.exe /c "\\\\files01\\support\\look.cmd"');
  return [opened, nltest(host, user, at + 4_000, SHELL, opened.key)];
}

/** The first minutes of hands on a keyboard, never twice in the same order. */
function lookingAround(host: string, user: string, at: number, random: Random): readonly ProcessStart[] {
  const questions = [
    ['whoami.exe', 'whoami /all'],
    ['systeminfo.exe', 'systeminfo'],
    ['ipconfig.exe', 'ipconfig /all'],
    ['tasklist.exe', 'tasklist /v'],
    ['netstat.exe', 'netstat -ano'],
    ['nltest.exe', 'nltest /domain_trusts /all_trusts'],
    ['net.exe', 'net group "domain admins" /domain'],
    ['dsquery.exe', 'dsquery * -filter "(objectclass=user)" -limit 0'],
  ] as const;
  const opened = shell(host, user, at - 30_000, 'cmd.exe');
  const asked = random.shuffled(questions).map(([program, commandLine], n) => ({
    host,
    user,
    at: at + n * 20_000,
    image: `C:\\Windows\\System32\\${program}`,
    commandLine,
    parent: SHELL,
    parentKey: opened.key,
  }));
  return [opened, ...asked];
}

function asNxlog({ host, user, at, image, commandLine, parent, key, parentKey }: ProcessStart, n: number): object {
  const moment = new Date(at).toISOString();
  return {
    EventID: 1,
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    SourceName: 'Microsoft-Windows-Sysmon',
    Hostname: `${host}.corp.example`,
    '@timestamp': moment,
    UtcTime: moment.replace('T', ' ').replace('Z', ''),
    RecordNumber: Math.floor(at / 86_400_000) * 100_000 + n,
    ProcessGuid: key ?? `{${String(at).padStart(16, '0')}-${String(n).padStart(6, '0')}}`,
    ProcessId: String(4000 + n),
    Image: image,
    CommandLine: commandLine,
    ParentProcessGuid: parentKey ?? `{${host}-${parent}}`,
    ParentProcessId: '900',
    ParentImage: parent,
    ParentCommandLine: parent,
    User: `CORP\\${user}`,
    LogonId: `0x${(at / 1000).toString(16)}`,
  };
}
