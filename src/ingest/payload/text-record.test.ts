import { describe, expect, test } from 'vitest';
import type { Activity } from '../../contracts/event.ts';
import { lensOf, partitionKey } from '../../lenses/index.ts';
import { decodeText } from './decode-text.ts';
import { readText, textRecord } from './text-record.ts';

const received = Date.UTC(2024, 9, 11, 22, 15);
const peer = '192.0.2.9';
const read = (text: string, at = received) => textRecord(text, at, peer);

describe('RFC 5424', () => {
  test('the header, structured data with its escapes, a message without its byte order mark', () => {
    expect(
      read(
        '<165>1 2003-10-11T22:14:15.003-07:00 mymachine.example.com evntslog 8710 ID47 ' +
          '[exampleSDID@32473 iut="3" eventSource="App\\"li\\]ca\\\\tion\\n"][other@1 a="b" a="c"] \uFEFFAn application event ü',
      ),
    ).toEqual({
      syslog_format: 'rfc5424',
      priority: 165,
      facility: 'local4',
      severity: 'notice',
      timestamp: '2003-10-12T05:14:15.003Z',
      hostname: 'mymachine.example.com',
      program: 'evntslog',
      procid: '8710',
      msgid: 'ID47',
      structured: {
        'exampleSDID@32473': { iut: '3', eventSource: 'App"li]ca\\tion\\n' },
        'other@1': { a: ['b', 'c'] },
      },
      peer,
      message: 'An application event ü',
    });
  });

  test('nil values are absent; the peer stands in for the host', () => {
    expect(read('<0>1 - - - - - -')).toEqual({
      syslog_format: 'rfc5424',
      priority: 0,
      facility: 'kern',
      severity: 'emerg',
      hostname: peer,
      peer,
      message: '',
    });
  });

  test('structured data that is broken stays in the message', () => {
    const record = read('<13>1 2024-10-11T22:14:15Z h a - - [x y="z] hello');
    expect(record).toMatchObject({ syslog_format: 'rfc5424', program: 'a', message: '[x y="z] hello' });
  });

  test('a name that every object inherits is a name', () => {
    const record = read('<13>1 - h a - - [__proto__ __proto__="x"][constructor a="b"] m');
    expect(JSON.stringify(record.structured)).toBe('{"__proto__":{"__proto__":"x"},"constructor":{"a":"b"}}');
    expect(({} as { a?: unknown }).a).toBeUndefined();
  });
});

