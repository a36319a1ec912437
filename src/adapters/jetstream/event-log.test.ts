import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { startNats } from '../../../test/nats-server.ts';
import type { EventLog } from '../../ports/event-log.ts';
import { openJetStreamLog } from './event-log.ts';

const MIB = 1024 * 1024;
const nats = await startNats({ maxPayload: MIB });
const name = (): string => `log-${randomBytes(6).toString('hex')}`;
const batch = (lane: number, fill: number, size: number) => ({ lane, bytes: Buffer.alloc(size, fill), events: 1 });
const fills = async (log: EventLog, lane: number): Promise<(number | undefined)[]> =>
  (await log.read(lane, 0, 2 ** 30)).map(({ bytes }) => bytes[0]);

describe('on a real nats-server', () => {
  if ('missing' in nats) {
    test('needs nats-server', (context) => context.skip(nats.missing));
    return;
  }
  const server = nats;
  afterAll(() => server.stop());
  const servers = [server.url];

  test('a full stream refuses and forgets nothing; it takes more when it was trimmed', async () => {
    const log = await openJetStreamLog({ servers, name: name(), maxBytes: 3 * MIB });
    const full = expect.objectContaining({ code: 'LOG_FULL', status: 503 });
    for (const fill of [1, 2]) await log.append([batch(0, fill, MIB - 1000)]);
    await expect(log.append([batch(0, 3, MIB - 1000), batch(1, 4, MIB - 1000)])).rejects.toEqual(full);
    // What went in before the refusal stays: sent again, its events count once.
    expect(await fills(log, 0)).toEqual([1, 2, 3]);
    expect(await fills(log, 1)).toEqual([]);
    const [first] = await log.read(0, 0, 1);
    await log.trim(0, first?.position ?? 0);
    await log.append([batch(1, 4, MIB - 1000)]);
    expect([await fills(log, 0), await fills(log, 1)]).toEqual([[2, 3], [4]]);
    await log.close();
  });

  test('a batch that the server would not take is refused before any of its append is sent', async () => {
    const log = await openJetStreamLog({ servers, name: name(), maxBytes: 3 * MIB });
    await expect(log.append([batch(0, 1, 10), batch(0, 2, MIB + 1)])).rejects.toMatchObject({
      code: 'LOG_BATCH_TOO_LARGE',
      message: expect.stringContaining('max_payload'),
    });
    expect(await fills(log, 0)).toEqual([]);
    await log.close();
  });

  test('outlives a restart of the server; who waited is woken after it', async () => {
    const log = await openJetStreamLog({ servers, name: name(), maxBytes: 3 * MIB });
    await log.append([batch(2, 1, 1000), batch(2, 2, 1000)]);
    const end = await log.end(2);
    const woken = log.more(new Map([[2, end]]), AbortSignal.timeout(30_000));
    await server.restart();
    const again = await openJetStreamLog({ servers, name: name(), maxBytes: MIB });
    await again.close();
    for (;;) {
      // Until the client has found the server again.
      const outcome = await log.append([batch(2, 3, 1000)]).catch((error: unknown) => error);
      if (outcome === undefined) break;
      expect(outcome).toMatchObject({ code: 'LOG_UNREACHABLE' });
    }
    await woken;
    expect((await fills(log, 2)).slice(0, 3)).toEqual([1, 2, 3]);
    await log.close();
  });

  test('is opened again with another bound', async () => {
    const same = name();
    const small = await openJetStreamLog({ servers, name: same, maxBytes: MIB });
    await small.append([batch(0, 1, 900_000)]);
    await expect(small.append([batch(0, 2, 900_000)])).rejects.toMatchObject({ code: 'LOG_FULL' });
    await small.close();
    const large = await openJetStreamLog({ servers, name: same, maxBytes: 3 * MIB });
    await large.append([batch(0, 2, 900_000)]);
    expect(await fills(large, 0)).toEqual([1, 2]);
    await large.close();
  });

  test('a name that is no name of a stream is refused', async () => {
    await expect(openJetStreamLog({ servers, name: 'a.b' })).rejects.toMatchObject({ code: 'LOG_NAME_INVALID' });
  });
});
