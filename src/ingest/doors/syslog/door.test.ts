import { X509Certificate } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { selfSigned } from '../../../../test/certificate.ts';
import { MemoryLog } from '../../../../test/support/memory-log.ts';
import { openHouse, type SyslogHouse, until } from '../../../../test/syslog-house.ts';

const loopback = { host: '127.0.0.1', port: 0 };
const local = { networks: { '127.0.0.0/8': 'fw' } };
const server = selfSigned('syslog.example');
const client = selfSigned('device.example');
const certificates = 'missing' in server || 'missing' in client ? undefined : { server, client };
if (certificates === undefined) console.log('no openssl here: the TLS listener was not tried');

const houses: SyslogHouse[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const house of houses.splice(0)) await house.close();
});

async function open(...args: Parameters<typeof openHouse>): Promise<SyslogHouse> {
  const house = await openHouse(...args);
  houses.push(house);
  return house;
}

async function dial({ door }: SyslogHouse): Promise<Socket> {
  const socket = connect(door.tcp?.port ?? 0, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

async function dialTls({ door }: SyslogHouse, shown?: { key: string; cert: string }): Promise<Socket> {
  const socket = connectTls({ port: door.tls?.port ?? 0, host: '127.0.0.1', rejectUnauthorized: false, ...shown });
  sockets.push(socket);
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  return socket;
}

const messages = (house: SyslogHouse) => house.kept().map(({ record }) => record.message);
const line = (text: string) => `<13>Oct 16 11:59:00 h app: ${text}`;

describe('streams', () => {
  test('both framings, in order; the last line needs no end; everything read is kept after a clean close', async () => {
    const house = await open(local, { tcp: loopback });
    const socket = await dial(house);
    socket.end(`${line('one')}\n${line('two\nthree').length} ${line('two\nthree')}${line('four')}\n${line('five')}`);
    await house.keeps(4);
    expect(messages(house)).toEqual(['one', 'two\nthree', 'four', 'five']);
    expect(house.kept()[0]).toMatchObject({ source: 'fw', door: 'syslog', lens: 'syslog', record: { hostname: 'h' } });
    await until(() => house.door.counters.open === 0);
    expect(house.door.counters.all()).toEqual({});
    expect(house.intake.counters.of({ tenant: 't', id: 'fw' })?.received).toBe(4);
  });

  test('what arrives together goes out together; equal lines are each an event', async () => {
    const log = new MemoryLog();
    const house = await open(local, { tcp: loopback }, { log });
    const socket = await dial(house);
    socket.end(`${line('again')}\n`.repeat(5000));
    const kept = await house.keeps(5000);
    expect(new Set(kept.map(({ id }) => id)).size).toBe(5000);
    expect(log.appended.length).toBeLessThan(100);
  });

  test('a long message is cut, kept, marked and counted', async () => {
    const house = await open(local, { tcp: loopback, limits: { messageBytes: 100 } });
    const socket = await dial(house);
    socket.end(`${line('x'.repeat(5000))}\n${line('next')}\n`);
    const kept = await house.keeps(2);
    expect(kept[0]?.record).toMatchObject({ syslog_truncated: true, hostname: 'h' });
    expect(kept[1]?.record.message).toBe('next');
    expect(house.door.counters.all()).toEqual({ SYSLOG_MESSAGE_CUT: 1 });
  });

  test('bytes that are no text, and NULs', async () => {
    const house = await open(local, { tcp: loopback });
    const socket = await dial(house);
    socket.end(Buffer.concat([Buffer.from(line('a')), Buffer.from([0xff, 0, 0xc3, 0x28, 0]), Buffer.from('\n\0\0\n')]));
    expect((await house.keeps(1))[0]?.record.message).toBe('aÿ\uFFFDÃ(');
    expect(house.kept()).toHaveLength(1);
  });

  test.each([
    ['a count larger than what was sent', `90 ${line('short')}`, 'SYSLOG_MESSAGE_UNFINISHED'],
    ['a count beyond any message', `${line('a')}\n999999999 ${line('b')}`, 'SYSLOG_FRAME_INVALID'],
  ])('%s: what came is kept, the lie is counted', async (_name, sent, code) => {
    const house = await open(local, { tcp: loopback });
    const socket = await dial(house);
    socket.end(sent);
    await house.keeps(1);
    await until(() => house.door.counters.of(code as never) === 1);
    expect(house.kept()).toHaveLength(1);
  });

  test('a message that stalls: closed in time, what came is kept and marked', async () => {
    const house = await open(local, { tcp: loopback, limits: { frameMs: 150 } });
    const socket = await dial(house);
    socket.write(`${line('whole')}\n${line('hal')}`);
    await once(socket, 'close');
    const kept = await house.keeps(2);
    expect(kept.map(({ record }) => [record.message, record.syslog_truncated])).toEqual([
      ['whole', undefined],
      ['hal', true],
    ]);
    expect(house.door.counters.of('SYSLOG_STALLED')).toBe(1);
  });

  test('a silent connection is closed in time', async () => {
    const house = await open(local, { tcp: loopback, limits: { idleMs: 100 } });
    const socket = await dial(house);
    socket.write(`${line('a')}\n`);
    await once(socket, 'close');
    expect(house.door.counters.all()).toEqual({ SYSLOG_IDLE: 1 });
    await house.keeps(1);
  });

  test('connections are bounded, in all and by address; a place that is given back can be taken', async () => {
    const house = await open(local, { tcp: loopback, limits: { connectionsPerAddress: 2 } });
    const first = await dial(house);
    await dial(house);
    const third = await dial(house);
    await once(third, 'close');
    expect(house.door.counters.of('SYSLOG_TOO_MANY_CONNECTIONS')).toBe(1);
    first.destroy();
    await until(() => house.door.counters.open === 1);
    const fourth = await dial(house);
    fourth.end(`${line('in')}\n`);
    await house.keeps(1);
  });
});

/** A log that takes nothing until it is opened, or fails as often as told. */
class SlowLog extends MemoryLog {
  readonly opened = Promise.withResolvers<void>();
  failures = 0;
  asked = 0;
  override async append(batches: Parameters<MemoryLog['append']>[0]): Promise<void> {
    this.asked += 1;
    await this.opened.promise;
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error('no space left on device');
    }
    await super.append(batches);
  }
}

describe('when events become durable slowly', () => {
  test('the stream is not read from; nothing is lost, memory is bounded', async () => {
    const log = new SlowLog();
    log.failures = 3;
    const house = await open(local, { tcp: loopback, limits: { windowBytes: 20_000 } }, { log, pendingBytes: 30_000 });
    const socket = await dial(house);
    const sent = Array.from({ length: 20_000 }, (_, index) => `${line(`${index} ${'x'.repeat(1000)}`)}\n`).join('');
    socket.end(sent);
    await until(() => (house.intake.counters.of({ tenant: 't', id: 'fw' })?.slowed ?? 0) > 0);
    // The sender cannot get rid of it all: the door has stopped reading.
    expect(socket.writableLength).toBeGreaterThan(0);
    log.opened.resolve();
    await house.keeps(20_000);
    const numbers = new Set(messages(house).map((text) => String(text).split(' ')[0]));
    expect([numbers.size, house.kept().length]).toEqual([20_000, 20_000]);
    expect(house.door.counters.of('SYSLOG_APPEND_FAILED')).toBe(3);
  });

  test('datagrams are dropped, and counted', async () => {
    const log = new SlowLog();
    const house = await open(local, { udp: loopback }, { log, pendingBytes: 100 });
    const socket = createSocket('udp4');
    const send = (text: string) =>
      new Promise((resolve) => socket.send(text, house.door.udp?.port ?? 0, '127.0.0.1', resolve));
    await send(line('x'.repeat(200)));
    await until(() => house.intake.busy);
    await send(line('too fast'));
    await until(() => house.door.counters.of('SYSLOG_DATAGRAM_DROPPED') === 1);
    expect(house.intake.counters.of({ tenant: 't', id: 'fw' })?.rejected).toEqual({ SYSLOG_DATAGRAM_DROPPED: 1 });
    log.opened.resolve();
    await house.keeps(1);
    socket.close();
  });

  test.each([true, false])(
    'a stop waits for what was read, and no longer than it may (the log answers: %s)',
    async (answers) => {
      const log = new SlowLog();
      const house = await openHouse(local, { tcp: loopback, limits: { closeMs: answers ? 10_000 : 50 } }, { log });
      const socket = await dial(house);
      socket.write(`${line('a')}\n`);
      await until(() => log.asked === 1);
      const closing = house.close();
      if (answers) log.opened.resolve();
      await closing;
      expect(house.kept()).toHaveLength(answers ? 1 : 0);
      expect(house.door.counters.of('SYSLOG_LOST_AT_STOP')).toBe(answers ? 0 : 1);
      await expect(once(connect(house.door.tcp?.port ?? 0, '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED');
    },
  );
});

describe('who may send', () => {
  const secret = `bws_${'s'.repeat(43)}`;
  const named = `<13>1 2024-10-16T11:59:00Z h app - - [bridgewatch@32473 token="${secret}"] hello`;

  test('a stranger is closed and not kept; one that never speaks too', async () => {
    const house = await open({}, { tcp: loopback, limits: { introductionMs: 150 } });
    const speaks = await dial(house);
    speaks.write(`${line('a')}\n${line('b')}\n`);
    await once(speaks, 'close');
    expect(house.door.counters.all()).toEqual({ SYSLOG_PEER_UNKNOWN: 1 });
    const silent = await dial(house);
    await once(silent, 'close');
    expect(house.door.counters.all()).toEqual({ SYSLOG_PEER_UNKNOWN: 1, SYSLOG_IDLE: 1 });
    expect(house.kept()).toEqual([]);
  });

  test('a token names the source, also of a known peer, and is not kept; a wrong one is nobody', async () => {
    const house = await open({ ...local, tokens: { [secret]: 'app' } }, { tcp: loopback, udp: loopback });
    const socket = await dial(house);
    socket.write(`${named}\n${line('mine')}\n`);
    const kept = await house.keeps(2);
    expect(kept.map(({ source }) => source).sort()).toEqual(['app', 'fw']);
    expect(JSON.stringify(kept)).not.toContain(secret);
    socket.write(`${named.replace(secret, 'guess')}\n${line('behind')}\n`);
    await once(socket, 'close');
    expect(house.door.counters.all()).toEqual({ SYSLOG_TOKEN_UNKNOWN: 1 });
    expect(house.kept()).toHaveLength(2);
    const datagrams = createSocket('udp4');
    datagrams.send(named, house.door.udp?.port ?? 0, '127.0.0.1');
    expect((await house.keeps(3))[2]?.source).toBe('app');
    datagrams.close();
  });

  test('a source that ends is closed to who is connected', async () => {
    let known: object = local;
    const house = await open(() => known, { tcp: loopback });
    const socket = await dial(house);
    socket.write(`${line('a')}\n`);
    await house.keeps(1);
    known = {};
    socket.write(`${line('b')}\n`);
    await once(socket, 'close');
    expect(house.kept()).toHaveLength(1);
  });

  test.each(['tcp', 'udp'] as const)(
    '%s in clear beyond loopback only where it is said and the peers are named',
    async (kind) => {
      const refused = (listen: object) =>
        expect(openHouse({}, { [kind]: { ...loopback, host: '0.0.0.0', ...listen } })).rejects;
      await refused({}).toThrow(expect.objectContaining({ code: 'SYSLOG_CLEAR_TEXT' }));
      await refused({ clearText: true }).toThrow(expect.objectContaining({ code: 'SYSLOG_CLEAR_TEXT' }));
      await refused({ peers: ['192.0.2.0/24'] }).toThrow(expect.objectContaining({ code: 'SYSLOG_CLEAR_TEXT' }));
      for (const peer of ['0.0.0.0/0', 'x', '192.0.2.0/33', '192.0.2.0/a', '::/129'])
        await refused({ clearText: true, peers: [peer] }).toThrow(
          expect.objectContaining({ code: 'SYSLOG_PEERS_INVALID' }),
        );
    },
  );

  test('who is not among the peers of a listener in clear is not read', async () => {
    const elsewhere = { ...loopback, host: '0.0.0.0', clearText: true, peers: ['192.0.2.0/24'] };
    const house = await open(local, { tcp: elsewhere, udp: elsewhere });
    const socket = await dial(house);
    await once(socket, 'close');
    const datagrams = createSocket('udp4');
    datagrams.send(line('a'), house.door.udp?.port ?? 0, '127.0.0.1');
    await until(() => house.door.counters.of('SYSLOG_PEER_NOT_ALLOWED') === 2);
    datagrams.close();
  });
});

describe.skipIf(certificates === undefined)('TLS', () => {
  const { server, client } = certificates ?? { server: { key: '', cert: '' }, client: { key: '', cert: '' } };
  const tls = { ...loopback, ...server };
  const fingerprint = certificates && new X509Certificate(client.cert).fingerprint256.replaceAll(':', '').toLowerCase();

  test('a certificate names the source before the address does; without one the address', async () => {
    const house = await open({ ...local, fingerprints: { [fingerprint ?? '']: 'device' } }, { tls });
    (await dialTls(house, client)).end(`${line('shown')}\n`);
    await house.keeps(1);
    (await dialTls(house)).end(`${line('plain')}\n`);
    expect((await house.keeps(2)).map(({ source }) => source)).toEqual(['device', 'fw']);
    await until(() => house.door.counters.open === 0);
  });

  test('half a handshake, and none at all, give their place back in time', async () => {
    const house = await open(local, { tls, limits: { handshakeMs: 200 } });
    const half = connect(house.door.tls?.port ?? 0, '127.0.0.1');
    sockets.push(half);
    half.on('error', () => {});
    await once(half, 'connect');
    // The first bytes of a ClientHello that says 512 are coming.
    half.write(Buffer.from([0x16, 3, 1, 2, 0, 1, 0]));
    await until(() => house.door.counters.open === 1);
    await once(half, 'close');
    const clear = connect(house.door.tls?.port ?? 0, '127.0.0.1');
    sockets.push(clear);
    clear.on('error', () => {});
    clear.write(`${line('no handshake')}\n`);
    await once(clear, 'close');
    await until(() => house.door.counters.open === 0);
    expect(house.door.counters.all()).toEqual({ SYSLOG_HANDSHAKE_FAILED: 2 });
    expect(house.kept()).toEqual([]);
  });
});
