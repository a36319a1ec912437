import type { Activity } from '../contracts/event.ts';
import { baseName, isBuiltInAccount } from '../contracts/names.ts';
import type { EventLake } from '../ports/event-lake.ts';

const MINUTE = 60_000;

/** A key that two detections share, and how far apart in time it still makes them one story. */
export interface Link {
  readonly key: string;
  readonly withinMs: number;
  /** Names one process or logon session, not a place: it ties even events whose time is not known. */
  readonly narrow: boolean;
}

/**
 * How long each kind of shared key speaks for one story. Narrow keys (a process, its ancestors) hold for a working day;
 * broad ones (a host) only while things happen close together.
 */
export const linkWindows = {
  process: 12 * 60 * MINUTE,
  session: 60 * MINUTE,
  host: 30 * MINUTE,
  hostUser: 60 * MINUTE,
  principal: 120 * MINUTE,
  account: 60 * MINUTE,
  address: 120 * MINUTE,
} as const;

/** A host on which more people than this were active is shared ground: being on it is no link. */
const SHARED_HOST_USERS = 4;
/** A process with more children than this is a launcher of everything (explorer, services), whatever its name. */
const LAUNCHER_CHILDREN = 25;
/** An address that more principals or hosts than this used is a gateway or a service, not an attacker's machine. */
const COMMON_ADDRESS_PLACES = 3;

const ANCESTORS = 4;

/** Roots of every session: being below them says nothing. */
const roots = new Set([
  'explorer.exe',
  'services.exe',
  'svchost.exe',
  'wininit.exe',
  'winlogon.exe',
  'userinit.exe',
  'smss.exe',
  'csrss.exe',
  'lsass.exe',
  'sihost.exe',
  'taskeng.exe',
  'taskhostw.exe',
  'wmiprvse.exe',
  'runtimebroker.exe',
  'dllhost.exe',
  'system',
  'systemd',
  'init',
  'sshd',
  'cron',
  'crond',
  'dockerd',
  'containerd-shim',
  'launchd',
  'gnome-shell',
]);

/** Logon sessions that Windows keeps for SYSTEM, LOCAL SERVICE, NETWORK SERVICE and anonymous. */
const builtInSessions = new Set(['0x3e7', '0x3e5', '0x3e4', '0x3e6', '0x0']);

/** The keys by which one detection can join a story. */
export function linksOf(activities: readonly Activity[], lake: EventLake): readonly Link[] {
  const links = new Map<string, Link>();
  const add = (key: string, withinMs: number): void => {
    links.set(key, { key, withinMs, narrow: key.startsWith('process:') || key.startsWith('session:') });
  };
  for (const activity of activities) {
    addProcessLinks(activity, lake, add);
    addHostLinks(activity, lake, add);
    addCloudLinks(activity, lake, add);
  }
  return [...links.values()];
}

type Add = (key: string, withinMs: number) => void;

function addProcessLinks(activity: Activity, lake: EventLake, add: Add): void {
  for (const process of [activity.process, activity.target]) {
    let key = process?.key;
    for (let step = 0; key !== undefined && step <= ANCESTORS; step++) {
      const fact = lake.process(key);
      if (isLauncher(fact?.image ?? (step === 0 ? process?.image : undefined), fact?.children.length ?? 0)) break;
      add(`process:${key}`, linkWindows.process);
      key = fact?.parentKey;
    }
  }
}

function isLauncher(image: string | undefined, children: number): boolean {
  return children > LAUNCHER_CHILDREN || (image !== undefined && roots.has(baseName(image)));
}

/**
 * A network sensor names addresses only. The story is that of the one host known to own the calling address, else of the one that
 * was called: of one of them, or a server's noise would tie together everyone who talks to it.
 */
function hostOf({ host, kind, sourceAddress, remoteAddress }: Activity, lake: EventLake): string | undefined {
  if (host !== undefined || kind !== 'network') return host;
  return (
    (sourceAddress === undefined ? undefined : lake.hostAt(sourceAddress)) ??
    (remoteAddress === undefined ? undefined : lake.hostAt(remoteAddress))
  );
}

function addHostLinks(activity: Activity, lake: EventLake, add: Add): void {
  const { user, logonId } = activity;
  const host = hostOf(activity, lake);
  if (host === undefined) return;
  if (logonId !== undefined && !builtInSessions.has(logonId)) add(`session:${host}|${logonId}`, linkWindows.session);
  if (lake.usersOn(host) <= SHARED_HOST_USERS) add(`host:${host}`, linkWindows.host);
  if (user !== undefined && !isBuiltInAccount(user)) add(`host-user:${host}|${user}`, linkWindows.hostUser);
  else if (lake.usersOn(host) > SHARED_HOST_USERS) add(`host-built-in:${host}`, linkWindows.host);
}

function addCloudLinks(activity: Activity, lake: EventLake, add: Add): void {
  const { principal, user, host, sourceAddress } = activity;
  if (principal !== undefined) add(`principal:${principal}`, linkWindows.principal);
  if (host !== undefined) return;
  if (user !== undefined && !isBuiltInAccount(user)) add(`account:${user}`, linkWindows.account);
  if (sourceAddress !== undefined && lake.callerPrevalence(sourceAddress).seenOn <= COMMON_ADDRESS_PLACES) {
    add(`address:${sourceAddress}`, linkWindows.address);
  }
}
