import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { selfSigned } from '../certificate.ts';
import { type Rsyslog, startRsyslog } from '../rsyslog.ts';
import { type Kept, openHouse, receivedAt, type SyslogHouse } from '../syslog-house.ts';

const run = promisify(execFile);
const loopback = { host: '127.0.0.1', port: 0 };
const known = { networks: { '127.0.0.0/8': 'lan' } };
const server = selfSigned('localhost');
const client = selfSigned('device.example');

const LOGGER = '/usr/bin/logger';
const noLogger = existsSync(LOGGER) ? undefined : `no ${LOGGER} (Debian: apt-get install bsdutils)`;
if (noLogger !== undefined) {
  if (process.env.CI === 'true') throw new Error(`${noLogger}; in CI it must be there`);
  console.log(`${noLogger}: util-linux's logger was not tried`);
}

const houses: SyslogHouse[] = [];
const relays: Rsyslog[] = [];
afterEach(async () => {
  for (const relay of relays.splice(0)) await relay.stop();
  for (const house of houses.splice(0)) await house.close();
});

async function open(...args: Parameters<typeof openHouse>): Promise<SyslogHouse> {
  const house = await openHouse(...args);
  houses.push(house);
  return house;
}

const day = new Date(receivedAt).toISOString().slice(0, 10);
const count = 300;
const cef =
  'CEF:0|Acme|Gate|1|42|Connection denied|7|src=10.0.0.1 dst=192.0.2.7 dpt=443 act=deny cs1Label=Rule cs1=no entry';
const leef = 'LEEF:2.0|Acme|Gate|1|DENY|^|src=10.0.0.1^dst=192.0.2.7^dstPort=443^usrName=ana';

/** What goes in: numbered lines of a daemon in both formats, and payloads of each kind. */
const lines = [
  ...Array.from({ length: count }, (_, index) =>
    index % 2 === 0
      ? `<86>${day}T11:59:00.000Z web1 sshd[${100 + index}]: Accepted publickey for ana from 10.0.0.9 port ${index} ssh2`
      : `<86>1 ${day}T11:59:00.000Z web1 sshd ${100 + index} ID47 [origin@32473 n="${index}"] Accepted publickey for ana from 10.0.0.9 port ${index} ssh2`,
  ),
  `<134>Oct 16 11:59:00 fw1 ${cef}`,
  `<134>Oct 16 11:59:00 fw1 ${leef}`,
  `<13>${day}T11:59:00.000Z app1 shop: @cee: {"user":"ana","action":"refund"}`,
];

/** Every line once, each read by the lens it is for. */
function holdAll(kept: readonly Kept[]): void {
  expect(kept).toHaveLength(lines.length);
  expect(new Set(kept.map(({ source }) => source))).toEqual(new Set(['lan']));
  const logons = kept.filter(({ lens }) => lens === 'syslog');
  expect(logons.map(({ record }) => Number(record.procid) - 100).sort((a, b) => a - b)).toEqual(
    Array.from({ length: count }, (_, index) => index),
  );
  for (const { record } of logons) {
    const index = Number(record.procid) - 100;
    expect(record).toMatchObject({
      timestamp: `${day}T11:59:00.000Z`,
      hostname: 'web1',
      program: 'sshd',
      facility: 'authpriv',
      severity: 'info',
      message: `Accepted publickey for ana from 10.0.0.9 port ${index} ssh2`,
    });
  }
  const others = Object.fromEntries(
    kept.filter(({ lens }) => lens !== 'syslog').map(({ lens, record }) => [lens, record]),
  );
  expect(others).toEqual({
    cef: expect.objectContaining({
      cef: expect.objectContaining({ labels: { Rule: 'cs1' }, name: 'Connection denied' }),
    }),
    leef: expect.objectContaining({ leef: expect.objectContaining({ eventId: 'DENY' }) }),
    generic: expect.objectContaining({
      user: 'ana',
      action: 'refund',
      syslog: expect.objectContaining({ hostname: 'app1' }),
    }),
  });
}

const probe = await startRsyslog({ modules: ['lmnsd_ossl'], globals: () => '', actions: () => '' });
const noRsyslog = 'missing' in probe ? probe.missing : undefined;
if ('missing' in probe) console.log(`${probe.missing}: rsyslog was not tried`);
else await probe.stop();

