import type { Activity } from '../../contracts/event.ts';
import { baseName } from '../../contracts/names.ts';

/**
 * What events show by themselves, whatever the detectors said: a table of acts with the ATT&CK technique each is, and how far
 * seeing it near a detection moves the odds. Acts that daily administration also does carry little or nothing; they are told, not
 * counted.
 */
export interface Behaviour {
  readonly technique: string;
  readonly says: string;
  readonly logOdds: number;
  readonly shown: (activity: Activity) => boolean;
}

export const image = (activity: Activity): string => baseName(activity.process?.image ?? '');
/** Telemetry is hostile: no more of a command line than this is looked at, and only by expressions that are linear in it. */
const COMMAND_LIMIT = 4096;

export const command = (activity: Activity): string =>
  (activity.process?.commandLine ?? '').slice(0, COMMAND_LIMIT).toLowerCase();
/** One of these programs was started with all of these in its command line. */
export const starts = (names: readonly string[], ...words: readonly RegExp[]) => {
  const set = new Set(names);
  return (activity: Activity): boolean =>
    activity.kind === 'process_start' &&
    set.has(image(activity)) &&
    words.every((word) => word.test(command(activity)));
};
export const kindIs = (kind: Activity['kind'], test?: (activity: Activity) => boolean) => (activity: Activity) =>
  activity.kind === kind && (test === undefined || test(activity));

/** Windows processes that open LSASS all day long. */
export const lsassRegulars = new Set([
  'svchost.exe',
  'wininit.exe',
  'csrss.exe',
  'services.exe',
  'msmpeng.exe',
  'lsm.exe',
  'wmiprvse.exe',
  'vmtoolsd.exe',
  'taskmgr.exe',
]);
export const userWritable =
  /\\(users\\(?!all users)[^\\]+\\(appdata|downloads|desktop|documents)|temp|programdata(?!\\microsoft\\)|perflogs|public)\\|^\/(tmp|dev\/shm|var\/tmp)\//i;
export const shellNames = ['powershell.exe', 'pwsh.exe', 'cmd.exe', 'wscript.exe', 'cscript.exe', 'mshta.exe'];

/** A registry value or key was set, made or renamed: an open handle (4656, 4663) is a wish, and most are to read. */
export const keyWritten = (path: RegExp) =>
  kindIs('registry', (a) => /^(Sysmon 1[234]|Security 4657)\b/.test(a.action ?? '') && path.test(a.registryKey ?? ''));

const VM_READ = 0x10;

/** The access mask that was asked for lets memory be read. */
export function readsMemory({ access }: Activity): boolean {
  const mask = Number.parseInt(access ?? '', 16);
  return Number.isInteger(mask) && (mask & VM_READ) !== 0;
}
