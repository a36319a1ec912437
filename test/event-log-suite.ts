import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '../src/kernel/ids.ts';
import type { EventLog, Logged } from '../src/ports/event-log.ts';
import type { LogPlace } from './event-log-process.ts';

/** A log that tests may do with as they like. */
export interface FreshLog {
  /** Opens it: empty the first time, with what it holds after a close. Absent `place`: it cannot be opened again. */
  open(): Promise<EventLog>;
  /** Where another process finds it. */
  readonly place?: LogPlace;
  remove(): Promise<void>;
}

const PROCESS = new URL('./event-log-process.ts', import.meta.url).pathname;
const batch = (lane: number, bytes: Buffer) => ({ lane, bytes, events: 1 });
const all = (log: EventLog, lane: number, after = 0): Promise<readonly Logged[]> => log.read(lane, after, 2 ** 30);

/** What every event log does. */
export function eventLogSuite(fresh: () => Promise<FreshLog>): void {
  const withLog = async (work: (log: EventLog, place: FreshLog) => Promise<void>): Promise<void> => {
    const place = await fresh();
    const log = await place.open();
    try {
      await work(log, place);
    } finally {
      await log.close();
      await place.remove();
    }
  };

  test('keeps the order of each lane, also of appends that overlap', () =>
    withLog(async (log) => {
      const sent = Array.from({ length: 60 }, (_, at) => batch(at % 3, randomBytes(1 + ((at * 997) % 9000))));
      await Promise.all(Array.from({ length: 20 }, (_, at) => log.append(sent.slice(at * 3, at * 3 + 3))));
      for (const lane of [0, 1, 2]) {
        const read = await all(log, lane);
        expect(read.map(({ bytes }) => sha256(bytes))).toEqual(
          sent.filter((each) => each.lane === lane).map(({ bytes }) => sha256(bytes)),
        );
        expect(read.every(({ position }, at) => position > (read[at - 1]?.position ?? 0))).toBe(true);
        expect(await log.end(lane)).toBe(read.at(-1)?.position);
      }
      expect(await log.end(3)).toBe(0);
      expect(await all(log, 3)).toEqual([]);
    }));

  test('reads about as much as is asked for, and always something', () =>
    withLog(async (log) => {
      await log.append([100, 5000, 40_000, 10].map((size) => batch(5, Buffer.alloc(size, size % 251))));
      const sizes = async (after: number, bytes: number): Promise<number[]> =>
        (await log.read(5, after, bytes)).map((each) => each.bytes.length);
      expect(await sizes(0, 1)).toEqual([100]);
      expect(await sizes(0, 5100)).toEqual([100, 5000]);
      expect(await sizes(0, 5099)).toEqual([100]);
      const second = (await all(log, 5))[1]?.position ?? 0;
      expect(await sizes(second, 1)).toEqual([40_000]);
      expect(await sizes(second, 1e6)).toEqual([40_000, 10]);
    }));

  test('forgets what is trimmed and not how far it came', () =>
    withLog(async (log) => {
      await log.append([1, 2, 3].map((fill) => batch(2, Buffer.alloc(50_000, fill))));
      await log.append([batch(7, Buffer.alloc(10, 9))]);
      const [first, , third] = (await all(log, 2)).map(({ position }) => position);
      const full = await log.size();
      await log.trim(2, first ?? 0);
      expect((await all(log, 2)).map(({ bytes }) => bytes[0])).toEqual([2, 3]);
      await log.trim(2, third ?? 0);
      expect(await all(log, 2)).toEqual([]);
      expect(await log.end(2)).toBe(third);
      expect(await log.size()).toBeLessThan(full - 140_000);
      await log.append([batch(2, Buffer.alloc(10, 4))]);
      const [fourth] = await all(log, 2);
      expect(fourth?.bytes[0]).toBe(4);
      expect(fourth?.position).toBeGreaterThan(third ?? Infinity);
      expect((await all(log, 7)).length).toBe(1);
    }));

  test('wakes whoever waits for a lane, and for no other; an abort ends the wait', () =>
    withLog(async (log) => {
      const never = new AbortController();
      let woken = false;
      const waiting = log.more(new Map([[1, 0]]), never.signal).then(() => {
        woken = true;
      });
      await log.append([batch(4, Buffer.alloc(5, 1))]);
      await log.more(
        new Map([
          [4, 0],
          [1, 0],
        ]),
        never.signal,
      );
      expect(woken).toBe(false);
      await log.append([batch(1, Buffer.alloc(5, 1))]);
      await waiting;
      const abort = new AbortController();
      const aborted = log.more(new Map([[1, await log.end(1)]]), abort.signal);
      abort.abort();
      await aborted;
      await log.more(new Map([[1, 0]]), AbortSignal.abort());
    }));

  test('agrees with a list, whatever is done in whatever order', () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        const place = await fresh();
        let log = await place.open();
        const oracle = new Oracle();
        try {
          for (const each of steps) {
            if (each.do === 'append') {
              await log.append(each.batches.map(([lane, size]) => batch(lane, oracle.content(lane, size))));
              await oracle.learn(log);
            } else if (each.do === 'read') {
              const [after, expected] = oracle.read(each.lane, each.after, each.bytes);
              expect(plain(await log.read(each.lane, after, each.bytes))).toEqual(expected);
            } else if (each.do === 'trim') {
              await log.trim(each.lane, oracle.trim(each.lane, each.upTo));
            } else if (place.place !== undefined) {
              await log.close();
              log = await place.open();
            }
          }
          for (const lane of LANES) {
            expect(plain(await all(log, lane))).toEqual(oracle.held(lane));
            expect(await log.end(lane)).toBe(oracle.end(lane));
          }
        } finally {
          await log.close();
          await place.remove();
        }
      }),
      { numRuns: 25 },
    ));

  test('is followed by other processes while it is written, and opened again with all it held', async (context) => {
    await withLog(async (log, place) => {
      if (place.place === undefined) {
        context.skip('this log lives in one process');
        return;
      }
      const readers = [0, 1].map((lane) => follower(place.place as LogPlace, lane, 40));
      await Promise.all(readers.map(({ open }) => open));
      const sent = Array.from({ length: 80 }, (_, at) => batch(at % 2, randomBytes(1 + ((at * 773) % 30_000))));
      for (let at = 0; at < sent.length; at += 4) await log.append(sent.slice(at, at + 4));
      for (const [lane, reader] of readers.entries()) {
        const expected = plain(await all(log, lane)).map(([position, digest]) => `${position} ${digest}`);
        expect(expected.length).toBe(40);
        expect(await reader.lines).toEqual(expected);
      }
      const before = plain(await all(log, 1));
      await log.close();
      const again = await place.open();
      expect(plain(await all(again, 1))).toEqual(before);
      await again.close();
    });
  });
}