describe.skipIf(noRsyslog !== undefined)('rsyslog', () => {
  async function relay(action: string, globals = '', files: Readonly<Record<string, string>> = {}): Promise<Rsyslog> {
    const started = await startRsyslog({
      modules: [],
      globals: (folder) => {
        for (const [name, content] of Object.entries(files))
          writeFileSync(join(folder, name), content, { mode: 0o600 });
        return globals.replaceAll('FOLDER', folder);
      },
      actions: () => action,
    });
    if ('missing' in started) throw new Error(started.missing);
    relays.push(started);
    return started;
  }

  const to = (house: SyslogHouse, more: string) =>
    `action(type="omfwd" target="127.0.0.1" port="${house.door.tcp?.port ?? house.door.tls?.port ?? house.door.udp?.port}" ${more})`;

  test.each([
    ['newlines, its forwarding format', 'protocol="tcp" template="RSYSLOG_ForwardFormat"'],
    ['octet counts, RFC 5424', 'protocol="tcp" tcp_framing="octet-counted" template="RSYSLOG_SyslogProtocol23Format"'],
  ])('TCP, %s', async (_name, more) => {
    const house = await open(known, { tcp: loopback });
    const rsyslog = await relay(to(house, more));
    await rsyslog.send(lines);
    holdAll(await house.keeps(lines.length));
    expect(house.door.counters.all()).toEqual({});
  });

  test('UDP', async () => {
    const house = await open(known, { udp: loopback });
    const rsyslog = await relay(to(house, 'protocol="udp" template="RSYSLOG_SyslogProtocol23Format"'));
    await rsyslog.send(lines);
    holdAll(await house.keeps(lines.length));
  });

  test('the traditional format has neither year nor zone: they are supplied', async () => {
    const house = await open(known, { tcp: loopback });
    const rsyslog = await relay(to(house, 'protocol="tcp" template="RSYSLOG_TraditionalForwardFormat"'));
    await rsyslog.send(['<38>Oct 16 11:58:59 db1 su[7]: (to root) ana on pts/0']);
    const [kept] = await house.keeps(1);
    expect(kept?.record).toMatchObject({
      timestamp: '2024-10-16T11:58:59.000Z',
      timestamp_written: 'Oct 16 11:58:59',
      hostname: 'db1',
      program: 'su',
      procid: '7',
    });
  });

  const gtls = ['x86_64-linux-gnu/', 'aarch64-linux-gnu/', ''].some((arch) =>
    existsSync(`/usr/lib/${arch}rsyslog/lmnsd_gtls.so`),
  );
  if (!gtls) console.log('no lmnsd_gtls (Debian: apt-get install rsyslog-gnutls): rsyslog was tried with OpenSSL only');

  test.each(gtls ? ['ossl', 'gtls'] : ['ossl'])(
    'TLS by its %s driver, with a certificate that names the source',
    async (driver) => {
      if ('missing' in server || 'missing' in client) {
        console.log('no openssl here: rsyslog over TLS was not tried');
        return;
      }
      const fingerprint = new X509Certificate(client.cert).fingerprint256.replaceAll(':', '').toLowerCase();
      const house = await open({ fingerprints: { [fingerprint]: 'lan' } }, { tls: { ...loopback, ...server } });
      const rsyslog = await relay(
        to(
          house,
          `protocol="tcp" StreamDriver="${driver}" StreamDriverMode="1" StreamDriverAuthMode="x509/name"
        StreamDriverPermittedPeers="localhost" tcp_framing="octet-counted" template="RSYSLOG_SyslogProtocol23Format"`,
        ),
        `global(DefaultNetstreamDriver="${driver}" DefaultNetstreamDriverCAFile="FOLDER/server.pem"
        DefaultNetstreamDriverCertFile="FOLDER/client.pem" DefaultNetstreamDriverKeyFile="FOLDER/client.key")`,
        { 'server.pem': server.cert, 'client.pem': client.cert, 'client.key': client.key },
      );
      await rsyslog.send(lines);
      holdAll(
        await house.keeps(lines.length).catch((error: unknown) => {
          throw new Error(
            `${String(error)}; ${JSON.stringify(house.door.counters.all())}; rsyslog says ${rsyslog.said()}`,
          );
        }),
      );
    },
  );
});

describe.skipIf(noLogger !== undefined)("util-linux's logger", () => {
  const secret = `bws_${'l'.repeat(43)}`;

  test.each([
    ['tcp', ['--rfc5424'], 'rfc5424'],
    ['tcp', ['--rfc5424', '--octet-count'], 'rfc5424'],
    ['tcp', ['--rfc3164'], 'rfc3164'],
    ['tcp', ['--rfc3164', '--octet-count'], 'rfc3164'],
    ['udp', ['--rfc5424'], 'rfc5424'],
    ['udp', ['--rfc3164'], 'rfc3164'],
  ] as const)('%s %j', async (kind, options, format) => {
    const house = await open(known, { [kind]: loopback });
    const port = String(house.door[kind]?.port);
    const base = [
      `--${kind}`,
      '--server',
      '127.0.0.1',
      '--port',
      port,
      '--tag',
      'shop',
      '--id=4242',
      '-p',
      'auth.warning',
    ];
    await run(LOGGER, [...base, ...options, 'the tills are shut — ü']);
    const [kept, ...more] = await house.keeps(1);
    expect(more).toEqual([]);
    expect(kept).toMatchObject({
      source: 'lan',
      lens: 'syslog',
      record: { syslog_format: format, program: 'shop', procid: '4242', facility: 'auth', severity: 'warning' },
    });
    expect(kept?.record.message).toBe('the tills are shut — ü');
  });

  test('structured data, and a token in it that names the source and is not kept', async () => {
    const house = await open({ tokens: { [secret]: 'shop' } }, { tcp: loopback });
    const where = [
      '--tcp',
      '--server',
      '127.0.0.1',
      '--port',
      String(house.door.tcp?.port),
      '--rfc5424',
      '--octet-count',
    ];
    const token = ['--msgid', 'TILL', '--sd-id', 'bridgewatch@32473', '--sd-param', `token="${secret}"`];
    const own = ['--sd-id', 'shop@32473', '--sd-param', 'till="7"', '--sd-param', 'by="an \\"a"'];
    await run(LOGGER, [...where, ...token, ...own, 'shut']);
    const [kept] = await house.keeps(1);
    expect(kept?.source).toBe('shop');
    expect(kept?.record).toMatchObject({
      msgid: 'TILL',
      structured: { 'shop@32473': { till: '7', by: 'an "a' } },
      message: 'shut',
    });
    expect(kept?.record.structured).not.toHaveProperty('bridgewatch@32473');
    expect(JSON.stringify(kept)).not.toContain(secret);
  });
});
