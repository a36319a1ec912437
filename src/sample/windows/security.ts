import type { Simulation } from '../simulation.ts';
import type { Account, Process, Session, WindowsHost } from './host.ts';
import { type EventData, systemUser, writeWindowsEvent } from './winlogbeat.ts';

const tasks: Readonly<Record<number, readonly [string, number]>> = {
  1102: ['Log clear', 0],
  4624: ['Logon', 2],
  4625: ['Logon', 0],
  4634: ['Logoff', 0],
  4648: ['Logon', 0],
  4672: ['Special Logon', 0],
  4688: ['Process Creation', 2],
  4698: ['Other Object Access Events', 0],
  4720: ['User Account Management', 0],
  4722: ['User Account Management', 0],
  4724: ['User Account Management', 0],
  4728: ['Security Group Management', 0],
  4732: ['Security Group Management', 0],
  4738: ['User Account Management', 0],
  4740: ['User Account Management', 0],
  4768: ['Kerberos Authentication Service', 0],
  4769: ['Kerberos Service Ticket Operations', 0],
  4771: ['Kerberos Authentication Service', 0],
  4776: ['Credential Validation', 0],
  5140: ['File Share', 1],
};

export function writeSecurity(
  sim: Simulation,
  host: WindowsHost,
  id: number,
  data: EventData,
  outcome: 'success' | 'failure' = 'success',
): void {
  const [task, version] = tasks[id] ?? ['', 0];
  writeWindowsEvent(sim, host, 'security', id, version, task, data, undefined, {
    keywords: outcome === 'success' ? 'Audit Success' : 'Audit Failure',
  });
}

const hexadecimal = (pid: number): string => `0x${pid.toString(16)}`;

function subject(account: Account, logonId: string): Record<string, string> {
  return {
    SubjectUserSid: account.sid,
    SubjectUserName: account.login,
    SubjectDomainName: account.domain,
    SubjectLogonId: logonId,
  };
}

function target(account: Account): Record<string, string> {
  return { TargetUserSid: account.sid, TargetUserName: account.login, TargetDomainName: account.domain };
}

/** SYSTEM's own sessions show as the machine account in Security records. */
function shownAs(host: WindowsHost, session: Session): Account {
  return session.account.login === 'SYSTEM' ? { ...host.machineAccount, sid: 'S-1-5-18' } : session.account;
}

export function processStarted(sim: Simulation, host: WindowsHost, process: Process): void {
  const parent = process.parent;
  const creator = parent?.session ?? host.systemSession;
  const other = creator !== process.session;
  const elevation =
    process.session.account.domain === 'NT AUTHORITY' ? '%%1936' : process.session.elevated ? '%%1937' : '%%1938';
  writeSecurity(sim, host, 4688, {
    ...subject(shownAs(host, creator), creator.logonId),
    NewProcessId: hexadecimal(process.pid),
    NewProcessName: process.image.path,
    TokenElevationType: elevation,
    ProcessId: hexadecimal(parent?.pid ?? 4),
    CommandLine: process.commandLine,
    TargetUserSid: other ? process.session.account.sid : 'S-1-0-0',
    TargetUserName: other ? process.session.account.login : '-',
    TargetDomainName: other ? process.session.account.domain : '-',
    TargetLogonId: other ? process.session.logonId : '0x0',
    ParentProcessName: parent?.image.path ?? '-',
    MandatoryLabel: elevation === '%%1936' ? 'S-1-16-16384' : elevation === '%%1937' ? 'S-1-16-12288' : 'S-1-16-8192',
  });
}

const privileges =
  'SeSecurityPrivilege\n\t\t\tSeTakeOwnershipPrivilege\n\t\t\tSeLoadDriverPrivilege\n\t\t\tSeBackupPrivilege\n\t\t\tSeRestorePrivilege\n\t\t\tSeDebugPrivilege\n\t\t\tSeSystemEnvironmentPrivilege\n\t\t\tSeImpersonatePrivilege';

export interface LogonFrom {
  readonly address: string;
  readonly workstation: string;
}

const processes: Readonly<Record<number, readonly [string, string]>> = {
  2: ['User32 ', 'Negotiate'],
  3: ['Kerberos', 'Kerberos'],
  4: ['Advapi  ', 'Negotiate'],
  5: ['Advapi  ', 'Negotiate'],
  7: ['User32 ', 'Negotiate'],
  9: ['seclogo', 'Negotiate'],
  10: ['User32 ', 'Negotiate'],
  11: ['User32 ', 'Negotiate'],
};

/** A logon that succeeded: 4624, and 4672 where the session is privileged. */
export function logOn(
  sim: Simulation,
  host: WindowsHost,
  account: Account,
  type: number,
  from: LogonFrom | undefined,
  options: { elevated?: boolean; ntlm?: boolean } = {},
): Session {
  const session = host.newSession(account, type, options.elevated ?? false, sim.now);
  recordLogon(sim, host, session, from, options.ntlm ?? false);
  return session;
}

