import type { Activity, ActivityKind, JsonObject } from '../contracts/event.ts';
import { draft, port, processRef } from './activity.ts';
import { textOf } from './fields.ts';
import { address, domainName, hostName, userName } from './names.ts';
import { agentOf } from './whence.ts';

/** What CEF and LEEF both say of an event, each under its own names. */
export interface DeviceFacts {
  readonly host: unknown;
  readonly user: unknown;
  readonly targetUser: unknown;
  readonly source: unknown;
  readonly destination: unknown;
  readonly destinationPort: unknown;
  /** What happened, in the device's words. */
  readonly name: unknown;
  /** What the device did about it: `blocked`, `allow`. */
  readonly verdict: unknown;
  readonly outcome: unknown;
  readonly process: unknown;
  readonly pid: unknown;
  readonly file: unknown;
  readonly url: unknown;
  readonly domain: unknown;
  readonly object: unknown;
  readonly userAgent: unknown;
}

const logon = /\b(?:log[- ]?(?:on|in)|logged[- ]?(?:on|in)|sign(?:ed)?[- ]?(?:on|in)|authenticat\w*)\b/i;
const logoff = /\b(?:log[- ]?(?:off|out)|logged[- ]?(?:off|out)|sign(?:ed)?[- ]?(?:off|out))\b/i;
const failed =
  /\b(?:fail\w*|den(?:y|ied)|block\w*|drop\w*|reject\w*|refus\w*|prevent\w*|unsuccess\w*|invalid|error|reset)\b/i;
const succeeded = /\b(?:success\w*|succeed\w*|allow\w*|permit\w*|accept\w*|pass(?:ed)?|ok)\b/i;

/** The outcome a device's words name; failure first, as "authentication of accepted user failed" holds both. */
function outcomeOf(...words: readonly unknown[]): Activity['outcome'] {
  for (const word of words) {
    const text = textOf(word)?.slice(0, 200);
    if (text === undefined) continue;
    if (failed.test(text)) return 'failure';
    if (succeeded.test(text)) return 'success';
  }
  return undefined;
}

/** The activity of a security device's event. Kinds are told by the event's name where it speaks of logons, else by what it holds. */
export function deviceActivity(facts: DeviceFacts): Activity {
  const name = textOf(facts.name);
  const outcome = outcomeOf(facts.outcome, facts.verdict, name);
  const sourceAddress = address(facts.source);
  const remoteAddress = address(facts.destination);
  const file = textOf(facts.file);
  const host = hostName(facts.host);
  const made = draft(kindOf(name ?? '', outcome, remoteAddress !== undefined, file !== undefined), host, name);
  made.user = userName(facts.user);
  const target = userName(facts.targetUser);
  if (made.user === undefined) made.user = target;
  else if (target !== made.user) made.targetUser = target;
  made.sourceAddress = sourceAddress;
  made.remoteAddress = remoteAddress;
  made.remotePort = port(facts.destinationPort);
  made.process = processRef(host, undefined, facts.pid, facts.process);
  made.file = file;
  made.domain = domainName(facts.domain) ?? domainName(hostOfUrl(facts.url));
  made.object = textOf(facts.object) ?? textOf(facts.url);
  made.outcome = outcome;
  made.userAgent = agentOf(facts.userAgent);
  return made;
}

function kindOf(name: string, outcome: Activity['outcome'], remote: boolean, file: boolean): ActivityKind {
  const words = name.slice(0, 200);
  if (logoff.test(words)) return 'logoff';
  if (logon.test(words)) return outcome === 'failure' ? 'logon_failure' : outcome === 'success' ? 'logon' : 'other';
  if (file) return 'file';
  return remote ? 'network' : 'other';
}

function hostOfUrl(url: unknown): string | undefined {
  const text = textOf(url);
  return text === undefined
    ? undefined
    : /^[a-z][a-z0-9+.-]{0,20}:\/\/([^/:?#\s]{1,255})/i.exec(text.slice(0, 300))?.[1];
}

/** `Palo Alto Networks` -> `palo_alto_networks`: names as Sigma writes products. */
export function slug(value: unknown): string | undefined {
  const text = textOf(value)?.slice(0, 100).toLowerCase();
  return textOf(text?.replace(/[^a-z0-9]+/g, '_').replace(/^_|_$/g, ''));
}

/** The first member of `names` that is there. */
export function firstOf(record: JsonObject, ...names: readonly string[]): unknown {
  for (const name of names) if (Object.hasOwn(record, name) && textOf(record[name]) !== undefined) return record[name];
  return undefined;
}
