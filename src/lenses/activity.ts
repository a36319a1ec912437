import type { Activity, ActivityKind, ProcessRef } from '../contracts/event.ts';
import { textOf } from './fields.ts';

/** An activity while a lens fills it. */
export type Draft = { -readonly [K in keyof Activity]: Activity[K] };

/** Every field present from the start, so that all activities share one hidden class. */
export function draft(kind: ActivityKind, host: string | undefined, action: string | undefined): Draft {
  return {
    kind,
    host,
    user: undefined,
    targetUser: undefined,
    logonId: undefined,
    process: undefined,
    parent: undefined,
    target: undefined,
    sourceAddress: undefined,
    remoteAddress: undefined,
    remotePort: undefined,
    domain: undefined,
    file: undefined,
    registryKey: undefined,
    access: undefined,
    object: undefined,
    principal: undefined,
    resource: undefined,
    action,
    outcome: undefined,
    userAgent: undefined,
    whence: undefined,
  };
}

const noGuid = '00000000-0000-0000-0000-000000000000';

/** Decimal text of a process id that may be decimal or hex text or a number; 0 names no process. */
export function processId(value: unknown): string | undefined {
  const text = textOf(value);
  if (text === undefined || text.length > 18) return undefined;
  const number = Number(text);
  return Number.isInteger(number) && number > 0 ? String(number) : undefined;
}

/**
 * A process as a record names it. The key is `host|{guid}` in lower case where the record has a GUID (with or without
 * braces, both occur), else `host|pid`. Undefined when the record names none.
 */
export function processRef(
  host: string | undefined,
  guid: unknown,
  pid: unknown,
  image: unknown,
  commandLine?: unknown,
): ProcessRef | undefined {
  const id = processId(pid);
  const path = textOf(image);
  const command = textOf(commandLine);
  const guidText = typeof guid === 'string' && guid.length >= 36 ? guid.toLowerCase() : undefined;
  let key: string | undefined;
  if (host !== undefined && guidText !== undefined && !guidText.includes(noGuid)) {
    key = guidText.startsWith('{') ? `${host}|${guidText}` : `${host}|{${guidText}}`;
  } else if (host !== undefined && id !== undefined) {
    key = `${host}|${id}`;
  }
  if (key === undefined && path === undefined && command === undefined && id === undefined) return undefined;
  return { key, pid: id, image: path, commandLine: command };
}

/** Logon session ids as hosts write them: hex, either case; 0x0 is no session. */
export function logonId(value: unknown): string | undefined {
  if (typeof value === 'number') return value > 0 ? `0x${value.toString(16)}` : undefined;
  const text = textOf(value)?.toLowerCase();
  return text === undefined || text === '0x0' || text === '0' ? undefined : text;
}

/** A TCP or UDP port; undefined where absent, 0 or out of range. */
export function port(value: unknown): number | undefined {
  const number = typeof value === 'number' ? value : Number(textOf(value) ?? Number.NaN);
  return Number.isInteger(number) && number > 0 && number <= 65_535 ? number : undefined;
}