export function recordLogon(
  sim: Simulation,
  host: WindowsHost,
  session: Session,
  from: LogonFrom | undefined,
  ntlm: boolean,
): void {
  const [logonProcess, packageName] = ntlm
    ? ['NtLmSsp ', 'NTLM']
    : (processes[session.type] ?? ['Advapi  ', 'Negotiate']);
  const local = session.type !== 3;
  const by =
    session.type === 5 || session.type === 4
      ? host.service('services')
      : session.type === 3
        ? undefined
        : host.service('winlogon');
  writeSecurity(sim, host, 4624, {
    ...(local
      ? subject({ ...host.machineAccount, sid: 'S-1-5-18' }, '0x3e7')
      : subject({ login: '-', domain: '-', sid: 'S-1-0-0' }, '0x0')),
    ...target(session.account),
    TargetLogonId: session.logonId,
    LogonType: String(session.type),
    LogonProcessName: logonProcess,
    AuthenticationPackageName: packageName,
    WorkstationName: ntlm ? (from?.workstation ?? '-').toUpperCase() : local ? host.name.toUpperCase() : '-',
    LogonGuid: ntlm ? '{00000000-0000-0000-0000-000000000000}' : session.logonGuid,
    TransmittedServices: '-',
    LmPackageName: ntlm ? 'NTLM V2' : '-',
    KeyLength: ntlm ? '128' : '0',
    ProcessId: hexadecimal(by?.pid ?? 0),
    ProcessName: by?.image.path ?? '-',
    IpAddress: from?.address ?? (session.type === 2 || session.type === 7 || session.type === 11 ? '127.0.0.1' : '-'),
    IpPort: from === undefined ? '0' : String(host.random.int(49152, 65500)),
    ImpersonationLevel: '%%1833',
    RestrictedAdminMode: '-',
    TargetOutboundUserName: '-',
    TargetOutboundDomainName: '-',
    VirtualAccount: '%%1843',
    TargetLinkedLogonId: '0x0',
    ElevatedToken: session.elevated ? '%%1842' : '%%1843',
  });
  if (session.elevated) {
    writeSecurity(sim, host, 4672, { ...subject(session.account, session.logonId), PrivilegeList: privileges });
  }
}

export function logOff(sim: Simulation, host: WindowsHost, session: Session): void {
  writeSecurity(sim, host, 4634, {
    ...target(session.account),
    TargetLogonId: session.logonId,
    LogonType: String(session.type),
  });
}

/** 4625. `reason`: wrong password, unknown account, locked out. */
export function logOnFailed(
  sim: Simulation,
  host: WindowsHost,
  account: Account,
  type: number,
  from: LogonFrom | undefined,
  reason: 'password' | 'unknown' | 'locked' = 'password',
): void {
  const status = {
    password: ['0xc000006d', '0xc000006a', '%%2313'],
    unknown: ['0xc000006d', '0xc0000064', '%%2313'],
    locked: ['0xc0000234', '0x0', '%%2307'],
  }[reason];
  const remote = type === 3;
  writeSecurity(
    sim,
    host,
    4625,
    {
      ...(remote
        ? subject({ login: '-', domain: '-', sid: 'S-1-0-0' }, '0x0')
        : subject({ ...host.machineAccount, sid: 'S-1-5-18' }, '0x3e7')),
      TargetUserSid: 'S-1-0-0',
      TargetUserName: account.login,
      TargetDomainName: account.domain,
      Status: status[0] ?? '',
      FailureReason: status[2] ?? '',
      SubStatus: status[1] ?? '',
      LogonType: String(type),
      LogonProcessName: remote ? 'NtLmSsp ' : 'User32 ',
      AuthenticationPackageName: remote ? 'NTLM' : 'Negotiate',
      WorkstationName: (from?.workstation ?? host.name).toUpperCase(),
      TransmittedServices: '-',
      LmPackageName: '-',
      KeyLength: '0',
      ProcessId: remote ? '0x0' : hexadecimal(host.service('winlogon').pid),
      ProcessName: remote ? '-' : host.service('winlogon').image.path,
      IpAddress: from?.address ?? '127.0.0.1',
      IpPort: from === undefined ? '0' : String(host.random.int(49152, 65500)),
    },
    'failure',
  );
}

/** 4648: a process of `session` uses somebody's name and password. */
export function explicitCredentials(
  sim: Simulation,
  host: WindowsHost,
  process: Process,
  used: Account,
  server: string,
): void {
  writeSecurity(sim, host, 4648, {
    ...subject(shownAs(host, process.session), process.session.logonId),
    LogonGuid: process.session.logonGuid,
    TargetUserName: used.login,
    TargetDomainName: used.domain,
    TargetLogonGuid: '{00000000-0000-0000-0000-000000000000}',
    TargetServerName: server,
    TargetInfo: server,
    ProcessId: hexadecimal(process.pid),
    ProcessName: process.image.path,
    IpAddress: '-',
    IpPort: '-',
  });
}

