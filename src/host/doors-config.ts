import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { Source } from '../contracts/source.ts';
import { BridgewatchError } from '../kernel/errors.ts';

const CONFIG_BYTES = 1024 * 1024;

const text = z.string().min(1).max(4096);
const zone = z
  .string()
  .regex(/^[+-](?:0\d|1[0-4]):[0-5]\d$/, 'hours and minutes east of UTC, such as "+02:00"')
  .optional();
const port = z.int().min(0).max(65_535);

const FileDoor = z.strictObject({
  source: Source.shape.id,
  door: z.literal('file'),
  folder: text,
  globs: z.array(text).min(1).optional(),
  /** Of times in text that name none. */
  zone,
});

const NatsDoor = z
  .strictObject({
    source: Source.shape.id,
    door: z.literal('nats'),
    servers: z.array(z.url({ protocol: /^(?:nats|tls)$/, error: 'nats://host:4222 or tls://host:4222' })).min(1),
    stream: z.string().regex(/^[^\s.*>/\\]{1,255}$/, 'the name of a stream: no blanks, no . * > / \\'),
    subject: text.optional(),
    consumer: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'letters, digits, _ and -'),
    credentials: text.optional(),
    tls: z.strictObject({ ca: text.optional(), cert: text.optional(), key: text.optional() }).optional(),
    clearText: z.boolean().optional(),
    zone,
  })
  .refine(
    ({ servers, tls, clearText }) => tls !== undefined || clearText === true || servers.every(isSafe),
    'beyond loopback say tls://, or clearText: true where whoever is on the way may read and write what is sent',
  );

const clear = z.strictObject({
  host: text,
  port,
  clearText: z.boolean().optional(),
  peers: z.array(z.union([z.cidrv4(), z.cidrv6()])).optional(),
});
const SyslogDoor = z
  .strictObject({
    door: z.literal('syslog'),
    tcp: clear.optional(),
    udp: clear.optional(),
    tls: z.strictObject({ host: text, port, cert: text, key: text }).optional(),
    zone,
  })
  .refine(({ tcp, udp, tls }) => (tcp ?? udp ?? tls) !== undefined, 'name a listener: tcp, udp or tls');

const DoorConfig = z.discriminatedUnion('door', [FileDoor, NatsDoor, SyslogDoor]);
export type DoorConfig = z.infer<typeof DoorConfig>;
const DoorsConfig = z.array(DoorConfig).max(1000);

function isSafe(server: string): boolean {
  const { protocol, hostname } = new URL(server);
  return protocol === 'tls:' || /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

/**
 * The doors that a file configures. Where it need not be there and is not, there are none.
 * Throws `DOORS_CONFIG_UNREADABLE`, `DOORS_CONFIG_INVALID`.
 */
export function readDoorsConfig(file: string, mayBeAbsent: boolean): readonly DoorConfig[] {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    if (mayBeAbsent && code === 'ENOENT') return [];
    throw new BridgewatchError(
      'DOORS_CONFIG_UNREADABLE',
      `${file} cannot be read (${code}); name a file with the doors, as docs/ingest.md describes it`,
      400,
      { cause: error },
    );
  }
  if (content.length > CONFIG_BYTES) throw invalid(file, [`${content.length} bytes; at most ${CONFIG_BYTES}`]);
  let value: unknown;
  try {
    value = parse(content, { maxAliasCount: 0 });
  } catch (error) {
    throw invalid(file, [error instanceof Error ? error.message : String(error)]);
  }
  const read = DoorsConfig.safeParse(value ?? []);
  if (!read.success)
    throw invalid(
      file,
      read.error.issues.map(({ path, message }) => `${placeOf(path)}: ${message}`),
    );
  checkSources(file, read.data);
  return read.data;
}

/** `2nd entry, folder`: people count from one. */
function placeOf([entry, ...rest]: readonly PropertyKey[]): string {
  if (typeof entry !== 'number') return 'the file';
  return [`entry ${entry + 1}`, ...rest.map(String)].join(', ');
}

/** Two readers of one source would mix their positions. */
function checkSources(file: string, doors: readonly DoorConfig[]): void {
  const seen = new Set<string>();
  for (const door of doors) {
    if (door.door === 'syslog') continue;
    if (seen.has(door.source)) throw invalid(file, [`source ${door.source} stands twice; give each entry its own`]);
    seen.add(door.source);
  }
}

function invalid(file: string, problems: readonly string[]): BridgewatchError {
  return new BridgewatchError('DOORS_CONFIG_INVALID', `${file}: ${problems.slice(0, 10).join('; ')}`, 400);
}
