import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../contracts/event.ts';
import { lensOf } from '../index.ts';

/** One Sysmon process start, as seven containers write it. */
const guid = '{9D3B1C44-0A11-6620-AB00-000000001200}';
const parentGuid = '{9D3B1C44-0A10-6620-9C00-000000001200}';
const data = {
  UtcTime: '2024-04-17 18:30:09.250',
  ProcessGuid: guid,
  ProcessId: '6120',
  Image: 'C:\\Tools\\probe.exe',
  CommandLine: 'probe.exe --list',
  User: 'CORP\\Ana.Silva',
  LogonId: '0x3F2A1',
  Hashes: 'SHA1=AAAA,MD5=BBBB,SHA256=CCCC,IMPHASH=DDDD',
  ParentProcessGuid: parentGuid,
  ParentProcessId: '880',
  ParentImage: 'C:\\Windows\\explorer.exe',
  ParentCommandLine: 'explorer.exe',
};
const at = Date.UTC(2024, 3, 17, 18, 30, 9, 251);
const channel = 'Microsoft-Windows-Sysmon/Operational';
const provider = 'Microsoft-Windows-Sysmon';
const named = Object.entries(data).map(([name, text]) => ({ '@Name': name, '#text': text }));
const systemXml = {
  Provider: { '#attributes': { Name: provider, Guid: '{x}' } },
  EventID: 1,
  TimeCreated: { '#attributes': { SystemTime: '2024-04-17T18:30:09.251374Z' } },
  EventRecordID: 4711,
  Execution: { '#attributes': { ProcessID: 3001, ThreadID: 7 } },
  Channel: channel,
  Computer: 'WS7.corp.example',
};

const containers: Record<string, { lens: string; time?: number; record: JsonObject }> = {
  'nxlog, collector four hours behind UTC': {
    lens: 'nxlog',
    time: at - 1,
    record: {
      ...data,
      EventTime: '2024-04-17 14:30:09',
      EventReceivedTime: '2024-04-17 14:30:12',
      '@timestamp': '2024-04-17T18:30:12.004Z',
      SourceModuleName: 'in',
      host: 'collector.other.example',
      Hostname: 'WS7.corp.example',
      EventID: 1,
      Channel: channel,
      SourceName: provider,
      RecordNumber: 4711,
      ExecutionProcessID: 3001,
    },
  },
  'flat with TimeCreated': {
    lens: 'windows-flat',
    record: {
      ...data,
      TimeCreated: '2024-04-17T18:30:09.251Z',
      '@timestamp': '2024-04-17T18:30:09.251Z',
      Hostname: 'WS7',
      EventID: 1,
      Channel: channel,
      SourceName: provider,
      RecordNumber: 4711,
      ExecutionProcessID: 3001,
    },
  },
  'Log Analytics': {
    lens: 'log-analytics',
    record: {
      ...data,
      TimeCreated: '2024-04-17 18:30:09.251',
      Computer: 'ws7.corp.example',
      EventID: 1,
      Channel: channel,
      SourceName: provider,
      EventRecordId: '4711',
      SystemProcessId: 3001,
    },
  },
  'Log Analytics, EventData as XML': {
    lens: 'log-analytics',
    record: {
      TimeGenerated: '2024-04-17T18:30:09.251Z',
      Computer: 'WS7.corp.example',
      EventID: 1,
      EventLog: channel,
      Source: provider,
      EventRecordId: '4711',
      EventData: `<DataItem><EventData>${named.map((item) => `<Data Name="${item['@Name']}">${item['#text'].replaceAll('&', '&amp;')}</Data>`).join('')}</EventData></DataItem>`,
      SystemProcessId: 3001,
    },
  },
  'winlogbeat 6': {
    lens: 'winlogbeat6',
    record: {
      '@timestamp': '2024-04-17T18:30:09.251Z',
      beat: { hostname: 'collector' },
      host: { name: 'collector' },
      event_id: 1,
      log_name: channel,
      source_name: provider,
      computer_name: 'WS7.corp.example',
      record_number: '4711',
      process_id: 3001,
      event_data: data,
    },
  },
  'winlogbeat 7 beside ECS': {
    lens: 'winlogbeat7',
    record: {
      '@timestamp': '2024-04-17T18:30:09.251Z',
      ecs: { version: '8.0.0' },
      event: { code: '1', category: ['process'], type: ['start'] },
      host: { name: 'collector' },
      winlog: {
        event_id: '1',
        channel,
        provider_name: provider,
        computer_name: 'WS7.corp.example',
        record_id: 4711,
        process: { pid: 3001 },
        event_data: data,
      },
    },
  },
  'evtx as JSON': {
    lens: 'evtx',
    record: { Event: { '#attributes': { xmlns: 'x' }, System: systemXml, EventData: { ...data, ProcessId: 6120 } } },
  },
  'evtx without the Event element': { lens: 'evtx', record: { System: systemXml, EventData: data } },
  'evtx, named Data items and @ attributes': {
    lens: 'evtx',
    record: {
      Event: {
        System: {
          ...systemXml,
          Provider: { '@Name': provider },
          EventID: { '#text': '1', '@Qualifiers': '' },
          TimeCreated: { '@SystemTime': '2024-04-17 18:30:09.2513740' },
          Execution: { '@ProcessID': '3001' },
        },
        EventData: { Data: named },
      },
    },
  },
  EvtxECmd: {
    lens: 'evtxecmd',
    record: {
      EventId: 1,
      Channel: channel,
      Provider: provider,
      Computer: 'WS7.corp.example',
      EventRecordId: '4711',
      TimeCreated: '2024-04-17T18:30:09.2510000+00:00',
      ProcessId: 3001,
      MapDescription: 'Process creation',
      Payload: JSON.stringify({ EventData: { Data: named } }),
    },
  },
};

