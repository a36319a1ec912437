import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startNats } from '../../../../test/nats-server.ts';
import { keptIn } from '../../../../test/support/ingest-door.ts';
import { MemoryLog } from '../../../../test/support/memory-log.ts';
import { openLmdbLog } from '../../../adapters/lmdb/event-log.ts';
import { systemClock } from '../../../adapters/system-clock.ts';
import { LANES } from '../../../contracts/log-batch.ts';
import { BridgewatchError } from '../../../kernel/errors.ts';
import { Intake } from '../../index.ts';
import type { Reject } from '../../reject.ts';
import { type NatsDoorOptions, openNatsDoor } from './index.ts';

const nats = await startNats({ maxPayload: 1024 * 1024 });
const source = { tenant: 'main', id: 'bus' } as const;
const wait = { timeout: 30_000, interval: 50 };

describe('on a real nats-server', () => {
  if ('missing' in nats) {
    test('needs nats-server', (context) => context.skip(nats.missing));
    return;
  }
  const server = nats;
  let connection: NatsConnection;
  let manager: JetStreamManager;
  let client: JetStreamClient;
  beforeAll(async () => {
    connection = await connect({ servers: server.url, maxReconnectAttempts: -1 });
    manager = await jetstreamManager(connection);
    client = jetstream(connection);
  });
  afterAll(async () => {
    await connection.close();
    await server.stop();
  });

  async function stream(): Promise<string> {
    const name = `logs-${randomBytes(6).toString('hex')}`;
    await manager.streams.add({ name, subjects: [`${name}.>`] });
    return name;
  }

  function opened(name: string, options: Partial<NatsDoorOptions> = {}) {
    const log = new MemoryLog();
    const intake = new Intake({ log, clock: systemClock, incarnation: randomBytes(4).toString('hex') });
    const rejects: Reject[] = [];
    const warnings: string[] = [];
    const door = openNatsDoor({
      source,
      servers: [server.url],
      stream: name,
      consumer: 'bridgewatch',
      intake,
      clock: systemClock,
      onReject: (reject) => rejects.push(reject),
      warn: (message) => warnings.push(message),
      ...options,
    });
    const kept = () => log.appended.flatMap(({ bytes, lane }) => keptIn(bytes, lane));
    return { door, log, intake, rejects, warnings, kept };
  }

  const unacknowledged = async (name: string): Promise<number> => {
    const info = await manager.consumers.info(name, 'bridgewatch').catch(() => undefined);
    return info === undefined ? -1 : info.num_ack_pending + info.num_pending;
  };

  test('a record, lines, an array, an envelope, text: each an event; acknowledged when durable', async () => {
    const name = await stream();
    const messages = [
      '{"n":1}',
      '{"n":2}\n{"n":3}\n',
      '[{"n":4},{"n":5}]',
      '{"Records":[{"n":6}]}',
      '<34>Nov 25 08:00:00 web01 su: no',
    ];
    for (const message of messages) await client.publish(`${name}.web`, message);
    const { door, kept, rejects } = opened(name, { readText: (message) => ({ message }) });
    await expect.poll(() => unacknowledged(name), wait).toBe(0);
    expect(kept().map(({ text }) => text)).toEqual([
      '{"n":1}',
      '{"n":2}',
      '{"n":3}',
      '{"n":4}',
      '{"n":5}',
      '{"n":6}',
      '{"message":"<34>Nov 25 08:00:00 web01 su: no"}',
    ]);
    expect(new Set(kept().map(({ id }) => id)).size).toBe(7);
    expect(rejects).toEqual([]);
    await door.close();
  });

  test('more and larger messages than one pull takes', async () => {
    const name = await stream();
    for (let n = 0; n < 12; n += 1) await client.publish(`${name}.web`, `{"n":${n},"x":"${'x'.repeat(900_000)}"}`);
    await Promise.all(Array.from({ length: 1000 }, (_, n) => client.publish(`${name}.web`, `{"n":${n + 12}}`)));
    const { door, kept } = opened(name);
    await expect.poll(() => unacknowledged(name), wait).toBe(0);
    expect(new Set(kept().map(({ text }) => (JSON.parse(text) as { n: number }).n)).size).toBe(1012);
    expect(kept()).toHaveLength(1012);
    await door.close();
  });

  test('only the subjects asked for', async () => {
    const name = await stream();
    await client.publish(`${name}.web`, '{"n":1}');
    await client.publish(`${name}.mail`, '{"n":2}');
    const { door, kept } = opened(name, { subject: `${name}.web` });
    await expect.poll(() => unacknowledged(name), wait).toBe(0);
    expect(kept().map(({ text }) => text)).toEqual(['{"n":1}']);
    await door.close();
  });

  test('what can never be read is ended with a reject, and does not come again', async () => {
    const name = await stream();
    await client.publish(`${name}.web`, 'no JSON');
    await client.publish(`${name}.web`, Buffer.alloc(100, 1));
    await client.publish(`${name}.web`, '{"n":1}\nhalf good');
    const { door, kept, rejects, intake } = opened(name, { ackWaitMs: 1000 });
    await expect.poll(() => unacknowledged(name), wait).toBe(0);
    expect(kept().map(({ text }) => text)).toEqual(['{"n":1}']);
    expect(rejects.map(({ code, line }) => [code, line])).toEqual([
      ['INGEST_INVALID_JSON', 1],
      ['INGEST_BINARY_FILE', 2],
      ['INGEST_INVALID_JSON', 3],
    ]);
    expect(intake.counters.of(source)?.rejected).toEqual({ INGEST_INVALID_JSON: 2, INGEST_BINARY_FILE: 1 });
    await door.close();
  });

  test('while the log cannot take it a message is given back, and has its id when it comes again', async () => {
    const name = await stream();
    for (let n = 0; n < 5; n += 1) await client.publish(`${name}.web`, `{"n":${n}}`);
    const log = new MemoryLog();
    const intake = new Intake({ log, clock: systemClock, incarnation: 'a' });
    const append = log.append.bind(log);
    let failures = 0;
    log.append = async (batches) => {
      // The first time what was appended is there, and nobody was told: as after a lost connection.
      await append(batches);
      failures += 1;
      if (failures === 1) throw new BridgewatchError('LOG_UNREACHABLE', 'away', 503);
    };
    const { door } = opened(name, { intake });
    await expect.poll(() => unacknowledged(name), wait).toBe(0);
    const kept = log.appended.flatMap(({ bytes, lane }) => keptIn(bytes, lane));
    expect(kept.length).toBeGreaterThan(5);
    expect(new Set(kept.map(({ id }) => id)).size).toBe(5);
    await door.close();
  });

  test('outlives a restart of the server', async () => {
    const name = await stream();
    const { door, kept } = opened(name);
    await client.publish(`${name}.web`, '{"n":1}');
    await expect.poll(() => kept().length, wait).toBe(1);
    await server.restart();
    await expect
      .poll(
        () =>
          client.publish(`${name}.web`, '{"n":2}').then(
            () => 'sent',
            () => 'away',
          ),
        wait,
      )
      .toBe('sent');
    await expect.poll(() => kept().some(({ text }) => text === '{"n":2}'), wait).toBe(true);
    await door.close();
  });

  test('a stream that is not there, and a consumer that would lose messages, are told so', async () => {
    const absent = opened('nowhere');
    await expect.poll(() => absent.warnings, wait).toEqual([expect.stringContaining('NATS_STREAM_MISSING')]);
    await absent.door.close();
    const name = await stream();
    await manager.consumers.add(name, { durable_name: 'bridgewatch', ack_policy: 'none' });
    const unfit = opened(name);
    await expect.poll(() => unfit.warnings, wait).toEqual([expect.stringContaining('NATS_CONSUMER_UNFIT')]);
    await unfit.door.close();
  });

  test('credentials that cannot be read', () => {
    expect(() => opened('any', { credentialsFile: '/nowhere/bus.creds' })).toThrow(
      expect.objectContaining({ code: 'NATS_FILE_UNREADABLE' }),
    );
  });

  test('killed while it reads: each message counts once', async () => {
    const name = await stream();
    const folder = mkdtempSync(join(tmpdir(), 'bw-nats-door-'));
    const program = join(import.meta.dirname, '../../../../test/nats-door-process.ts');
    const args = [program, folder, server.url, name, 'bridgewatch'];
    let sent = 0;
    for (let round = 0; round < 5; round += 1) {
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(child.stdout, 'data');
      for (let n = 0; n < 20; n += 1) {
        await Promise.all(
          Array.from({ length: 100 }, () => {
            sent += 1;
            return client.publish(`${name}.web`, `{"n":${sent},"host":"h${sent % 5}"}`);
          }),
        );
        await later(round * 3);
      }
      if (round === 4) await expect.poll(() => unacknowledged(name), { timeout: 50_000, interval: 100 }).toBe(0);
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    const log = openLmdbLog({ path: folder });
    const ids = new Map<string, Set<string>>();
    for (let lane = 0; lane < LANES; lane += 1)
      for (const { bytes } of await log.read(lane, 0, 2 ** 30))
        for (const { id, text } of keptIn(bytes, lane)) ids.set(text, (ids.get(text) ?? new Set()).add(id));
    await log.close();
    rmSync(folder, { recursive: true, force: true });
    expect(ids.size).toBe(sent);
    expect([...ids.values()].every(({ size }) => size === 1)).toBe(true);
  }, 120_000);
});
