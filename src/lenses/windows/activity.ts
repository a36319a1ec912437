import type { Activity, JsonObject } from '../../contracts/event.ts';
import { draft } from '../activity.ts';
import { inTable, integerOf } from '../fields.ts';
import { hostName } from '../names.ts';
import type { Table } from './fill.ts';
import { powershellClassicTable, powershellTable } from './powershell.ts';
import { securityTable } from './security.ts';
import { providerChannels } from './services.ts';
import type { WindowsShape } from './shape.ts';
import { sysmonTable } from './sysmon.ts';
import {
  bitsTable,
  common,
  defenderTable,
  dnsClientTable,
  systemTable,
  taskTable,
  terminalTable,
  wmiTable,
} from './system.ts';

interface ChannelActivities {
  /** What a person calls the channel: `Sysmon 10`, `Security 4624`. */
  readonly label: string;
  readonly table: Table;
}

const sysmon: ChannelActivities = { label: 'Sysmon', table: sysmonTable };
const powershell: ChannelActivities = { label: 'PowerShell', table: powershellTable };

const channels: Readonly<Record<string, ChannelActivities>> = {
  'microsoft-windows-sysmon/operational': sysmon,
  'linux-sysmon/operational': sysmon,
  security: { label: 'Security', table: securityTable },
  system: { label: 'System', table: systemTable },
  'microsoft-windows-powershell/operational': powershell,
  'powershellcore/operational': powershell,
  'windows powershell': { label: 'Windows PowerShell', table: powershellClassicTable },
  'microsoft-windows-taskscheduler/operational': { label: 'TaskScheduler', table: taskTable },
  'microsoft-windows-wmi-activity/operational': { label: 'WMI-Activity', table: wmiTable },
  'microsoft-windows-windows defender/operational': { label: 'Defender', table: defenderTable },
  'microsoft-windows-dns-client/operational': { label: 'DNS-Client', table: dnsClientTable },
  'microsoft-windows-bits-client/operational': { label: 'BITS', table: bitsTable },
  'microsoft-windows-terminalservices-localsessionmanager/operational': {
    label: 'TerminalServices',
    table: terminalTable,
  },
};

const none: Table = {};
const MAX_KEPT = 512;
const kept = new Map<string, ChannelActivities>();

/** By channel, or by provider for records without one. */
function activitiesOf(channel: string, provider: string): ChannelActivities {
  const key = channel === '' ? provider : channel;
  const found = kept.get(key);
  if (found !== undefined) return found;
  const lower = channel === '' ? (inTable(providerChannels, provider.toLowerCase()) ?? '') : channel.toLowerCase();
  const label = key.replace(/^Microsoft-Windows-/i, '').replace(/\/Operational$/i, '') || 'Windows';
  const made = inTable(channels, lower);
  const result = made ?? { label, table: none };
  if (kept.size < MAX_KEPT) kept.set(key, result);
  return result;
}

/** See Lens.activity. */
export function windowsActivity(shape: WindowsShape, record: JsonObject): Activity {
  const channel = shape.channel(record);
  const provider = shape.provider(record);
  const { label, table } = activitiesOf(
    typeof channel === 'string' ? channel : '',
    typeof provider === 'string' ? provider : '',
  );
  const id = integerOf(shape.eventId(record)) ?? -1;
  const row = Object.hasOwn(table, id) ? table[id] : undefined;
  const made = draft(row?.[0] ?? 'other', hostName(shape.computer(record)), id < 0 ? label : `${label} ${id}`);
  const data = shape.data(record);
  if (row === undefined) common(made, data);
  else row[1](made, data, { shape, record, id });
  return made;
}