describe('RFC 3164, as it is met', () => {
  test.each<[string, string, object]>([
    [
      'by the book',
      "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
      {
        facility: 'auth',
        severity: 'crit',
        timestamp: '2024-10-11T22:14:15.000Z',
        timestamp_written: 'Oct 11 22:14:15',
        hostname: 'mymachine',
        program: 'su',
        message: "'su root' failed for lonvick on /dev/pts/8",
      },
    ],
    [
      'no priority',
      'Oct  1 02:03:04 web1 sshd[42]: x: y',
      { hostname: 'web1', program: 'sshd', procid: '42', message: 'x: y' },
    ],
    ['host missing', '<86>Oct 11 22:14:15 sshd[42]: hello', { hostname: peer, program: 'sshd', message: 'hello' }],
    ['time and host missing', '<86>sshd[42]: hello', { hostname: peer, program: 'sshd', message: 'hello' }],
    ['time missing, month-like word', '<86>sshd: May not', { hostname: peer, program: 'sshd', message: 'May not' }],
    ['only a priority', '<14>hello world', { hostname: peer, message: 'hello world', priority: 14 }],
    ['tag missing', '<14>Oct 11 22:14:15 fw1 hello world', { hostname: 'fw1', message: 'hello world' }],
    ['IPv6 host', '<14>Oct 11 22:14:15 2001:db8::1 app: m', { hostname: '2001:db8::1', program: 'app', message: 'm' }],
    [
      'host in capitals',
      '<14>Oct 11 22:14:15 MAIL app: m',
      { hostname: 'MAIL', program: 'app', timestamp: '2024-10-11T22:14:15.000Z' },
    ],
    ['path tag', '<14>Oct 11 22:14:15 h postfix/smtpd[7]: m', { program: 'postfix/smtpd', procid: '7' }],
    ['pam tag', '<14>Oct 11 22:14:15 h su(pam_unix)[7]: m', { program: 'su(pam_unix)', procid: '7' }],
    [
      'ISO time, as rsyslog forwards',
      '<86>2024-10-11T22:14:15.123456+02:00 web1 sudo:   ana : x',
      { timestamp: '2024-10-11T20:14:15.123Z', hostname: 'web1', program: 'sudo', message: '  ana : x' },
    ],
    [
      'ISO time without priority, as in /var/log/syslog',
      '2024-10-11T22:14:15.123456+02:00 web1 cron[9]: m',
      { timestamp: '2024-10-11T20:14:15.123Z', hostname: 'web1', program: 'cron', procid: '9' },
    ],
    [
      'year after',
      '<13>Oct 11 22:14:15 2019 h a: m',
      { timestamp: '2019-10-11T22:14:15.000Z', hostname: 'h', program: 'a' },
    ],
    [
      'Cisco IOS',
      '<189>123: core1: *Mar  1 18:46:11.123 UTC: %SYS-5-CONFIG_I: Configured from console by vty2',
      {
        timestamp: '2024-03-01T18:46:11.123Z',
        hostname: 'core1',
        program: '%SYS-5-CONFIG_I',
        message: 'Configured from console by vty2',
      },
    ],
    [
      'Cisco IOS without a time',
      '<187>45: %LINK-3-UPDOWN: x',
      { hostname: peer, program: '%LINK-3-UPDOWN', message: 'x' },
    ],
    [
      'Cisco ASA',
      '<166>Oct 11 2023 22:14:15 fw1 : %ASA-6-302013: Built outbound TCP',
      {
        timestamp: '2023-10-11T22:14:15.000Z',
        hostname: 'fw1',
        program: '%ASA-6-302013',
        message: 'Built outbound TCP',
      },
    ],
    ['Cisco ASA, bare', '<166>%ASA-6-302013: Built', { hostname: peer, program: '%ASA-6-302013', message: 'Built' }],
    [
      'Cisco, host missing',
      '<166>Oct 11 2023 22:14:15: %ASA-6-1: m',
      { hostname: peer, program: '%ASA-6-1', message: 'm' },
    ],
  ])('%s', (_name, text, expected) => {
    const record = read(text);
    expect(record).toMatchObject({ syslog_format: 'rfc3164', ...expected });
    expect(lensOf(record).name).toBe('syslog');
  });

  test.each([
    ['Dec 31 23:59:59', '2025-01-01T00:00:10Z', '2024-12-31T23:59:59.000Z'],
    ['Jan  1 00:00:05', '2024-12-31T23:59:58Z', '2025-01-01T00:00:05.000Z'],
    ['Jan  1 13:00:00', '2024-12-31T23:00:00Z', '2025-01-01T13:00:00.000Z'],
    ['Mar  5 00:00:00', '2024-11-01T00:00:00Z', '2024-03-05T00:00:00.000Z'],
    ['Nov  5 00:00:00', '2024-11-01T00:00:00Z', '2023-11-05T00:00:00.000Z'],
    ['Feb 29 10:00:00', '2027-02-01T00:00:00Z', '2024-02-29T10:00:00.000Z'],
  ])('%s received at %s is %s', (written, at, expected) => {
    expect(read(`<13>${written} h a: m`, Date.parse(at)).timestamp).toBe(expected);
  });

  test('a zone given for the source holds where the text names none', () => {
    const record = textRecord('<13>Oct 11 22:14:15 h a: m', received, peer, 2 * 3_600_000);
    expect(record.timestamp).toBe('2024-10-11T20:14:15.000Z');
    const zoned = textRecord('<13>2024-10-11T22:14:15+01:00 h a: m', received, peer, 2 * 3_600_000);
    expect(zoned.timestamp).toBe('2024-10-11T21:14:15.000Z');
  });

  test.each(['plain words', '2024-10-11T22:14:15Z ERROR db: gone', '2024-10-11 22:14:15 started', '', '<999>x', '<13'])(
    'no syslog: %j',
    (text) => {
      expect(textRecord(text, received)).toEqual({ message: text });
      expect(read(text)).toEqual({ message: text, hostname: peer, peer });
    },
  );
});