describe.each(Object.entries(containers))('%s', (_name, { lens: expected, record, time }) => {
  const lens = lensOf(record);
  const read = (field: string) => lens.reader(field)(record);

  test('is read by its lens, at its time', () => {
    expect(lens.name).toBe(expected);
    expect(lens.time(record)).toBe(time ?? at);
  });

  test('gives rules the same fields', () => {
    expect(String(read('EventID'))).toBe('1');
    expect(read('Channel')).toBe(channel);
    expect(read('Provider_Name')).toBe(provider);
    expect(String(read('Computer')).toLowerCase()).toMatch(/^ws7/);
    expect(read('Image')).toBe(data.Image);
    expect(read('CommandLine')).toBe(data.CommandLine);
    expect(String(read('ProcessId'))).toBe('6120');
    expect(String(read('Execution_ProcessID') ?? 3001)).toBe('3001');
    expect(read('Imphash')).toBe('DDDD');
    expect(read('md5')).toBe('BBBB');
    expect(read('sha256')).toBe('CCCC');
    expect(read('OriginalFileName')).toBeUndefined();
    expect(read('constructor')).toBeUndefined();
  });

  test('comes from Sysmon process creation, always the same object', () => {
    expect(lens.origin(record)).toEqual({ product: 'windows', service: 'sysmon', categories: ['process_creation'] });
    expect(lens.origin(structuredClone(record))).toBe(lens.origin(record));
  });

  test('says who did what', () => {
    expect(lens.activity(record)).toEqual({
      kind: 'process_start',
      host: 'ws7',
      user: 'ana.silva',
      logonId: '0x3f2a1',
      action: 'Sysmon 1',
      process: { key: `ws7|${guid.toLowerCase()}`, pid: '6120', image: data.Image, commandLine: data.CommandLine },
      parent: {
        key: `ws7|${parentGuid.toLowerCase()}`,
        pid: '880',
        image: data.ParentImage,
        commandLine: 'explorer.exe',
      },
      ...Object.fromEntries(
        [
          'targetUser',
          'target',
          'sourceAddress',
          'remoteAddress',
          'remotePort',
          'domain',
          'file',
          'registryKey',
          'object',
          'principal',
          'resource',
          'outcome',
        ].map((name) => [name, undefined]),
      ),
    });
  });

  test('lets a keyword search see every value', () => {
    expect(lens.someValue(record, (value) => typeof value === 'string' && value.includes('probe.exe --list'))).toBe(
      true,
    );
    expect(lens.someValue(record, () => false)).toBe(false);
  });

  test('has an identity of its own', () => {
    const id = lens.nativeId(record);
    expect(id).toContain('|4711|1|');
    expect(lens.nativeId(structuredClone(record))).toBe(id);
  });
});

