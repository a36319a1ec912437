import { describe, expect, test } from 'vitest';
import type { Activity, JsonObject } from '../contracts/event.ts';
import { lensOf } from './index.ts';

const at = Date.UTC(2024, 3, 17, 18, 30, 9, 500);
const read = (record: JsonObject, field: string) => lensOf(record).reader(field)(record);
const connection = {
  ts: 1713378609.5,
  uid: 'C1',
  'id.orig_h': '10.0.0.1',
  'id.orig_p': 50000,
  'id.resp_h': '203.0.113.5',
  'id.resp_p': 443,
};

describe('Zeek', () => {
  test.each<[string, JsonObject, string, readonly string[], Partial<Activity>]>([
    [
      'named by _path',
      { ...connection, _path: 'conn', conn_state: 'SF' },
      'conn',
      ['firewall'],
      { kind: 'network', sourceAddress: '10.0.0.1', remoteAddress: '203.0.113.5', remotePort: 443 },
    ],
    [
      'named by @stream, names with _',
      {
        '@stream': 'dns',
        ts: '2024-04-17T18:30:09.500000Z',
        uid: 'C',
        id_orig_h: '10.0.0.1',
        id_resp_h: '10.0.0.53',
        id_resp_p: 53,
        query: 'c2.example.net',
      },
      'dns',
      ['dns'],
      { kind: 'dns', domain: 'c2.example.net', remoteAddress: '10.0.0.53' },
    ],
    [
      'told by its fields: dns',
      { ...connection, query: 'c2.example.net', qtype_name: 'A' },
      'dns',
      ['dns'],
      { kind: 'dns' },
    ],
    [
      'told by its fields: http',
      { ...connection, method: 'GET', uri: '/x', host: 'c2.example.net' },
      'http',
      ['proxy', 'webserver'],
      { kind: 'network', domain: 'c2.example.net', object: '/x' },
    ],
    ['told by its fields: conn', { ...connection, conn_state: 'S0' }, 'conn', ['firewall'], { kind: 'network' }],
    [
      'told by its fields: smb_files',
      { ...connection, action: 'SMB::FILE_OPEN', name: 'x.exe', path: '\\\\s\\ADMIN$', 'times.modified': 1 },
      'smb_files',
      [],
      { kind: 'share_access', object: '\\\\s\\ADMIN$', file: 'x.exe' },
    ],
    [
      'told by its fields: dce_rpc',
      { ...connection, endpoint: 'svcctl', operation: 'CreateServiceW' },
      'dce_rpc',
      [],
      { object: 'svcctl::CreateServiceW' },
    ],
    [
      'nested id',
      { ts: 1713378609.5, uid: 'C', id: { orig_h: '10.0.0.1', resp_h: '203.0.113.5', resp_p: 22 }, auth_attempts: 3 },
      'ssh',
      [],
      { remotePort: 22 },
    ],
    [
      'refused by NTLM',
      { ...connection, _path: 'ntlm', username: 'Ana', success: false },
      'ntlm',
      [],
      { kind: 'logon_failure', user: 'ana', outcome: 'failure' },
    ],
    ['a connection of an unknown log', { ...connection, odd: 1 }, 'unknown', [], { sourceAddress: '10.0.0.1' }],
  ])('%s', (_name, record, service, categories, activity) => {
    const lens = lensOf(record);
    expect(lens.name).toBe('zeek');
    expect(lens.time(record)).toBe(at);
    expect(lens.nativeId(record)).toBeUndefined();
    expect(lens.origin(record)).toEqual({ product: 'zeek', service, categories });
    expect(lens.activity(record)).toMatchObject(activity);
  });

  test('answers to the names of the generic categories', () => {
    const http = {
      ...connection,
      _path: 'http',
      method: 'GET',
      uri: '/a?b=1',
      host: 'h',
      user_agent: 'ua',
      status_code: 404,
    };
    expect(
      [
        'c-uri',
        'cs-uri-query',
        'cs-host',
        'c-useragent',
        'cs-method',
        'sc-status',
        'dst_ip',
        'id.orig_h',
        'cs-cookie',
      ].map((field) => read(http, field)),
    ).toEqual(['/a?b=1', '/a?b=1', 'h', 'ua', 'GET', 404, '203.0.113.5', '10.0.0.1', undefined]);
    expect(read({ '@stream': 'dns', ts: 1, id_orig_h: '10.0.0.1', answers: ['a', 'b'] }, 'answer')).toEqual(['a', 'b']);
    expect(read({ '@stream': 'dns', ts: 1, id_orig_h: '10.0.0.1' }, 'id.orig_h')).toBe('10.0.0.1');
  });
});