describe('CEF', () => {
  const text =
    'CEF:0|Security\\|Co|Threat \\\\ Manager|1.0|100|worm \\| stopped|10|src=10.0.0.1 dst=2.1.2.2 spt=1232 dpt=443 ' +
    'act=blocked suser=CORP\\\\Ana cs1Label=Rule Name cs1=No worms = good request=http://x.example/?a=1&b=2 msg=two\\nlines a\\=b  cn1=5 dvchost=EDGE1.corp';

  test('header and extension unescaped, a value with blanks and equals signs, labels', () => {
    expect(read(`<134>Oct 11 22:14:15 relay ${text}`)).toEqual({
      cef: {
        version: 0,
        deviceVendor: 'Security|Co',
        deviceProduct: 'Threat \\ Manager',
        deviceVersion: '1.0',
        deviceEventClassId: '100',
        name: 'worm | stopped',
        severity: '10',
        extension: {
          src: '10.0.0.1',
          dst: '2.1.2.2',
          spt: '1232',
          dpt: '443',
          act: 'blocked',
          suser: 'CORP\\Ana',
          cs1Label: 'Rule Name',
          cs1: 'No worms = good',
          request: 'http://x.example/?a=1&b=2',
          msg: 'two\nlines a=b ',
          cn1: '5',
          dvchost: 'EDGE1.corp',
        },
        labels: { 'Rule Name': 'cs1' },
      },
      syslog: expect.objectContaining({ hostname: 'relay', timestamp: '2024-10-11T22:14:15.000Z', facility: 'local0' }),
    });
  });

  test('the lens reads keys, full names, labels, header and path; and the activity', () => {
    const record = read(`<134>Oct 11 22:14:15 relay ${text}`);
    const lens = lensOf(record);
    expect(lens.name).toBe('cef');
    const field = (name: string) => lens.reader(name)(record);
    expect(['src', 'sourceAddress', 'src_ip', 'Rule Name', 'deviceVendor', 'syslog.hostname'].map(field)).toEqual([
      '10.0.0.1',
      '10.0.0.1',
      '10.0.0.1',
      'No worms = good',
      'Security|Co',
      'relay',
    ]);
    expect(field('nothing')).toBeUndefined();
    expect(lens.origin(record)).toEqual({
      product: 'security_co',
      service: 'threat_manager',
      categories: ['firewall'],
    });
    expect(lens.time(record)).toBe(Date.UTC(2024, 9, 11, 22, 14, 15));
    expect(lens.activity(record)).toMatchObject({
      kind: 'network',
      host: 'edge1',
      user: 'ana',
      sourceAddress: '10.0.0.1',
      remoteAddress: '2.1.2.2',
      remotePort: 443,
      domain: 'x.example',
      action: 'worm | stopped',
      outcome: 'failure',
    } satisfies Partial<Activity>);
    expect(partitionKey(record)).toBe('relay');
  });

  test.each([
    ['bare', 'CEF:1|a|b|c|d|e|5|rt=1728684855123 src=1.1.1.1', Date.UTC(2024, 9, 11, 22, 14, 15, 123)],
    ['month', '<13>CEF:0|a|b|c|d|e|5|rt=Oct 11 2024 22:14:15.123 UTC', Date.UTC(2024, 9, 11, 22, 14, 15, 123)],
    ['in 5424', '<13>1 2024-10-11T22:14:15Z h app - - - CEF:0|a|b|c|d|e|5|', Date.UTC(2024, 9, 11, 22, 14, 15)],
    [
      'taken for a tag by a relay',
      '<134>1 2024-10-11T22:14:15Z h CEF - - -  0|a|b|c|d|e|5|',
      Date.UTC(2024, 9, 11, 22, 14, 15),
    ],
    ['no extension', '<13>Oct 11 22:14:15 h CEF: 0|a|b|c|d|e|5', Date.UTC(2024, 9, 11, 22, 14, 15)],
  ])('%s', (_name, line, at) => {
    const record = read(line);
    expect(lensOf(record).name).toBe('cef');
    expect(lensOf(record).time(record)).toBe(at);
  });

  test('the first of two values of a key stands', () => {
    const { cef } = read('CEF:0|a|b|c|d|e|5|suser=ana msg=x suser=eve suser=bob') as { cef: object };
    expect(cef).toMatchObject({ extension: { suser: 'ana' }, repeated: { suser: ['eve', 'bob'] } });
  });

  test('a header too short, and a user name that looks like an event, are messages', () => {
    expect(read('<13>Oct 11 22:14:15 h CEF:0|a|b')).toMatchObject({ message: 'CEF:0|a|b', hostname: 'h' });
    const record = read('<86>Oct 11 22:14:15 h sshd[1]: Failed password for CEF:0|a|b|c|d|e|5| from 10.0.0.1 port 1');
    expect(lensOf(record).activity(record)).toMatchObject({ kind: 'logon_failure', sourceAddress: '10.0.0.1' });
  });

  test('a logon is one', () => {
    const record = read('CEF:0|a|b|c|d|User login failed|5|suser=ana src=10.0.0.1 outcome=failure');
    expect(lensOf(record).activity(record)).toMatchObject({ kind: 'logon_failure', user: 'ana', outcome: 'failure' });
  });
});

