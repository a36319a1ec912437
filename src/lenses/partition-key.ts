import type { JsonObject } from '../contracts/event.ts';

/**
 * The host or principal a record is about, cheaply: members that the known shapes keep it in, tried in order. It only has to be the same for
 * what belongs together, so it is no lens; undefined where none of them is a text.
 */
export function partitionKey(record: JsonObject): string | undefined {
  for (const name of flat) {
    const value = record[name];
    if (typeof value === 'string') return value.toLowerCase();
  }
  for (const [outer, inner] of nested) {
    const value = record[outer];
    if (typeof value !== 'object' || value === null) continue;
    const member = (value as JsonObject)[inner];
    if (typeof member === 'string') return member.toLowerCase();
  }
  return system(record);
}

const flat = [
  'node',
  'Hostname',
  'Computer',
  'computer_name',
  'hostname',
  'HOST',
  'host',
  'id.orig_h',
  'src_ip',
  'UserId',
];
const nested = [
  ['host', 'name'],
  ['winlog', 'computer_name'],
  ['userIdentity', 'arn'],
  ['host', 'hostname'],
  ['agent', 'name'],
  ['syslog', 'hostname'],
] as const;

/** `{"Event":{"System":{"Computer":...}}}` */
function system(record: JsonObject): string | undefined {
  const event = record.Event as JsonObject | undefined;
  const computer = (event?.System as JsonObject | undefined)?.Computer;
  return typeof computer === 'string' ? computer.toLowerCase() : undefined;
}
