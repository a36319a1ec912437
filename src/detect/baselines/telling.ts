import type { Activity, ActivityKind } from '../../contracts/event.ts';
import { type KeyHash, keyHash } from './key-hash.ts';

/** The names that make two acts alike. */
export interface Telling {
  kind: ActivityKind;
  host: string | undefined;
  user: string | undefined;
  targetUser: string | undefined;
  principal: string | undefined;
  image: string | undefined;
  parent: string | undefined;
  sourceAddress: string | undefined;
  remoteAddress: string | undefined;
  remotePort: number | undefined;
  domain: string | undefined;
  object: string | undefined;
  action: string | undefined;
  outcome: 'success' | 'failure' | undefined;
  userAgent: string | undefined;
}

const NAME = 256;
const KNOWN_IMAGES = 20_000;
const images = new Map<string, string>();

/** A program's base name in lower case. */
export function programName(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  let name = images.get(path);
  if (name === undefined) {
    if (images.size >= KNOWN_IMAGES) images.clear();
    const from = Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) + 1;
    name = path.slice(from).slice(0, NAME).toLowerCase();
    if (path.length <= 1024) images.set(path, name);
  }
  return name === '' ? undefined : name;
}

function bounded(name: string | undefined): string | undefined {
  return name !== undefined && name.length > NAME ? name.slice(0, NAME) : name;
}

type Name = string | undefined;
type Read = (activity: Activity) => Name;

const readers = {
  targetUser: ({ targetUser }) => targetUser,
  image: ({ process }) => programName(process?.image),
  parent: ({ parent }) => programName(parent?.image),
  sourceAddress: ({ sourceAddress }) => sourceAddress,
  remoteAddress: ({ remoteAddress }) => remoteAddress,
  remotePort: ({ remotePort }) => (remotePort === undefined ? undefined : String(remotePort)),
  domain: ({ domain }) => domain,
  object: objectOf,
  action: ({ action }) => action,
  outcome: ({ outcome }) => outcome,
  userAgent: ({ userAgent }) => userAgent,
} satisfies Record<string, Read>;
type Field = keyof typeof readers;

/** What tells acts of a kind apart, beside host, user and principal. Kinds that are not here are told apart by those alone. */
const fields: Partial<Record<ActivityKind, readonly Field[]>> = {
  process_start: ['image', 'parent'],
  process_access: ['image', 'object'],
  remote_thread: ['image', 'object'],
  image_load: ['image'],
  driver_load: ['object'],
  network: ['image', 'sourceAddress', 'remoteAddress', 'remotePort', 'domain', 'userAgent'],
  dns: ['image', 'domain'],
  file: ['image'],
  registry: ['image'],
  pipe: ['image', 'object'],
  wmi: ['object'],
  logon: ['targetUser', 'sourceAddress', 'object', 'action'],
  logon_failure: ['targetUser', 'sourceAddress', 'object', 'action'],
  account_change: ['targetUser', 'object', 'action'],
  service_install: ['object'],
  task: ['object', 'action'],
  script: ['image'],
  log_cleared: ['object'],
  share_access: ['sourceAddress', 'object'],
  directory_access: ['object'],
  sign_in: ['targetUser', 'sourceAddress', 'action', 'outcome', 'userAgent'],
  sign_in_failure: ['targetUser', 'sourceAddress', 'action', 'outcome', 'userAgent'],
  api_call: ['sourceAddress', 'object', 'action', 'outcome', 'userAgent'],
};

/** Names of a kind that `tellingHash` reads. */
const READ = 6;

interface Tells {
  readonly seed: number;
  readonly reads: readonly Read[];
  readonly fields: readonly Field[];
}
const told = new Map<ActivityKind, Tells>();

function toldBy(kind: ActivityKind): Tells {
  let tells = told.get(kind);
  if (tells === undefined) {
    const own = fields[kind] ?? [];
    if (own.length > READ) throw new Error(`${kind} has ${own.length} telling names; ${READ} are read`);
    tells = { seed: keyHash(1, kind).low, reads: own.map((field) => readers[field]), fields: own };
    told.set(kind, tells);
  }
  return tells;
}

/** A hash of the telling names: alike where acts are alike. Written over by the next call, as keyHash's is. */
export function tellingHash(activity: Activity, seed: number): KeyHash {
  const { reads, seed: ofKind } = toldBy(activity.kind);
  const { host, user, principal } = activity;
  // By how many there are: a list of them would be made for every event.
  const [a, b, c, d, e, f] = reads;
  const both = seed ^ ofKind;
  if (a === undefined) return keyHash(both, host, user, principal);
  if (b === undefined) return keyHash(both, host, user, principal, a(activity));
  if (c === undefined) return keyHash(both, host, user, principal, a(activity), b(activity));
  return keyHash(
    both,
    host,
    user,
    principal,
    a(activity),
    b(activity),
    c(activity),
    d?.(activity),
    e?.(activity),
    f?.(activity),
  );
}

/** An activity's telling names; `object` is the service, task, share or driver, of an access the program acted on. */
export function tellingOf(activity: Activity): Telling {
  const { kind } = activity;
  const telling: Record<string, unknown> = { ...nothing, kind };
  telling.host = bounded(activity.host);
  telling.user = bounded(activity.user);
  telling.principal = bounded(activity.principal);
  for (const field of toldBy(kind).fields) telling[field] = bounded(readers[field](activity));
  if (telling.remotePort !== undefined) telling.remotePort = activity.remotePort;
  return telling as unknown as Telling;
}

const nothing: Telling = {
  kind: 'other',
  host: undefined,
  user: undefined,
  targetUser: undefined,
  principal: undefined,
  image: undefined,
  parent: undefined,
  sourceAddress: undefined,
  remoteAddress: undefined,
  remotePort: undefined,
  domain: undefined,
  object: undefined,
  action: undefined,
  outcome: undefined,
  userAgent: undefined,
};

function objectOf({ kind, object, target, file }: Activity): Name {
  if (kind === 'driver_load') return programName(file ?? object);
  return target === undefined ? object : programName(target.image);
}