describe('LEEF', () => {
  const attributes = {
    devTime: '1728684855123',
    src: '10.0.0.1',
    dst: '2.1.2.2',
    dstPort: '80',
    usrName: 'ana',
    cat: 'Deny',
  };
  const joined = (by: string) =>
    Object.entries(attributes)
      .map(([key, value]) => `${key}=${value}`)
      .join(by);

  test.each([
    ['1.0', `LEEF:1.0|IBM|QRadar|7|DENY|${joined('\t')}`, '1.0'],
    ['1.0 through a relay that escapes', `LEEF:1.0|IBM|QRadar|7|DENY|${joined('#011')}`, '1.0'],
    ['2.0, ^', `LEEF:2.0|IBM|QRadar|7|DENY|^|${joined('^')}`, '2.0'],
    ['2.0, x5E', `LEEF:2.0|IBM|QRadar|7|DENY|x5E|${joined('^')}`, '2.0'],
    ['2.0, 0x00A6', `LEEF:2.0|IBM|QRadar|7|DENY|0x00A6|${joined('¦')}`, '2.0'],
    ['2.0, empty', `LEEF:2.0|IBM|QRadar|7|DENY||${joined('\t')}`, '2.0'],
    ['2.0, left out', `LEEF:2.0|IBM|QRadar|7|DENY|${joined('\t')}`, '2.0'],
  ])('%s', (_name, text, version) => {
    const record = read(`<13>Oct 11 22:14:15 fw9 ${text}`);
    expect(record.leef).toEqual({
      version,
      vendor: 'IBM',
      product: 'QRadar',
      productVersion: '7',
      eventId: 'DENY',
      attributes,
    });
    const lens = lensOf(record);
    expect(lens.name).toBe('leef');
    expect(lens.time(record)).toBe(1_728_684_855_123);
    expect(['usrName', 'eventId', 'dst_port'].map((name) => lens.reader(name)(record))).toEqual(['ana', 'DENY', '80']);
    expect(lens.activity(record)).toMatchObject({
      kind: 'network',
      host: 'fw9',
      user: 'ana',
      sourceAddress: '10.0.0.1',
      remoteAddress: '2.1.2.2',
      remotePort: 80,
      outcome: 'failure',
    } satisfies Partial<Activity>);
  });
});