export function shareAccessed(
  sim: Simulation,
  host: WindowsHost,
  session: Session,
  from: string,
  share: string,
  localPath: string,
): void {
  writeSecurity(sim, host, 5140, {
    ...subject(session.account, session.logonId),
    ObjectType: 'File',
    IpAddress: from,
    IpPort: String(host.random.int(49152, 65500)),
    ShareName: `\\\\*\\${share}`,
    ShareLocalPath: localPath,
    AccessMask: '0x1',
    AccessList: '%%4416\n\t\t\t\t',
  });
}

export function taskCreated(
  sim: Simulation,
  host: WindowsHost,
  session: Session,
  name: string,
  command: string,
  argumentsText: string,
  runAs: string,
): void {
  const content = `<?xml version="1.0" encoding="UTF-16"?>\r\n<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">\r\n  <RegistrationInfo>\r\n    <Author>${session.account.domain}\\${session.account.login}</Author>\r\n    <URI>${name}</URI>\r\n  </RegistrationInfo>\r\n  <Principals>\r\n    <Principal id="Author">\r\n      <UserId>${runAs}</UserId>\r\n    </Principal>\r\n  </Principals>\r\n  <Actions Context="Author">\r\n    <Exec>\r\n      <Command>${command}</Command>\r\n      <Arguments>${argumentsText.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</Arguments>\r\n    </Exec>\r\n  </Actions>\r\n</Task>`;
  writeSecurity(sim, host, 4698, {
    ...subject(session.account, session.logonId),
    TaskName: name,
    TaskContent: content,
  });
}

/** 4720, 4722, 4724, 4738, 4740: something happened to an account. */
export function accountChanged(
  sim: Simulation,
  host: WindowsHost,
  id: 4720 | 4722 | 4724 | 4738,
  by: Session,
  account: Account,
): void {
  writeSecurity(sim, host, id, {
    TargetUserName: account.login,
    TargetDomainName: account.domain,
    TargetSid: account.sid,
    ...subject(by.account, by.logonId),
    ...(id === 4720 || id === 4738
      ? { PrivilegeList: '-', SamAccountName: account.login, UserAccountControl: '\n\t\t%%2080\n\t\t%%2084' }
      : {}),
  });
}

export function lockedOut(sim: Simulation, controller: WindowsHost, account: Account, from: string): void {
  writeSecurity(sim, controller, 4740, {
    TargetUserName: account.login,
    TargetDomainName: from.toUpperCase(),
    TargetSid: account.sid,
    ...subject({ ...controller.machineAccount, sid: 'S-1-5-18' }, '0x3e7'),
  });
}

/** 4728 (global group) or 4732 (local group). */
export function memberAdded(
  sim: Simulation,
  host: WindowsHost,
  id: 4728 | 4732,
  by: Session,
  member: Account,
  group: { name: string; sid: string },
): void {
  writeSecurity(sim, host, id, {
    MemberName: id === 4728 ? `CN=${member.login},OU=Staff,DC=ad,DC=corvane,DC=example` : '-',
    MemberSid: member.sid,
    TargetUserName: group.name,
    TargetDomainName: id === 4728 ? member.domain : 'Builtin',
    TargetSid: group.sid,
    ...subject(by.account, by.logonId),
    PrivilegeList: '-',
  });
}

/** 1102, which the event log service itself writes and carries its facts in UserData. */
export function logCleared(sim: Simulation, host: WindowsHost, by: Session): void {
  writeWindowsEvent(sim, host, 'security', 1102, 0, 'Log clear', {}, undefined, {
    provider: 'Microsoft-Windows-Eventlog',
    userData: { ...subject(by.account, by.logonId), xml_name: 'LogFileCleared' },
  });
}

/** System 7045 and 7036. */
export function serviceInstalled(
  sim: Simulation,
  host: WindowsHost,
  name: string,
  path: string,
  by: Account,
  start = 'demand start',
): void {
  const user = by.login === 'SYSTEM' ? systemUser : { identifier: by.sid, name: by.login, domain: by.domain };
  writeWindowsEvent(
    sim,
    host,
    'system',
    7045,
    0,
    '',
    {
      ServiceName: name,
      ImagePath: path,
      ServiceType: 'user mode service',
      StartType: start,
      AccountName: 'LocalSystem',
    },
    user,
  );
}

export function serviceState(sim: Simulation, host: WindowsHost, name: string, state: 'running' | 'stopped'): void {
  writeWindowsEvent(sim, host, 'system', 7036, 0, '', { param1: name, param2: state });
}

/** PowerShell 4104. */
export function scriptBlock(sim: Simulation, host: WindowsHost, session: Session, text: string, path = ''): void {
  writeWindowsEvent(
    sim,
    host,
    'powershell',
    4104,
    1,
    'Execute a Remote Command',
    { MessageNumber: '1', MessageTotal: '1', ScriptBlockText: text, ScriptBlockId: host.random.guid(), Path: path },
    { identifier: session.account.sid, name: session.account.login, domain: session.account.domain },
  );
}
