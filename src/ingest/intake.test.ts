import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GatedLog } from '../../test/support/gated-log.ts';
import { type Kept, keptIn } from '../../test/support/ingest-door.ts';
import { MemoryLog } from '../../test/support/memory-log.ts';
import type { JsonObject } from '../contracts/event.ts';
import { decodeBatch, LANES } from '../contracts/log-batch.ts';
import { type Delivery, type Incoming, Intake, type IntakeParts } from './intake.ts';

const source = { tenant: 'main', id: 'feed' };
const clock = { now: () => 1_764_054_000_000 };

function opened<L extends MemoryLog>(log: L, parts: Partial<IntakeParts> = {}): { log: L; intake: Intake } {
  return { log, intake: new Intake({ log, clock, incarnation: 'a', ...parts }) };
}
const incoming = (record: JsonObject, nativeId?: string): Incoming => ({
  record,
  raw: JSON.stringify(record),
  nativeId,
});
const delivery = (records: readonly JsonObject[], more: Partial<Delivery> = {}): Delivery => ({
  source,
  door: 'bulk',
  records: records.map((record) => incoming(record)),
  ...more,
});
const kept = (log: MemoryLog): Kept[] => log.appended.flatMap(({ bytes, lane }) => keptIn(bytes, lane));
/** Every promise that can settle now has. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('the receipt comes after the append, not before', async () => {
  const { log, intake } = opened(new GatedLog());
  let receipt: unknown;
  const delivered = intake.deliver(delivery([{ host: 'h', n: 1 }])).then((given) => {
    receipt = given;
  });
  await settled();
  expect([log.waiting, receipt, intake.counters.of(source)]).toEqual([1, undefined, undefined]);
  log.pass();
  await delivered;
  expect(receipt).toEqual({ accepted: 1 });
  expect(intake.counters.of(source)).toMatchObject({ received: 1, receivedBytes: 18, lastSeenAt: clock.now() });
});

test('what comes while an append is under way is appended together', async () => {
  const { log, intake } = opened(new GatedLog());
  const all = [0, 1, 2, 3, 4].map((n) => intake.deliver(delivery([{ host: 'h', n }])));
  await settled();
  expect(log.waiting).toBe(1);
  log.pass();
  await all[0];
  await settled();
  expect(log.waiting).toBe(1);
  log.pass();
  await Promise.all(all);
  expect(log.appended.map(({ events }) => events)).toEqual([1, 4]);
});

test('a failed append rejects what was in it, whole, and nothing else', async () => {
  const { log, intake } = opened(new GatedLog());
  const first = intake
    .deliver(
      delivery([
        { host: 'a', n: 1 },
        { host: 'b', n: 2 },
      ]),
    )
    .catch((error: Error) => error.message);
  await settled();
  const second = intake.deliver(delivery([{ host: 'a', n: 3 }]));
  log.fail(new Error('no space left'));
  expect(await first).toBe('no space left');
  await settled();
  log.pass();
  expect(await second).toEqual({ accepted: 1 });
  expect(kept(log).map(({ text }) => text)).toEqual(['{"host":"a","n":3}']);
  expect(intake.counters.of(source)?.received).toBe(1);
  expect(intake.busy).toBe(false);
});

test('busy: 429 with nothing taken, until what waits is durable', async () => {
  const { log, intake } = opened(new GatedLog(), { pendingBytes: 20 });
  const first = intake.deliver(delivery([{ host: 'h', text: 'x'.repeat(40) }]));
  expect(intake.busy).toBe(true);
  await expect(intake.deliver(delivery([{ host: 'h', n: 2 }]))).rejects.toMatchObject({
    code: 'INGEST_SLOW_DOWN',
    status: 429,
  });
  expect(intake.counters.of(source)).toMatchObject({ slowed: 1, received: 0 });
  log.open();
  await first;
  expect(intake.busy).toBe(false);
  await intake.deliver(delivery([{ host: 'h', n: 3 }]));
  expect(kept(log)).toHaveLength(2);
});

test('a delivery sent again has the ids it had, in any process; the same records sent as another body do not', async () => {
  const records = [
    { host: 'h', n: 1 },
    { host: 'h', n: 1 },
    { host: 'i', n: 1 },
  ];
  const { log, intake } = opened(new MemoryLog());
  const { log: later, intake: restarted } = opened(new MemoryLog(), { incarnation: 'b' });
  const ids = async (into: Intake, of: MemoryLog, digest?: string): Promise<string[]> => {
    const before = kept(of).length;
    await into.deliver(delivery(records, digest === undefined ? {} : { digest }));
    return kept(of)
      .slice(before)
      .map(({ id }) => id)
      .toSorted();
  };
  const first = await ids(intake, log, 'd1');
  expect(new Set(first).size).toBe(3);
  expect(await ids(intake, log, 'd1')).toEqual(first);
  expect(await ids(restarted, later, 'd1')).toEqual(first);
  const others = [
    await ids(intake, log, 'd2'),
    await ids(intake, log),
    await ids(intake, log),
    await ids(restarted, later),
  ];
  expect(new Set([first, ...others].flat()).size).toBe(15);
});

test('a single record without a time of its own counts each time; one with a time counts once', async () => {
  const { log, intake } = opened(new MemoryLog());
  for (const record of [
    { host: 'h', alarm: 'door open' },
    { host: 'h', '@timestamp': '2026-11-25T07:00:00Z' },
  ])
    for (let turn = 0; turn < 2; turn += 1)
      await intake.deliver(delivery([record], { digest: JSON.stringify(record) }));
  const ids = kept(log).map(({ id }) => id);
  expect(ids[0]).not.toBe(ids[1]);
  expect(ids[2]).toBe(ids[3]);
});

test('the name a client gives a record is its identity, in its own source only', async () => {
  const { log, intake } = opened(new MemoryLog());
  const records = [incoming({ host: 'h', n: 1 }, 'k'), incoming({ host: 'h', n: 1 }, 'l')];
  await intake.deliver({ source, door: 'bulk', records });
  await intake.deliver({ source, door: 'bulk', records: records.slice(0, 1), digest: 'another' });
  await intake.deliver({ source: { tenant: 'main', id: 'other' }, door: 'bulk', records });
  await intake.deliver({ source: { tenant: 'second', id: 'feed' }, door: 'bulk', records });
  const ids = kept(log).map(({ id }) => id);
  expect(ids[2]).toBe(ids[0]);
  expect(new Set(ids).size).toBe(6);
});

test('whatever is delivered is kept: each record once, in order within its host, a host always in one lane, under its own source', async () => {
  const record = fc.record({ host: fc.constantFrom('a', 'B', 'b', 'c', 'd', 'e'), text: fc.string() });
  const deliveries = fc.array(
    fc.record({ tenant: fc.constantFrom('t', 'u'), records: fc.array(record, { maxLength: 20 }) }),
    {
      maxLength: 12,
    },
  );
  const lanes = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(deliveries, async (all) => {
      const { log, intake } = opened(new MemoryLog());
      const numbered = all.map(({ tenant, records }, d) => ({
        tenant,
        records: records.map((one, r) => ({ ...one, d, r })),
      }));
      await Promise.all(
        numbered.map(({ tenant, records }) => intake.deliver(delivery(records, { source: { tenant, id: 'feed' } }))),
      );
      const found = new Map<string, object[]>();
      for (const { bytes, lane } of log.appended) {
        expect(lane).toBeLessThan(LANES);
        const { tenant } = decodeBatch(bytes);
        for (const { text } of keptIn(bytes, lane)) {
          const one = JSON.parse(text) as { host: string };
          const host = one.host.toLowerCase();
          expect(lanes.get(host) ?? lane).toBe(lane);
          lanes.set(host, lane);
          found.set(`${tenant} ${host}`, [...(found.get(`${tenant} ${host}`) ?? []), one]);
        }
      }
      const expected = new Map<string, object[]>();
      for (const { tenant, records } of numbered)
        for (const one of records) {
          const key = `${tenant} ${one.host.toLowerCase()}`;
          expected.set(key, [...(expected.get(key) ?? []), one]);
        }
      expect(found).toEqual(expected);
    }),
  );
});

test('many tiny records are as much as they take in memory, not as their text', async () => {
  const { log, intake } = opened(new GatedLog(), { pendingBytes: 100_000 });
  const many = Array.from({ length: 1000 }, () => ({}));
  const first = intake.deliver(delivery(many));
  expect(intake.busy).toBe(true);
  await expect(intake.deliver(delivery([{}]))).rejects.toMatchObject({ code: 'INGEST_SLOW_DOWN' });
  log.pass();
  expect(await first).toEqual({ accepted: 1000 });
  expect(intake.busy).toBe(false);
});

test('of a delivery with a record that cannot be read nothing is kept', async () => {
  const { log, intake } = opened(new MemoryLog());
  const bad: JsonObject = {};
  Object.defineProperty(bad, 'node', {
    enumerable: true,
    get: () => {
      throw new Error('unreadable');
    },
  });
  await expect(
    intake.deliver({ source, door: 'bulk', records: [incoming({ n: 1 }), { record: bad, raw: '{}' }] }),
  ).rejects.toThrow('unreadable');
  await intake.deliver(delivery([{ n: 2 }]));
  expect(kept(log).map(({ text }) => text)).toEqual(['{"n":2}']);
});