describe('JSON and audit records in the message', () => {
  test.each([
    ['@cee', '<13>Oct 11 22:14:15 h app[1]: @cee: {"a":1,"user":"ana"}'],
    ['@cee without a tag', '<13>Oct 11 22:14:15 h @cee:{"a":1,"user":"ana"}'],
    ['an object', '<13>1 2024-10-11T22:14:15Z h app 1 - - {"a":1,"user":"ana"}'],
  ])('%s: the object is the record, with the header beside it', (_name, text) => {
    const record = read(text);
    expect(record).toMatchObject({
      a: 1,
      user: 'ana',
      syslog: { hostname: 'h', timestamp: '2024-10-11T22:14:15.000Z' },
    });
    const lens = lensOf(record);
    expect(lens.time(record)).toBe(Date.UTC(2024, 9, 11, 22, 14, 15));
    expect(lens.activity(record)).toMatchObject({ host: 'h', user: 'ana' });
  });

  test('a shape that a lens knows is read by it; a member called syslog is kept', () => {
    const record = read('<13>Oct 11 22:14:15 h f: {"_path":"conn","ts":1,"id.orig_h":"1.1.1.1","syslog":{"own":1}}');
    expect(lensOf(record).name).toBe('zeek');
    expect(record).toMatchObject({ syslog: { own: 1 }, syslog_header: { hostname: 'h' } });
  });

  test('what is nested too deep, or no object, is a message', () => {
    const deep = `${'{"a":'.repeat(500)}1${'}'.repeat(500)}`;
    for (const text of [deep, '[1]', '{"a":1} and more', '{a}'])
      expect(read(`<13>Oct 11 22:14:15 h a: ${text}`).message).toBe(text);
  });

  test('an audit record: fields without quotes, hex decoded, nested fields beside', () => {
    const record = read(
      '<13>Oct 11 22:14:15 web1 audispd: type=EXECVE msg=audit(1713378609.500:7): argc=2 a0="sh" a1=2F746D702F6120622E7368\u001DAUID="ana"',
    );
    expect(record).toMatchObject({ type: 'EXECVE', a0: 'sh', a1: '/tmp/a b.sh', AUID: 'ana', node: 'web1' });
    expect(lensOf(record).name).toBe('auditd');
    expect(lensOf(record).activity(record)).toMatchObject({
      kind: 'process_start',
      host: 'web1',
      user: 'ana',
      process: { commandLine: 'sh /tmp/a b.sh' },
    });
    const login = read(
      `node=db2 type=USER_LOGIN msg=audit(1713378609.500:8): pid=1 auid=4294967295 msg='op=login acct="bob" exe="/usr/sbin/sshd" hostname=? addr=10.0.0.9 res=failed'`,
    );
    expect(lensOf(login).activity(login)).toMatchObject({
      kind: 'logon_failure',
      host: 'db2',
      user: 'bob',
      sourceAddress: '10.0.0.9',
    });
    expect(partitionKey(login)).toBe('db2');
    const call = read(
      '<13>Oct 11 22:14:15 h audispd: type=SYSCALL msg=audit(1713378609.500:9): syscall=59 a0=55D8AABB exe="/bin/x"',
    );
    expect(call).toMatchObject({ a0: '55D8AABB', exe: '/bin/x' });
  });
});

