import type { Activity, ProcessRef } from '../../api/model.ts';
import { baseName } from '../../ui/base-name.ts';

const processName = (process: ProcessRef | undefined): string =>
  process?.image ? baseName(process.image) : process?.pid ? `process ${process.pid}` : 'a process';

const who = (activity: Activity): string => activity.user ?? activity.principal ?? 'someone';
const endpoint = (activity: Activity): string =>
  `${activity.remoteAddress ?? activity.domain ?? 'an address'}${activity.remotePort ? `:${activity.remotePort}` : ''}`;
const from = (activity: Activity): string => (activity.sourceAddress ? ` from ${activity.sourceAddress}` : '');
const named = (activity: Activity): string => (activity.object ? ` ${activity.object}` : '');
const onto = (activity: Activity): string => (activity.resource ? ` on ${activity.resource}` : '');
const about = (activity: Activity): string =>
  activity.targetUser && activity.targetUser !== activity.user ? ` as ${activity.targetUser}` : '';

type Sentence = (activity: Activity) => string;

/** One line a kind: who did what to what, in the words of the record. A map, because the kind comes off the wire. */
const sentences = new Map(
  Object.entries<Sentence>({
    process_start: (a) =>
      `${a.parent?.image ? `${processName(a.parent)} started ` : 'Started '}${processName(a.process)}${
        a.process?.commandLine ? `: ${a.process.commandLine}` : ''
      }`,
    process_end: (a) => `${processName(a.process)} ended`,
    process_access: (a) => `${processName(a.process)} opened ${processName(a.target)}`,
    remote_thread: (a) => `${processName(a.process)} started a thread in ${processName(a.target)}`,
    image_load: (a) => `${processName(a.process)} loaded ${a.file ?? 'an image'}`,
    driver_load: (a) => `Driver loaded: ${a.file ?? a.object ?? 'unnamed'}`,
    network: (a) => `${a.process ? processName(a.process) : (a.sourceAddress ?? 'a host')} connected to ${endpoint(a)}`,
    dns: (a) =>
      `${a.process ? processName(a.process) : (a.sourceAddress ?? 'a host')} looked up ${a.domain ?? 'a name'}`,
    file: (a) => `${processName(a.process)} wrote ${a.file ?? 'a file'}`,
    registry: (a) => `${processName(a.process)} set ${a.registryKey ?? 'a registry value'}`,
    pipe: (a) => `${processName(a.process)} used pipe${named(a)}`,
    wmi: (a) => `WMI:${named(a)}`,
    logon: (a) => `${who(a)} logged on${about(a)}${from(a)}`,
    logon_failure: (a) => `Logon of ${a.targetUser ?? who(a)} failed${from(a)}`,
    logoff: (a) => `${who(a)} logged off`,
    account_change: (a) => `${who(a)} changed account ${a.targetUser ?? a.object ?? ''}`.trimEnd(),
    service_install: (a) => `Service installed:${named(a)}${a.file ? ` (${a.file})` : ''}`,
    task: (a) => `Scheduled task${named(a)}`,
    script: (a) => `Script run by ${a.process ? processName(a.process) : who(a)}${named(a)}`,
    log_cleared: (a) => `${who(a)} cleared an event log`,
    share_access: (a) => `${who(a)} reached share${named(a)}${from(a)}`,
    directory_access: (a) => `${who(a)} read the directory${named(a)}`,
    sign_in: (a) => `${who(a)} signed in${from(a)}`,
    sign_in_failure: (a) => `Sign-in of ${who(a)} failed${from(a)}`,
    api_call: (a) =>
      `${a.principal ?? who(a)} called ${a.action ?? 'an API'}${onto(a)}${from(a)}${a.outcome === 'failure' ? ' (refused)' : ''}`,
  }),
);

/** What a record says happened, in one line. Its parts are telemetry: show it through `Untrusted`. */
export function describeActivity(activity: Activity): string {
  const sentence = sentences.get(activity.kind);
  if (sentence) return sentence(activity);
  return [activity.action, activity.object, activity.file].filter((part) => part !== undefined).join(' ') || 'Event';
}
