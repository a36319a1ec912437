import { describe, expect, test } from 'vitest';
import type { Activity, JsonObject } from '../../contracts/event.ts';
import { lensOf } from '../index.ts';

const flat = (Channel: string, EventID: number, fields: JsonObject): JsonObject => ({
  EventID,
  Channel,
  Hostname: 'DC1.corp.example',
  TimeCreated: '2024-04-17T18:30:09.251Z',
  ...fields,
});
const activityOf = (record: JsonObject): Activity => lensOf(record).activity(record);
const subject = { SubjectUserName: 'ana', SubjectDomainName: 'CORP', SubjectLogonId: '0x1F' };
const SYSMON = 'Microsoft-Windows-Sysmon/Operational';

describe('activity', () => {
  test.each<[string, JsonObject, Partial<Activity>]>([
    [
      'logon',
      flat('Security', 4624, {
        ...subject,
        TargetUserName: 'Bob',
        TargetLogonId: '0xABC',
        LogonType: '10',
        IpAddress: '::ffff:10.0.0.9',
        WorkstationName: 'WS2',
      }),
      {
        kind: 'logon',
        user: 'bob',
        logonId: '0xabc',
        sourceAddress: '10.0.0.9',
        object: 'ws2',
        outcome: 'success',
        action: 'Security 4624 (type 10)',
      },
    ],
    [
      'local logon names no machine',
      flat('Security', 4624, { TargetUserName: 'Bob', IpAddress: '127.0.0.1' }),
      { kind: 'logon', sourceAddress: undefined },
    ],
    [
      'failed logon',
      flat('Security', 4625, { TargetUserName: 'bob', TargetLogonId: '0x0', LogonType: 3, IpAddress: '10.0.0.9' }),
      { kind: 'logon_failure', user: 'bob', outcome: 'failure', logonId: undefined },
    ],
    [
      'explicit credentials',
      flat('Security', 4648, {
        ...subject,
        TargetUserName: 'admin',
        TargetServerName: 'FS1.corp.example',
        ProcessId: '0x10',
        ProcessName: 'C:\\runas.exe',
      }),
      { kind: 'logon', user: 'ana', targetUser: 'admin', object: 'fs1' },
    ],
    [
      'process start',
      flat('Security', 4688, {
        ...subject,
        TargetUserName: 'svc',
        TargetLogonId: '0x99',
        NewProcessId: '0x10',
        NewProcessName: 'C:\\a.exe',
        CommandLine: 'a -x',
        ProcessId: '0x20',
        ParentProcessName: 'C:\\b.exe',
      }),
      {
        kind: 'process_start',
        user: 'ana',
        targetUser: 'svc',
        logonId: '0x99',
        process: { key: 'dc1|16', pid: '16', image: 'C:\\a.exe', commandLine: 'a -x' },
        parent: { key: 'dc1|32', pid: '32', image: 'C:\\b.exe', commandLine: undefined },
      },
    ],
    [
      'new account',
      flat('Security', 4720, { ...subject, TargetUserName: 'Backdoor' }),
      { kind: 'account_change', user: 'ana', targetUser: 'backdoor', action: 'Security 4720' },
    ],
    [
      'new member',
      flat('Security', 4728, { ...subject, MemberName: 'CN=Bob,OU=x,DC=corp', TargetUserName: 'Domain Admins' }),
      { kind: 'account_change', targetUser: 'bob', object: 'Domain Admins' },
    ],
    [
      'ticket',
      flat('Security', 4768, {
        TargetUserName: 'bob',
        IpAddress: '::ffff:10.0.0.9',
        Status: '0x0',
        ServiceName: 'krbtgt',
      }),
      { kind: 'other', user: 'bob', sourceAddress: '10.0.0.9', outcome: 'success' },
    ],
    [
      'refused ticket',
      flat('Security', 4768, { TargetUserName: 'bob', Status: '0x12' }),
      { kind: 'logon_failure', outcome: 'failure' },
    ],
    [
      'share',
      flat('Security', 5145, {
        ...subject,
        ShareName: '\\\\*\\ADMIN$',
        RelativeTargetName: 'x.exe',
        IpAddress: '10.0.0.9',
      }),
      { kind: 'share_access', object: '\\\\*\\ADMIN$', file: 'x.exe', sourceAddress: '10.0.0.9' },
    ],
    [
      'replication',
      flat('Security', 4662, {
        ...subject,
        ObjectType: 'domainDNS',
        ObjectName: 'DC=corp',
        Properties: 'Control Access\n\t\t{1131F6AD-9C07-11D1-F79F-00C04FC2DCD2}',
      }),
      { kind: 'directory_access', object: 'domainDNS DC=corp {1131f6ad-9c07-11d1-f79f-00c04fc2dcd2}' },
    ],
    [
      'handle on a process',
      flat('Security', 4663, { ...subject, ObjectType: 'Process', ObjectName: '\\Device\\x\\lsass.exe' }),
      {
        kind: 'process_access',
        target: { key: undefined, pid: undefined, image: '\\Device\\x\\lsass.exe', commandLine: undefined },
      },
    ],
    ['log cleared', flat('Security', 1102, { SubjectUserName: 'ana' }), { kind: 'log_cleared', user: 'ana' }],
    [
      'service',
      flat('System', 7045, { ServiceName: 'Upd', ImagePath: 'C:\\u.exe', AccountName: 'LocalSystem' }),
      { kind: 'service_install', object: 'Upd', file: 'C:\\u.exe' },
    ],
    [
      'task',
      flat('Microsoft-Windows-TaskScheduler/Operational', 106, { TaskName: '\\Upd', UserContext: 'CORP\\Ana' }),
      { kind: 'task', user: 'ana', object: '\\Upd' },
    ],
    [
      'a task that ran changes nothing',
      flat('Microsoft-Windows-TaskScheduler/Operational', 200, { TaskName: '\\Upd', ActionName: 'u.exe' }),
      { kind: 'other', object: '\\Upd', file: 'u.exe' },
    ],
    [
      'outbound',
      flat(SYSMON, 3, {
        Image: 'a.exe',
        Initiated: 'true',
        SourceIp: '10.0.0.1',
        DestinationIp: '203.0.113.5',
        DestinationPort: '443',
        DestinationHostname: 'c2.example.net',
      }),
      {
        kind: 'network',
        sourceAddress: '10.0.0.1',
        remoteAddress: '203.0.113.5',
        remotePort: 443,
        domain: 'c2.example.net',
      },
    ],
    [
      'inbound: the own address is still the source',
      flat(SYSMON, 3, {
        Image: 'a.exe',
        Initiated: 'false',
        SourceIp: '10.0.0.9',
        SourcePort: '50111',
        DestinationIp: '10.0.0.1',
        DestinationPort: '445',
      }),
      { kind: 'network', sourceAddress: '10.0.0.1', remoteAddress: '10.0.0.9', remotePort: undefined },
    ],
    [
      'access to a process',
      flat(SYSMON, 10, {
        SourceProcessGUID: '{00000001-0000-0000-0000-000000000001}',
        SourceProcessId: '5',
        SourceImage: 'a.exe',
        TargetProcessGUID: '00000002-0000-0000-0000-000000000002',
        TargetProcessId: 6,
        TargetImage: 'lsass.exe',
      }),
      {
        kind: 'process_access',
        process: {
          key: 'dc1|{00000001-0000-0000-0000-000000000001}',
          pid: '5',
          image: 'a.exe',
          commandLine: undefined,
        },
        target: {
          key: 'dc1|{00000002-0000-0000-0000-000000000002}',
          pid: '6',
          image: 'lsass.exe',
          commandLine: undefined,
        },
      },
    ],
    [
      'a GUID of zeros is none',
      flat(SYSMON, 5, { ProcessGuid: '{00000000-0000-0000-0000-000000000000}', ProcessId: '77', Image: 'a.exe' }),
      { process: { key: 'dc1|77', pid: '77', image: 'a.exe', commandLine: undefined } },
    ],
    [
      'lookup',
      flat(SYSMON, 22, { QueryName: 'C2.Example.NET', Image: 'a.exe' }),
      { kind: 'dns', domain: 'c2.example.net' },
    ],
    [
      'classic PowerShell',
      flat('Windows PowerShell', 400, {
        Message:
          'Engine state is changed.\n\tHostApplication="C:\\p s\\powershell.exe" -enc AAAA\n\tUserId=CORP\\Ana\n',
      }),
      {
        kind: 'script',
        user: 'ana',
        process: {
          key: undefined,
          pid: undefined,
          image: 'C:\\p s\\powershell.exe',
          commandLine: '"C:\\p s\\powershell.exe" -enc AAAA',
        },
      },
    ],
    [
      'unknown events keep what most call things',
      flat('Vendor/Operational', 9, { User: 'CORP\\ana' }),
      { kind: 'other', user: 'ana', action: 'Vendor 9' },
    ],
  ])('%s', (_name, record, expected) => {
    expect(activityOf(record)).toMatchObject({ host: 'dc1', ...expected });
  });
});