function follower(place: LogPlace, lane: number, count: number): { open: Promise<unknown>; lines: Promise<string[]> } {
  const child = spawn(process.execPath, [PROCESS, JSON.stringify(place), 'follow', String(lane), String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  const open = once(reader, 'line');
  reader.on('line', (line) => lines.push(line));
  return { open, lines: once(child, 'close').then(() => lines.slice(1)) };
}

const LANES = [0, 1, 2];
const lane = fc.constantFrom(...LANES);
const step = fc.oneof(
  fc.record({
    do: fc.constant('append' as const),
    batches: fc.array(fc.tuple(lane, fc.integer({ min: 1, max: 9000 })), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ do: fc.constant('read' as const), lane, after: fc.nat(12), bytes: fc.nat(20_000) }),
  fc.record({ do: fc.constant('trim' as const), lane, upTo: fc.nat(12) }),
  fc.record({ do: fc.constant('reopen' as const) }),
);

type Plain = readonly [position: number, digest: string, size: number];

function plain(read: readonly Logged[]): Plain[] {
  return read.map(({ position, bytes }) => [position, sha256(bytes), bytes.length]);
}

/** What a log holds, kept the simple way. Positions are the log's to choose: they are learned after each append. */
class Oracle {
  readonly #held = new Map<number, Plain[]>();
  readonly #ends = new Map<number, number>();
  readonly #sent = new Map<number, Buffer[]>();
  /** Every position there ever was in a lane. */
  readonly #all = new Map<number, number[]>();
  #made = 0;

  content(lane: number, size: number): Buffer {
    this.#made += 1;
    const bytes = Buffer.alloc(size, `${this.#made}-`);
    this.#sent.set(lane, [...(this.#sent.get(lane) ?? []), bytes]);
    return bytes;
  }

  async learn(log: EventLog): Promise<void> {
    for (const [lane, sent] of this.#sent) {
      const read = plain(await log.read(lane, this.end(lane), 2 ** 30));
      expect(read.map(([, digest]) => digest)).toEqual(sent.map((bytes) => sha256(bytes)));
      for (const [position] of read) {
        expect(position).toBeGreaterThan(this.end(lane));
        this.#ends.set(lane, position);
        this.#all.set(lane, [...(this.#all.get(lane) ?? []), position]);
      }
      this.#held.set(lane, [...this.held(lane), ...read]);
    }
    this.#sent.clear();
  }

  held(lane: number): readonly Plain[] {
    return this.#held.get(lane) ?? [];
  }

  end(lane: number): number {
    return this.#ends.get(lane) ?? 0;
  }

  /** The nth position there was, and what is read after it. */
  read(lane: number, nth: number, bytes: number): readonly [number, readonly Plain[]] {
    const after = this.#all.get(lane)?.[nth - 1] ?? 0;
    const read: Plain[] = [];
    let size = 0;
    for (const each of this.held(lane)) {
      if (each[0] <= after) continue;
      size += each[2];
      if (read.length > 0 && size > bytes) break;
      read.push(each);
    }
    return [after, read];
  }

  trim(lane: number, nth: number): number {
    const upTo = this.#all.get(lane)?.[nth - 1] ?? 0;
    this.#held.set(
      lane,
      this.held(lane).filter(([position]) => position > upTo),
    );
    return upTo;
  }
}