describe('ECS', () => {
  const start = {
    '@timestamp': '2024-04-17T18:30:09.5Z',
    ecs: { version: '8.11.0' },
    event: { id: 'x-1', category: ['process'], type: ['start'], action: 'exec' },
    host: { hostname: 'WEB1.corp.example', os: { type: 'linux' } },
    user: { name: 'www-data' },
    process: {
      pid: 10,
      entity_id: 'opaque',
      executable: '/bin/sh',
      command_line: 'sh -c id',
      parent: { pid: 9, executable: '/usr/sbin/nginx' },
    },
  };
  test('a process start', () => {
    const lens = lensOf(start);
    expect(lens.name).toBe('ecs');
    expect(lens.time(start)).toBe(at);
    expect(lens.nativeId(start)).toBe('x-1');
    expect(lens.origin(start)).toEqual({ product: 'linux', service: undefined, categories: ['process_creation'] });
    expect(
      ['Image', 'CommandLine', 'ParentImage', 'User', 'process.pid', 'OriginalFileName'].map((field) =>
        read(start, field),
      ),
    ).toEqual(['/bin/sh', 'sh -c id', '/usr/sbin/nginx', 'www-data', 10, undefined]);
    expect(lens.activity(start)).toMatchObject({
      kind: 'process_start',
      host: 'web1',
      user: 'www-data',
      process: { key: 'web1|10', pid: '10', image: '/bin/sh', commandLine: 'sh -c id' },
      parent: { key: 'web1|9' },
    });
  });

  test('dotted keys are the same as nested ones', () => {
    const record = {
      '@timestamp': '2024-04-17T18:30:09.5Z',
      'ecs.version': '1',
      'event.category': 'network',
      'event.type': 'connection',
      'host.os.type': 'windows',
      'host.name': 'WS1',
      'process.executable': 'C:\\a.exe',
      'destination.ip': '203.0.113.5',
      'destination.port': '443',
    };
    expect(lensOf(record).origin(record)).toEqual({
      product: 'windows',
      service: undefined,
      categories: ['network_connection', 'firewall'],
    });
    expect([read(record, 'DestinationIp'), read(record, 'Image')]).toEqual(['203.0.113.5', 'C:\\a.exe']);
    expect(lensOf(record).activity(record)).toMatchObject({
      kind: 'network',
      host: 'ws1',
      remoteAddress: '203.0.113.5',
      remotePort: 443,
    });
  });

  test('what a shipper wrapped is found under its own name', () => {
    const record = {
      '@timestamp': '2024-04-17T18:30:09.5Z',
      ecs: { version: '8' },
      event: { dataset: 'zeek.dce_rpc', outcome: 'success' },
      zeek: { operation: 'x' },
    };
    expect(lensOf(record).origin(record)).toMatchObject({ product: 'zeek', service: 'dce_rpc' });
    expect(read(record, 'operation')).toBe('x');
  });
});

