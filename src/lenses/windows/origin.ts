import type { EventOrigin, JsonObject } from '../../contracts/event.ts';
import { inTable, integerOf } from '../fields.ts';
import { providerChannels, services } from './services.ts';
import type { WindowsShape } from './shape.ts';

type Categories = Readonly<Record<number, readonly string[]>>;

/** Sysmon event id -> Sigma categories. 12, 13 and 14 also depend on EventType, below. */
const sysmon: Categories = {
  1: ['process_creation'],
  2: ['file_change'],
  3: ['network_connection'],
  4: ['sysmon_status'],
  5: ['process_termination'],
  6: ['driver_load'],
  7: ['image_load'],
  8: ['create_remote_thread'],
  9: ['raw_access_thread', 'raw_access_read'],
  10: ['process_access'],
  11: ['file_event'],
  12: ['registry_event'],
  13: ['registry_event', 'registry_set'],
  14: ['registry_event', 'registry_rename'],
  15: ['create_stream_hash'],
  16: ['sysmon_status'],
  17: ['pipe_created'],
  18: ['pipe_created'],
  19: ['wmi_event'],
  20: ['wmi_event'],
  21: ['wmi_event'],
  22: ['dns_query'],
  23: ['file_delete'],
  24: ['clipboard_capture'],
  25: ['process_tampering'],
  26: ['file_delete'],
  27: ['file_block', 'file_block_executable'],
  28: ['file_block', 'file_block_shredding'],
  29: ['file_executable_detected'],
  255: ['sysmon_error'],
};

/** Sysmon 12-14 by EventType (Sysmon manifest, schema 4.x). */
const registry: Readonly<Record<string, readonly string[]>> = {
  createkey: ['registry_event', 'registry_add'],
  deletekey: ['registry_event', 'registry_delete'],
  deletevalue: ['registry_event', 'registry_delete'],
  setvalue: ['registry_event', 'registry_set'],
  renamekey: ['registry_event', 'registry_rename'],
  renamevalue: ['registry_event', 'registry_rename'],
};

/** Categories of the other channels' events. 4688 carries the same facts as Sysmon 1; `fields.ts` maps its names. */
const byChannel: Readonly<Record<string, Categories>> = {
  'microsoft-windows-sysmon/operational': sysmon,
  'linux-sysmon/operational': sysmon,
  security: { 4688: ['process_creation'] },
  'microsoft-windows-powershell/operational': { 4103: ['ps_module'], 4104: ['ps_script'] },
  'powershellcore/operational': { 4103: ['ps_module'], 4104: ['ps_script'] },
  'windows powershell': {
    400: ['ps_classic_start'],
    600: ['ps_classic_provider_start'],
    800: ['ps_classic_script'],
  },
  // ETW Kernel-File as SilkETW and Aurora write it.
  'microsoft-windows-kernel-file/analytic': { 12: ['file_access'], 19: ['file_rename'], 27: ['file_rename'] },
};

/** Distinct (channel, id) pairs kept; hostile channel names must not grow this for ever. */
const MAX_KEPT = 4096;
const kept = new Map<string, Map<number, EventOrigin>>();
let keptCount = 0;

/** Every origin there can be, by content: services and categories are listed above, so this is bounded by itself. */
const all = new Map<string, EventOrigin>();

function make(channel: string, provider: string, id: number, eventType: string | undefined): EventOrigin {
  const lower = channel.toLowerCase();
  const known = channel === '' ? (inTable(providerChannels, provider.toLowerCase()) ?? '') : lower;
  const byType = eventType === undefined ? undefined : inTable(registry, eventType.toLowerCase());
  const categories = byType ?? inTable(byChannel, known)?.[id] ?? [];
  const product = known.startsWith('linux-sysmon') ? 'linux' : 'windows';
  const service = inTable(services, known);
  const key = `${product}|${service}|${categories.join()}`;
  const found = all.get(key);
  if (found !== undefined) return found;
  const made: EventOrigin = Object.freeze({ product, service, categories: Object.freeze(categories) });
  all.set(key, made);
  return made;
}

/** Equal origins are one object, so that the matcher may use it as a key; known pairs cost two look-ups. */
function shared(channel: string, provider: string, id: number, eventType: string | undefined): EventOrigin {
  const key = channel === '' ? provider : channel;
  let ids = kept.get(key);
  // Registry types share the table under ids no event has: 1,000,000 + id * 100 + which type.
  const slot = eventType === undefined ? id : 1_000_000 + id * 100 + (registryTypes.get(eventType) ?? 0);
  const found = ids?.get(slot);
  if (found !== undefined) return found;
  const made = make(channel, provider, id, eventType);
  if (keptCount >= MAX_KEPT) return made;
  ids ??= new Map();
  kept.set(key, ids);
  ids.set(slot, made);
  keptCount += 1;
  return made;
}

const registryTypes = new Map<string, number>();
for (const [index, name] of [
  'CreateKey',
  'DeleteKey',
  'DeleteValue',
  'SetValue',
  'RenameKey',
  'RenameValue',
].entries()) {
  registryTypes.set(name, index + 1);
}
const typeInMessage = /EventType: (\w+)/;

/** EventType of a Sysmon registry event; some collectors overwrite the field with a severity, then the message tells. */
function registryType(shape: WindowsShape, record: JsonObject): string | undefined {
  const type = shape.data(record).EventType;
  if (typeof type === 'string' && registryTypes.has(type)) return type;
  const message = shape.message(record);
  const found = typeof message === 'string' ? typeInMessage.exec(message.slice(0, 200))?.[1] : undefined;
  return found !== undefined && registryTypes.has(found) ? found : undefined;
}

export function windowsOrigin(shape: WindowsShape, record: JsonObject): EventOrigin {
  const channel = shape.channel(record);
  const provider = shape.provider(record);
  const id = integerOf(shape.eventId(record)) ?? -1;
  const channelText = typeof channel === 'string' ? channel : '';
  const providerText = typeof provider === 'string' ? provider : '';
  const isRegistry = id >= 12 && id <= 14 && isSysmon(channelText, providerText);
  return shared(channelText, providerText, id, isRegistry ? registryType(shape, record) : undefined);
}

function isSysmon(channel: string, provider: string): boolean {
  return /sysmon/i.test(channel === '' ? provider : channel);
}
