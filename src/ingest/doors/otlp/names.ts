/**
 * OpenTelemetry's attributes (semantic conventions 1.27 and later) under the names that ECS has for them. The two share most names since they were merged;
 * these differ.
 */
const renamed: Readonly<Record<string, string>> = {
  'host.arch': 'host.architecture',
  'os.type': 'host.os.type',
  'os.name': 'host.os.name',
  'os.version': 'host.os.version',
  'os.description': 'host.os.full',
  'process.executable.path': 'process.executable',
  'process.executable.name': 'process.name',
  'process.command_args': 'process.args',
  'process.parent_pid': 'process.parent.pid',
  'process.owner': 'user.name',
  'process.user.name': 'user.name',
  'enduser.id': 'user.id',
  'service.instance.id': 'service.node.name',
  'deployment.environment': 'service.environment',
  'deployment.environment.name': 'service.environment',
  'exception.type': 'error.type',
  'exception.message': 'error.message',
  'exception.stacktrace': 'error.stack_trace',
  'event.name': 'event.action',
};

/** First parts of names that mean in ECS what they mean here. */
const shared = new Set(
  'host process service user source destination client server network url http user_agent file dns cloud container event error tls log registry dll'.split(
    ' ',
  ),
);

/** `source.address` and its like: an address where it is one, else a name. */
const addressed = /^(source|destination|client|server)\.address$/;
const address = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:.]*:[0-9a-f:.]+)$/i;

/** ECS's name for an attribute, or undefined where it has none. */
export function ecsName(name: string, value: unknown): string | undefined {
  if (Object.hasOwn(renamed, name)) return renamed[name];
  const end = name.indexOf('.');
  if (end < 0 || !shared.has(name.slice(0, end))) return undefined;
  const side = addressed.exec(name)?.[1];
  if (side === undefined) return name;
  return typeof value === 'string' && address.test(value) ? `${side}.ip` : `${side}.domain`;
}

/** Parts of a dotted name, at most. */
const PARTS = 8;

/** Sets `a.b.c` as members inside each other; not where a value stands in the way, and never an inherited name. */
export function setPath(record: Record<string, unknown>, path: string, value: unknown): void {
  const parts = path.split('.');
  if (parts.length > PARTS || parts.some((part) => part === '' || part in Object.prototype)) return;
  let within = record;
  for (const part of parts.slice(0, -1)) {
    const next = within[part];
    if (next === undefined) {
      const made: Record<string, unknown> = {};
      within[part] = made;
      within = made;
    } else if (typeof next === 'object' && next !== null && !Array.isArray(next)) {
      within = next as Record<string, unknown>;
    } else return;
  }
  within[parts.at(-1) as string] = value;
}