describe('Linux', () => {
  test('auditd', () => {
    const record = {
      type: 'EXECVE',
      msg: 'audit(1713378609.500:212): argc=3',
      node: 'Web1.corp.example',
      a0: 'curl',
      a1: '-o',
      a2: '/tmp/x',
      pid: 7,
    };
    const lens = lensOf(record);
    expect(lens.name).toBe('auditd');
    expect(lens.time(record)).toBe(at);
    expect(lens.origin(record)).toMatchObject({ product: 'linux', service: 'auditd' });
    expect(lens.activity(record)).toMatchObject({
      kind: 'process_start',
      host: 'web1',
      action: 'auditd EXECVE',
      process: { key: 'web1|7', pid: '7', image: 'curl', commandLine: 'curl -o /tmp/x' },
    });
    const failed = {
      type: 'USER_LOGIN',
      acct: 'ana',
      addr: '10.0.0.9',
      res: 'failed',
      ses: 1,
      '@timestamp': '2024-04-17T18:30:09.5Z',
    };
    expect(lensOf(failed).activity(failed)).toMatchObject({
      kind: 'logon_failure',
      user: 'ana',
      sourceAddress: '10.0.0.9',
      outcome: 'failure',
    });
  });

  test.each<[string, JsonObject, string, Partial<Activity>]>([
    [
      'accepted',
      {
        timestamp: '2024-04-17T18:30:09.5Z',
        hostname: 'web1',
        program: 'sshd',
        pid: 5,
        facility: 'auth',
        message: 'Accepted publickey for ana from 10.0.0.9 port 50122 ssh2',
      },
      'sshd',
      { kind: 'logon', host: 'web1', user: 'ana', sourceAddress: '10.0.0.9' },
    ],
    [
      'refused',
      {
        timestamp: '2024-04-17T18:30:09.5Z',
        hostname: 'web1',
        appname: 'sshd',
        severity: 'info',
        message: 'Failed password for invalid user admin from 10.0.0.9 port 1',
      },
      'sshd',
      { kind: 'logon_failure', user: 'admin' },
    ],
    [
      'journald, sudo',
      {
        __REALTIME_TIMESTAMP: '1713378609500000',
        _HOSTNAME: 'web1',
        SYSLOG_IDENTIFIER: 'sudo',
        MESSAGE: '     ana : TTY=pts/0 ; PWD=/home ; USER=root ; COMMAND=/bin/cat /etc/shadow',
        PRIORITY: '5',
      },
      'sudo',
      {
        kind: 'process_start',
        user: 'ana',
        targetUser: 'root',
        process: { key: undefined, pid: undefined, image: '/bin/cat', commandLine: '/bin/cat /etc/shadow' },
      },
    ],
    [
      'tag kept whole',
      { timestamp: '2024-04-17T18:30:09.5Z', hostname: 'web1', tag: '/usr/sbin/CRON[77]:', facility: 9, message: 'x' },
      'cron',
      { host: 'web1' },
    ],
    [
      'anything else',
      { timestamp: '2024-04-17T18:30:09.5Z', hostname: 'web1', program: 'dockerd', priority: 6, message: 'x' },
      'syslog',
      { kind: 'other', action: 'dockerd' },
    ],
  ])('syslog: %s', (_name, record, service, activity) => {
    const lens = lensOf(record);
    expect(lens.name).toBe('syslog');
    expect(lens.time(record)).toBe(at);
    expect(lens.origin(record)).toMatchObject({ product: 'linux', service });
    expect(lens.activity(record)).toMatchObject(activity);
  });

  test("sudo's fields are fields", () => {
    const record = {
      hostname: 'web1',
      program: 'sudo',
      facility: 'authpriv',
      message: 'ana : TTY=pts/0 ; PWD=/ ; USER=#-1 ; COMMAND=/bin/id',
    };
    expect([read(record, 'USER'), read(record, 'COMMAND'), read(record, 'PWD')]).toEqual(['#-1', '/bin/id', '/']);
  });
});

test('generic takes the rest and still finds what has a usual name', () => {
  const record = {
    timestamp: '2024-04-17T18:30:09.5Z',
    host: { name: 'APP1.corp.example' },
    user: 'CORP\\Ana',
    src_ip: '10.0.0.9',
    action: 'export',
    a: { b: 1 },
  };
  const lens = lensOf(record);
  expect(lens.name).toBe('generic');
  expect(lens.time(record)).toBe(at);
  expect(lens.origin(record)).toEqual({ product: undefined, service: undefined, categories: [] });
  expect(read(record, 'a.b')).toBe(1);
  expect(lens.activity(record)).toMatchObject({
    kind: 'other',
    host: 'app1',
    user: 'ana',
    sourceAddress: '10.0.0.9',
    action: 'export',
  });
});
