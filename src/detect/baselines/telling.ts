import type { Activity, ActivityKind } from '../../contracts/event.ts';

/** The names that make two acts alike, in one object that is written over by the next call. */
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
/** Characters of a path that are looked at: its end tells. */
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

type Field = Exclude<keyof Telling, 'kind'>;
const everywhere: readonly Field[] = ['host', 'user', 'principal'];

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

const told = new Map<ActivityKind, ReadonlySet<Field>>();

function toldBy(kind: ActivityKind): ReadonlySet<Field> {
  let set = told.get(kind);
  if (set === undefined) {
    set = new Set([...everywhere, ...(fields[kind] ?? [])]);
    told.set(kind, set);
  }
  return set;
}

/** An activity's telling names; `object` is the service, task, share or driver, of an access the program acted on. */
export function tellingOf(activity: Activity): Telling {
  const { kind } = activity;
  const tells = toldBy(kind);
  return {
    kind,
    host: bounded(activity.host),
    user: bounded(activity.user),
    targetUser: tells.has('targetUser') ? bounded(activity.targetUser) : undefined,
    principal: bounded(activity.principal),
    image: tells.has('image') ? programName(activity.process?.image) : undefined,
    parent: tells.has('parent') ? programName(activity.parent?.image) : undefined,
    sourceAddress: tells.has('sourceAddress') ? bounded(activity.sourceAddress) : undefined,
    remoteAddress: tells.has('remoteAddress') ? bounded(activity.remoteAddress) : undefined,
    remotePort: tells.has('remotePort') ? activity.remotePort : undefined,
    domain: tells.has('domain') ? bounded(activity.domain) : undefined,
    object: tells.has('object') ? objectOf(activity) : undefined,
    action: tells.has('action') ? bounded(activity.action) : undefined,
    outcome: tells.has('outcome') ? activity.outcome : undefined,
    userAgent: tells.has('userAgent') ? bounded(activity.userAgent) : undefined,
  };
}

function objectOf({ kind, object, target, file }: Activity): string | undefined {
  if (kind === 'driver_load') return programName(file ?? object);
  return target === undefined ? bounded(object) : programName(target.image);
}

/** The names as one text. */
export function tellingKey(telling: Telling): string {
  return `${telling.kind}\u0001${telling.host}\u0001${telling.user}\u0001${telling.targetUser}\u0001${telling.principal}\u0001${telling.image}\u0001${telling.parent}\u0001${telling.sourceAddress}\u0001${telling.remoteAddress}\u0001${telling.remotePort}\u0001${telling.domain}\u0001${telling.object}\u0001${telling.action}\u0001${telling.outcome}\u0001${telling.userAgent}`;
}
