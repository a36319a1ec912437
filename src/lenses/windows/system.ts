import type { JsonObject } from '../../contracts/event.ts';
import { type Draft, processRef } from '../activity.ts';
import { textOf } from '../fields.ts';
import { domainName, hostName, userName } from '../names.ts';
import type { EventContext, Fill, Table } from './fill.ts';

/** The account that logged the event: for these channels it is the one that acted. */
function account(made: Draft, { shape, record }: EventContext): void {
  made.user = userName(shape.account(record));
}

const service: Fill = (made, data, context) => {
  account(made, context);
  made.object = textOf(data.ServiceName);
  made.file = textOf(data.ImagePath);
  const runsAs = userName(data.AccountName);
  // nxlog gives the logging account under the same name as the event's own field; then there is only one.
  if (runsAs !== made.user) made.targetUser = runsAs;
};

const serviceState: Fill = (made, data, context) => {
  account(made, context);
  made.object = textOf(data.param1);
};

const cleared: Fill = (made, data, context) => {
  made.user = userName(data.SubjectUserName ?? context.shape.account(context.record));
  made.object = textOf(data.Channel) ?? 'System';
};

/** Log-name fields of 104 differ from the record's own channel only in containers that nest EventData. */
export const systemTable: Table = {
  104: ['log_cleared', cleared],
  7034: ['other', serviceState],
  7036: ['other', serviceState],
  7040: ['other', serviceState],
  7045: ['service_install', service],
};

const task: Fill = (made, data) => {
  made.object = textOf(data.TaskName);
  made.user = userName(data.UserContext ?? data.UserName);
};

const taskRun: Fill = (made, data, context) => {
  task(made, data, context);
  made.file = textOf(data.ActionName) ?? textOf(data.Path);
};

/** TaskScheduler/Operational: registered, updated, deleted are changes; the rest is the task running. */
export const taskTable: Table = {
  100: ['other', taskRun],
  102: ['other', taskRun],
  106: ['task', task],
  110: ['other', taskRun],
  129: ['other', taskRun],
  140: ['task', task],
  141: ['task', task],
  200: ['other', taskRun],
  201: ['other', taskRun],
};

const wmi: Fill = (made, data, context) => {
  made.user = userName(data.User ?? data.ClientMachineFQDN ?? context.shape.account(context.record));
  made.process = processRef(made.host, undefined, data.ClientProcessId ?? data.processid, undefined);
  made.object = textOf(data.Operation) ?? textOf(data.Query) ?? textOf(data.CONSUMER) ?? textOf(data.ProviderName);
};

/** WMI-Activity/Operational. */
export const wmiTable: Table = {
  5857: ['wmi', wmi],
  5858: ['wmi', wmi],
  5859: ['wmi', wmi],
  5860: ['wmi', wmi],
  5861: ['wmi', wmi],
};

const defender: Fill = (made, data) => {
  made.user = userName(data['Detection User'] ?? data.DetectionUser ?? data.User);
  made.file = textOf(data.Path);
  made.object = textOf(data['Threat Name'] ?? data.ThreatName) ?? textOf(data['New Value'] ?? data.NewValue);
  made.process = processRef(undefined, undefined, undefined, data['Process Name'] ?? data.ProcessName);
};

const defenderIds = [
  1006, 1007, 1015, 1116, 1117, 1118, 1119, 1121, 1122, 1123, 1124, 5001, 5004, 5007, 5010, 5012, 5013,
];
export const defenderTable: Table = Object.fromEntries(defenderIds.map((id) => [id, ['other', defender] as const]));

const dns: Fill = (made, data, { shape, record }) => {
  made.domain = domainName(data.QueryName);
  made.process = processRef(made.host, undefined, shape.loggingProcess(record), undefined);
};

/** DNS-Client/Operational: 3006 asked, 3008 answered, 3020 answered from cache or server. */
export const dnsClientTable: Table = { 3006: ['dns', dns], 3008: ['dns', dns], 3020: ['dns', dns] };

const bits: Fill = (made, data, context) => {
  made.user = userName(data.User ?? data.jobOwner ?? context.shape.account(context.record));
  made.process = processRef(made.host, undefined, data.processId, data.processPath);
  made.object = textOf(data.jobTitle ?? data.name);
  made.file = textOf(data.LocalName);
  made.domain = domainName(hostOfUrl(data.RemoteName ?? data.url));
};

function hostOfUrl(url: unknown): string | undefined {
  return typeof url === 'string' ? /^[a-z]+:\/\/([^/:?#]+)/i.exec(url)?.[1] : undefined;
}

export const bitsTable: Table = {
  3: ['other', bits],
  59: ['other', bits],
  60: ['other', bits],
  16403: ['other', bits],
};

const remoteSession: Fill = (made, data) => {
  made.user = userName(data.User ?? data.Param1);
  made.object = hostName(data.Address ?? data.Param3);
};

/** TerminalServices-LocalSessionManager: sessions come and go; Security 4624 is the logon. */
export const terminalTable: Table = {
  21: ['other', remoteSession],
  23: ['logoff', remoteSession],
  24: ['other', remoteSession],
  25: ['other', remoteSession],
};

/** Fields of events that no table lists: what most providers call things. */
export function common(made: Draft, data: JsonObject): void {
  made.user = userName(data.SubjectUserName ?? data.User ?? data.UserName ?? data.TargetUserName);
  made.process = processRef(
    made.host,
    data.ProcessGuid,
    data.ProcessGuid === undefined ? undefined : data.ProcessId,
    data.Image ?? data.ProcessName,
  );
}
