import { isoTime } from '../calendar.ts';
import type { Simulation } from '../simulation.ts';
import type { Channel } from './channel.ts';
import type { WindowsHost } from './host.ts';

const providers = {
  sysmon: {
    channel: 'Microsoft-Windows-Sysmon/Operational',
    provider: 'Microsoft-Windows-Sysmon',
    guid: '{5770385f-c22a-43e0-bf4c-06f5698ffbd9}',
    level: 'information',
  },
  security: {
    channel: 'Security',
    provider: 'Microsoft-Windows-Security-Auditing',
    guid: '{54849625-5478-4994-a5ba-3e3b0328c30d}',
    level: 'information',
  },
  powershell: {
    channel: 'Microsoft-Windows-PowerShell/Operational',
    provider: 'Microsoft-Windows-PowerShell',
    guid: '{a0c1853b-5c40-4b15-8766-3cf1c58f985a}',
    level: 'verbose',
  },
  system: {
    channel: 'System',
    provider: 'Service Control Manager',
    guid: '{555908d1-a6d7-4695-8e1e-26931d2012f4}',
    level: 'information',
  },
} as const;

export type EventData = Readonly<Record<string, string>>;

/** Who a record is attributed to in `winlog.user`; Security records carry none. */
export interface RecordUser {
  readonly identifier: string;
  readonly name: string;
  readonly domain: string;
}

export const systemUser: RecordUser = { identifier: 'S-1-5-18', name: 'SYSTEM', domain: 'NT AUTHORITY' };

/**
 * Writes one Windows event as Winlogbeat 7 does with the rendered message dropped (its `drop_fields` processor, which
 * halves the volume). The act's time moves on a few milliseconds.
 */
export function writeWindowsEvent(
  sim: Simulation,
  host: WindowsHost,
  channel: Channel,
  id: number,
  version: number,
  task: string,
  data: EventData,
  user: RecordUser | undefined = channel === 'security' ? undefined : systemUser,
  extra?: { keywords?: string; userData?: EventData; provider?: string },
): void {
  const source = providers[channel];
  const provider = extra?.provider ?? source.provider;
  const winlog: Record<string, unknown> = {
    channel: source.channel,
    provider_name: provider,
    provider_guid: source.guid,
    computer_name: host.fqdn,
    event_id: id,
    record_id: 0,
    task,
    opcode: 'Info',
    api: 'wineventlog',
    version,
    process: { pid: host.loggingPid(channel), thread: { id: host.random.int(1, 400) * 4 } },
  };
  if (extra?.userData === undefined) winlog.event_data = data;
  else winlog.user_data = extra.userData;
  if (user !== undefined) winlog.user = { ...user, type: 'User' };
  if (channel === 'security') winlog.keywords = [extra?.keywords ?? 'Audit Success'];
  const time = isoTime(sim.now);
  sim.emit(
    host.feed,
    {
      '@timestamp': time,
      event: {
        kind: 'event',
        code: id,
        provider,
        action: task,
        created: isoTime(sim.now + host.random.int(600, 2400)),
      },
      log: { level: source.level },
      winlog,
      host: { name: host.fqdn },
      agent: host.agent,
      ecs: { version: '1.8.0' },
    },
    host.name,
    () => {
      winlog.record_id = host.nextRecord(channel);
    },
  );
  sim.pass(host.random.int(1, 9));
}
