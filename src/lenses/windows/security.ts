import type { JsonObject } from '../../contracts/event.ts';
import { type Draft, logonId, port, processRef } from '../activity.ts';
import { textOf } from '../fields.ts';
import { hostName, networkAddress, userName } from '../names.ts';
import type { Fill, Table } from './fill.ts';

/** Subject: the account that did it, and its session. */
function subject(made: Draft, data: JsonObject): void {
  made.user = userName(data.SubjectUserName);
  made.logonId = logonId(data.SubjectLogonId);
}

function caller(made: Draft, data: JsonObject): void {
  made.process = processRef(
    made.host,
    undefined,
    data.ProcessId ?? data.CallerProcessId ?? data.ClientProcessId,
    data.ProcessName ?? data.CallerProcessName,
  );
}

/** The target where it is another account than the actor. */
function target(made: Draft, value: unknown): void {
  const name = userName(value);
  if (name !== made.user) made.targetUser = name;
}

/** `... (type 10)`: how somebody logged on says more than that they did. */
function withLogonType(made: Draft, data: JsonObject): void {
  const type = textOf(data.LogonType);
  if (type !== undefined) made.action = `${made.action} (type ${type})`;
}

function session(made: Draft, data: JsonObject): void {
  made.user = userName(data.TargetUserName);
  made.logonId = logonId(data.TargetLogonId);
  made.sourceAddress = networkAddress(data.IpAddress);
  made.object = hostName(data.WorkstationName);
  caller(made, data);
  withLogonType(made, data);
}

const logon: Fill = (made, data) => {
  session(made, data);
  made.outcome = 'success';
};

const logonFailure: Fill = (made, data) => {
  session(made, data);
  made.logonId = undefined;
  made.outcome = 'failure';
};

const logoff: Fill = (made, data) => {
  made.user = userName(data.TargetUserName ?? data.SubjectUserName);
  made.logonId = logonId(data.TargetLogonId ?? data.SubjectLogonId);
  withLogonType(made, data);
};

/** 4648: somebody used another account's password, often against another machine. */
const explicitLogon: Fill = (made, data) => {
  subject(made, data);
  caller(made, data);
  target(made, data.TargetUserName);
  made.remoteAddress = networkAddress(data.IpAddress);
  const server = hostName(data.TargetServerName);
  made.object = server === 'localhost' ? undefined : server;
  made.outcome = 'success';
};

const processStart: Fill = (made, data) => {
  subject(made, data);
  const runAs = userName(data.TargetUserName);
  if (runAs !== undefined && runAs !== made.user) {
    // The process runs as the target; the subject only created it.
    made.targetUser = runAs;
    made.logonId = logonId(data.TargetLogonId) ?? made.logonId;
  }
  made.process = processRef(made.host, undefined, data.NewProcessId, data.NewProcessName, data.CommandLine);
  made.parent = processRef(made.host, undefined, data.ProcessId, data.ParentProcessName);
};

const processEnd: Fill = (made, data) => {
  subject(made, data);
  caller(made, data);
};

const service: Fill = (made, data) => {
  subject(made, data);
  made.object = textOf(data.ServiceName);
  made.file = textOf(data.ServiceFileName);
  target(made, data.ServiceAccount);
};

const task: Fill = (made, data) => {
  subject(made, data);
  made.object = textOf(data.TaskName);
};

const account: Fill = (made, data) => {
  subject(made, data);
  target(made, data.TargetUserName);
};

const commonName = /^CN=([^,]+)/i;

/** Group changes: the member is the account acted on, the group is the object. Local groups give the member by SID only. */
const membership: Fill = (made, data) => {
  subject(made, data);
  const member = textOf(data.MemberName);
  target(made, member === undefined ? data.MemberSid : (commonName.exec(member)?.[1] ?? member));
  made.object = textOf(data.TargetUserName);
};

/** Enumeration of an account or group: nothing changes. */
const enumeration: Fill = (made, data) => {
  subject(made, data);
  caller(made, data);
  made.object = textOf(data.TargetUserName);
};

const granted = new Set(['0x0', '0']);

/** Kerberos and NTLM on a domain controller: not a session on it, so not a logon; a refusal is one. */
const authentication: Fill = (made, data) => {
  made.user = userName(data.TargetUserName);
  made.sourceAddress = networkAddress(data.IpAddress);
  made.object = textOf(data.ServiceName) ?? hostName(data.Workstation);
  const status = textOf(data.Status)?.toLowerCase();
  made.outcome = status === undefined ? undefined : granted.has(status) ? 'success' : 'failure';
  if (made.outcome === 'failure') made.kind = 'logon_failure';
};

const refusal: Fill = (made, data, context) => {
  authentication(made, data, context);
  made.outcome = 'failure';
};

const share: Fill = (made, data) => {
  subject(made, data);
  made.sourceAddress = networkAddress(data.IpAddress);
  made.object = textOf(data.ShareName);
  made.file = textOf(data.RelativeTargetName);
};

const INBOUND = '%%14592';