describe('messages of daemons', () => {
  test.each<[string, Partial<Activity>]>([
    [
      'sshd-session[5]: Accepted publickey for ana from 10.0.0.9 port 1 ssh2',
      { kind: 'logon', user: 'ana', sourceAddress: '10.0.0.9' },
    ],
    ['sshd[5]: Invalid user oracle from 10.0.0.9 port 1', { kind: 'logon_failure', user: 'oracle' }],
    [
      'sshd[5]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=10.0.0.9  user=root',
      { kind: 'logon_failure', user: 'root', sourceAddress: '10.0.0.9' },
    ],
    ['su[5]: (to root) ana on pts/0', { kind: 'logon', user: 'ana', targetUser: 'root', outcome: 'success' }],
    ['su[5]: FAILED SU (to root) ana on pts/0', { kind: 'logon_failure', user: 'ana', targetUser: 'root' }],
    [
      'CRON[5]: (root) CMD (/usr/bin/env x (y))',
      { kind: 'process_start', user: 'root', process: expect.objectContaining({ commandLine: '/usr/bin/env x (y)' }) },
    ],
    ['crontab[5]: (ana) REPLACE (root)', { kind: 'task', user: 'ana', object: 'root' }],
    [
      'sudo: ana : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh -c id ; USER=bob ; COMMAND=/bin/ls',
      {
        kind: 'process_start',
        user: 'ana',
        targetUser: 'root',
        process: expect.objectContaining({ image: '/bin/sh' }),
      },
    ],
    [
      'sudo: eve : user NOT in sudoers ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh',
      { kind: 'logon_failure', user: 'eve', outcome: 'failure' },
    ],
    ['useradd[5]: new user: name=mallory, UID=1001, GID=1001', { kind: 'account_change', targetUser: 'mallory' }],
    ['app[5]: Accepted password for eve from 10.0.0.9 port 1', { kind: 'other', user: undefined }],
  ])('%s', (text, expected) => {
    const record = read(`<86>Oct 11 22:14:15 web1 ${text}`);
    expect(lensOf(record).activity(record)).toMatchObject({ host: 'web1', ...expected });
  });

  test("Cisco's facility is the service", () => {
    const record = read('<189>1: Oct 11 22:14:15: %PARSER-5-CFGLOG_LOGGEDCMD: User:ana logged command:no logging');
    expect(lensOf(record).origin(record)).toEqual({ product: 'cisco', service: 'aaa', categories: [] });
  });
});

describe('the token', () => {
  test('is taken out of what is kept, wherever it stands', () => {
    const secret = 'bw_s3cret';
    const said = readText(
      `<13>1 - h a - - [x@1 a="b"][bridgewatch@32473 token="${secret}"] m [bridgewatch@32473 token="${secret}"]`,
      received,
      peer,
      0,
    );
    expect(said.token).toBe(secret);
    expect(said.record.structured).toEqual({ 'x@1': { a: 'b' } });
    expect(JSON.stringify(said.record)).not.toContain(secret);
    for (const text of [
      `<13>1 - h a - - [bridgewatch@32473 token="${secret}" m`,
      `<13>Oct 11 22:14:15 h a: [bridgewatch@32473 token="${secret}"]`,
      `[bridgewatch@32473 token="${secret}"]`,
    ]) {
      const { record, token } = readText(text, received, peer, 0);
      expect(token).toBeUndefined();
      expect(JSON.stringify(record)).not.toContain(secret);
    }
  });
});

describe('bytes', () => {
  test.each<[string, Buffer, string]>([
    ['UTF-8', Buffer.from('é\n'), 'é'],
    ['Latin-1', Buffer.from('caf\xe9', 'latin1'), 'café'],
    ['one bad byte among UTF-8', Buffer.concat([Buffer.from('é'), Buffer.from([0xff]), Buffer.from('a')]), 'é\uFFFDa'],
    ['NULs around and inside', Buffer.from('\0a\0b\r\n\0'), 'a\uFFFDb'],
    ['nothing', Buffer.from('\r\n'), ''],
  ])('%s', (_name, bytes, text) => {
    expect(decodeText(bytes)).toBe(text);
  });
});
