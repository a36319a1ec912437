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
const evtx = (Channel: string, EventID: number, event: JsonObject): JsonObject => ({
  Event: {
    System: { Provider: { '#attributes': { Name: 'P' } }, EventID, Channel, Computer: 'DC1', EventRecordID: 1 },
    ...event,
  },
});
const activityOf = (record: JsonObject): Activity => lensOf(record).activity(record);
const originOf = (record: JsonObject) => lensOf(record).origin(record);
const read = (record: JsonObject, field: string) => lensOf(record).reader(field)(record);
const subject = { SubjectUserName: 'ana', SubjectDomainName: 'CORP', SubjectLogonId: '0x1F' };
const SYSMON = 'Microsoft-Windows-Sysmon/Operational';

describe('origin', () => {
  test.each([
    [12, 'CreateKey', ['registry_event', 'registry_add']],
    [12, 'DeleteKey', ['registry_event', 'registry_delete']],
    [12, 'DeleteValue', ['registry_event', 'registry_delete']],
    [13, 'SetValue', ['registry_event', 'registry_set']],
    [14, 'RenameKey', ['registry_event', 'registry_rename']],
    [12, 'INFO', ['registry_event']],
    [13, undefined, ['registry_event', 'registry_set']],
  ])('Sysmon %i %s', (id, EventType, categories) => {
    expect(originOf(flat(SYSMON, id, { EventType })).categories).toEqual(categories);
  });

  test('a collector that overwrote EventType is told by the message', () => {
    const record = flat(SYSMON, 12, {
      EventType: 'INFO',
      Message: 'Registry object added or deleted:\r\nRuleName: -\r\nEventType: DeleteKey\r\n',
    });
    expect(originOf(record).categories).toEqual(['registry_event', 'registry_delete']);
  });

  test.each([
    ['security', 4688, 'security', ['process_creation']],
    ['SECURITY', 4624, 'security', []],
    ['Microsoft-Windows-PowerShell/Operational', 4104, 'powershell', ['ps_script']],
    ['PowerShellCore/Operational', 4103, 'powershell', ['ps_module']],
    ['Windows PowerShell', 400, 'powershell-classic', ['ps_classic_start']],
    ['Windows PowerShell', 600, 'powershell-classic', ['ps_classic_provider_start']],
    ['Microsoft-Windows-AppLocker/EXE and DLL', 8003, 'applocker', []],
    ['Vendor/Operational', 1, undefined, []],
  ])('%s %i', (channel, id, service, categories) => {
    expect(originOf(flat(channel, id, {}))).toEqual({ product: 'windows', service, categories });
  });

  test('Sysmon for Linux is Linux', () => {
    expect(originOf(flat('Linux-Sysmon/Operational', 1, {}))).toMatchObject({
      product: 'linux',
      service: 'sysmon',
      categories: ['process_creation'],
    });
  });

  test('a record without a channel is told by its provider', () => {
    const { Channel: _, ...record } = flat('', 4688, { SourceName: 'Microsoft-Windows-Security-Auditing' }) as {
      Channel: string;
    } & JsonObject;
    expect(originOf(record)).toMatchObject({ service: 'security', categories: ['process_creation'] });
  });

  test('endless new channel names do not stop it', () => {
    for (let index = 0; index < 6000; index += 1)
      expect(originOf(flat(`Made-up-${index}`, 1, {})).service).toBeUndefined();
    expect(originOf(flat('Security', 4688, {})).categories).toEqual(['process_creation']);
    expect(originOf(flat('New-1', 5, {}))).toBe(originOf(flat('New-2', 6, {})));
  });
});

describe('fields', () => {
  const start = flat('Security', 4688, {
    ...subject,
    NewProcessId: '0x10',
    NewProcessName: 'C:\\a.exe',
    ParentProcessName: 'C:\\b.exe',
    ProcessId: '0x20',
    CommandLine: 'a',
    MandatoryLabel: 'S-1-16-12288',
  });

  test('4688 answers to the names of process creation', () => {
    expect(
      [
        'Image',
        'ParentImage',
        'ParentProcessId',
        'User',
        'LogonId',
        'IntegrityLevel',
        'CommandLine',
        'NewProcessName',
      ].map((field) => read(start, field)),
    ).toEqual(['C:\\a.exe', 'C:\\b.exe', '0x20', 'ana', '0x1F', 'High', 'a', 'C:\\a.exe']);
  });

  test('other Security events do not', () => {
    const logon = flat('Security', 4624, { ...subject, ProcessName: 'C:\\x.exe' });
    expect(['Image', 'User', 'ParentImage'].map((field) => read(logon, field))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('names with blanks answer without them', () => {
    expect(
      read(
        evtx('Microsoft-Windows-Windows Defender/Operational', 1116, {
          EventData: { 'Threat Name': 'X', 'New Value': '' },
        }),
        'ThreatName',
      ),
    ).toBe('X');
    expect(
      read(
        evtx('Microsoft-Windows-Windows Defender/Operational', 5007, { EventData: { 'New Value': '' } }),
        'NewValue',
      ),
    ).toBe('');
  });

  test('attributes of System answer to element_attribute', () => {
    const record = {
      Event: {
        System: {
          Provider: { '#attributes': { Name: 'P', Guid: 'G' } },
          EventID: { '#text': 7, '#attributes': { Qualifiers: 16384 } },
          Security: { '#attributes': { UserID: 'S-1-5-18' } },
          Correlation: null,
        },
        EventData: null,
      },
    };
    expect(
      [
        'Provider_Name',
        'Provider_Guid',
        'EventID',
        'EventID_Qualifiers',
        'Security_UserID',
        'Correlation_ActivityID',
      ].map((field) => read(record, field)),
    ).toEqual(['P', 'G', 7, 16384, 'S-1-5-18', undefined]);
  });

  test('nameless data: the strings, the parameters, or the message', () => {
    expect(
      read(
        evtx('Windows PowerShell', 400, {
          EventData: { Data: { '#text': ['Available', 'None', 'HostApplication=x'] } },
        }),
        'Data',
      ),
    ).toEqual(['Available', 'None', 'HostApplication=x']);
    expect(read(evtx('Application', 1, { EventData: { Data: ['a', 'b'] } }), 'Data')).toEqual(['a', 'b']);
    expect(read(flat('Windows PowerShell', 400, { Message: 'HostApplication=x' }), 'Data')).toBe('HostApplication=x');
    const beat = {
      '@timestamp': '2024-01-01T00:00:00Z',
      event_id: 400,
      log_name: 'Windows PowerShell',
      event_data: { param1: 'a', param2: 'b' },
    };
    expect(read(beat, 'Data')).toEqual(['a', 'b']);
  });

  test('UserData is read as EventData is', () => {
    const record = evtx('Microsoft-Windows-WMI-Activity/Operational', 5861, {
      UserData: { Operation_ESStoConsumerBinding: { '#attributes': { xmlns: 'x' }, CONSUMER: 'c', User: 'CORP\\ana' } },
    });
    expect(read(record, 'CONSUMER')).toBe('c');
    expect(activityOf(record)).toMatchObject({ kind: 'wmi', user: 'ana', object: 'c', action: 'WMI-Activity 5861' });
  });

  test('a hash is found by its own label only', () => {
    const record = flat(SYSMON, 1, { Hashes: 'XMD5=no,MD5=yes' });
    expect([read(record, 'MD5'), read(record, 'sha1')]).toEqual(['yes', undefined]);
  });
});