/** Filtering platform: as Sysmon 3, own address as source. */
const filtered: Fill = (made, data) => {
  made.process = processRef(made.host, undefined, data.ProcessID ?? data.ProcessId, data.Application);
  const inbound = data.Direction === INBOUND;
  // Under either direction the source is whoever opened the connection.
  made.sourceAddress = networkAddress(inbound ? data.DestAddress : data.SourceAddress);
  made.remoteAddress = networkAddress(inbound ? data.SourceAddress : data.DestAddress);
  if (!inbound) made.remotePort = port(data.DestPort);
  made.outcome = 'success';
};

const blocked: Fill = (made, data, context) => {
  filtered(made, data, context);
  made.outcome = 'failure';
};

const rightsAndProperties = /\{[0-9a-f-]{36}\}/gi;

/** Directory object access: type and the GUIDs of the rights used (replication has its own) tell what for. */
const directory: Fill = (made, data) => {
  subject(made, data);
  const rights = textOf(data.Properties)?.slice(0, 4096).match(rightsAndProperties) ?? [];
  const named = textOf(data.ObjectName) ?? textOf(data.ObjectDN);
  const type = textOf(data.ObjectType) ?? textOf(data.ObjectClass);
  made.object = [type, named, ...new Set(rights.map((guid) => guid.toLowerCase()))]
    .filter((part) => part !== undefined)
    .join(' ');
  if (made.object === '') made.object = undefined;
};

/** A handle on a file, key, process or SAM object: which of them decides what kind of activity it is. */
const objectAccess: Fill = (made, data) => {
  subject(made, data);
  caller(made, data);
  const name = textOf(data.ObjectName);
  const type = textOf(data.ObjectType);
  made.access = textOf(data.AccessMask);
  if (type === 'File') {
    made.kind = 'file';
    made.file = name;
  } else if (type === 'Key') {
    made.kind = 'registry';
    made.registryKey = name;
  } else if (type === 'Process') {
    made.kind = 'process_access';
    made.target = processRef(undefined, undefined, undefined, name);
  } else if (type?.startsWith('SAM_') === true) {
    made.kind = 'directory_access';
    made.object = `${type} ${name ?? ''}`.trim();
  } else made.object = name ?? type;
};

const registry: Fill = (made, data) => {
  subject(made, data);
  caller(made, data);
  const key = textOf(data.ObjectName);
  const value = textOf(data.ObjectValueName);
  made.registryKey = key !== undefined && value !== undefined ? `${key}\\${value}` : key;
};

const bySubject: Fill = (made, data) => {
  subject(made, data);
  caller(made, data);
};

const cleared: Fill = (made, data, { shape, record }) => {
  made.user = userName(data.SubjectUserName ?? shape.account(record));
  made.logonId = logonId(data.SubjectLogonId);
  made.object = 'Security';
};

/** The Security channel (Microsoft: Advanced security audit policy settings, event by event). */
export const securityTable: Table = {
  1102: ['log_cleared', cleared],
  4624: ['logon', logon],
  4625: ['logon_failure', logonFailure],
  4634: ['logoff', logoff],
  4647: ['logoff', logoff],
  4648: ['logon', explicitLogon],
  4656: ['other', objectAccess],
  4657: ['registry', registry],
  4661: ['directory_access', objectAccess],
  4662: ['directory_access', directory],
  4663: ['other', objectAccess],
  4672: ['other', bySubject],
  4673: ['other', bySubject],
  4674: ['other', bySubject],
  4688: ['process_start', processStart],
  4689: ['process_end', processEnd],
  4697: ['service_install', service],
  4698: ['task', task],
  4699: ['task', task],
  4700: ['task', task],
  4701: ['task', task],
  4702: ['task', task],
  4703: ['other', bySubject],
  4704: ['account_change', account],
  4705: ['account_change', account],
  4719: ['other', bySubject],
  4720: ['account_change', account],
  4722: ['account_change', account],
  4723: ['account_change', account],
  4724: ['account_change', account],
  4725: ['account_change', account],
  4726: ['account_change', account],
  4727: ['account_change', account],
  4728: ['account_change', membership],
  4729: ['account_change', membership],
  4730: ['account_change', account],
  4731: ['account_change', account],
  4732: ['account_change', membership],
  4733: ['account_change', membership],
  4734: ['account_change', account],
  4735: ['account_change', account],
  4737: ['account_change', account],
  4738: ['account_change', account],
  4740: ['account_change', account],
  4741: ['account_change', account],
  4742: ['account_change', account],
  4743: ['account_change', account],
  4756: ['account_change', membership],
  4757: ['account_change', membership],
  4765: ['account_change', account],
  4766: ['account_change', account],
  4767: ['account_change', account],
  4768: ['other', authentication],
  4769: ['other', authentication],
  4770: ['other', authentication],
  4771: ['logon_failure', refusal],
  4776: ['other', authentication],
  4781: ['account_change', account],
  4794: ['account_change', account],
  4798: ['other', enumeration],
  4799: ['other', enumeration],
  5136: ['directory_access', directory],
  5137: ['directory_access', directory],
  5140: ['share_access', share],
  5142: ['share_access', share],
  5145: ['share_access', share],
  5156: ['network', filtered],
  5157: ['network', blocked],
  5158: ['other', filtered],
  5379: ['other', bySubject],
};