test('without a record number or a time there is no native id', () => {
  const flat = { EventID: 1, Channel: 'Security', Hostname: 'a', TimeCreated: '2024-01-01T00:00:00Z' };
  expect(lensOf(flat).nativeId(flat)).toBeUndefined();
  const timeless = { EventID: 1, Channel: 'Security', Hostname: 'a', RecordNumber: 7 };
  expect(lensOf(timeless).nativeId(timeless)).toBeUndefined();
});

describe('clocks', () => {
  const base = { EventID: 4624, Channel: 'Security', Hostname: 'a', SourceModuleName: 'in' };
  const timeOf = (record: JsonObject) => {
    const ms = lensOf(record).time(record);
    return ms === undefined ? undefined : new Date(ms).toISOString();
  };

  test('nxlog: the zone comes from the received time and the stamp, for channels without UtcTime too', () => {
    expect(
      timeOf({
        ...base,
        EventTime: '2024-01-10 19:59:57',
        EventReceivedTime: '2024-01-10 20:00:01',
        '@timestamp': '2024-01-11T01:00:03Z',
      }),
    ).toBe('2024-01-11T00:59:57.000Z');
    expect(
      timeOf({
        ...base,
        EventTime: '2024-01-11 06:44:57',
        EventReceivedTime: '2024-01-11 06:45:01',
        '@timestamp': '2024-01-11T01:00:03Z',
      }),
    ).toBe('2024-01-11T00:59:57.000Z');
  });

  test('nxlog: an EventTime with a zone needs nothing else', () => {
    expect(timeOf({ ...base, EventTime: '2024-01-10T19:59:57.5-05:00', EventReceivedTime: 'x' })).toBe(
      '2024-01-11T00:59:57.500Z',
    );
  });

  test('nxlog: a UtcTime that disagrees with the log by hours is not the time', () => {
    const record = {
      ...base,
      Channel: 'Microsoft-Windows-Sysmon/Operational',
      EventTime: '2024-01-11 00:59:57',
      EventReceivedTime: '2024-01-11 01:00:03',
      '@timestamp': '2024-01-11T01:00:03Z',
    };
    expect(timeOf({ ...record, UtcTime: '2024-01-09 03:00:00.000' })).toBe('2024-01-11T00:59:57.000Z');
    expect(timeOf({ ...record, UtcTime: '2024-01-11 00:59:50.125' })).toBe('2024-01-11T00:59:50.125Z');
  });

  test('nxlog replayed long after: UtcTime, else EventTime as UTC', () => {
    const late = {
      ...base,
      EventTime: '2024-01-10 19:59:57',
      EventReceivedTime: '2024-01-10 20:00:01',
      '@timestamp': '2024-03-01T00:00:00Z',
    };
    expect(timeOf({ ...late, UtcTime: '2024-01-11 00:59:57.111' })).toBe('2024-01-11T00:59:57.111Z');
    expect(timeOf(late)).toBe('2024-01-10T19:59:57.000Z');
  });

  test('flat: TimeCreated holds for every channel, whatever UtcTime says', () => {
    const sysmon = {
      EventID: 1,
      Channel: 'Microsoft-Windows-Sysmon/Operational',
      Hostname: 'a',
      TimeCreated: '2024-01-10 08:00:01.5',
      UtcTime: '2024-01-10 15:00:01.400',
    };
    const security = { EventID: 4688, Channel: 'Security', Hostname: 'a', TimeCreated: '2024-01-10 08:00:01.6' };
    expect([timeOf(sysmon), timeOf(security)]).toEqual(['2024-01-10T08:00:01.500Z', '2024-01-10T08:00:01.600Z']);
  });
});
