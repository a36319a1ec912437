import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, test } from 'vitest';
import { smallDisk } from '../../../test/small-disk.ts';
import { numberedBatch, numberOf } from '../../../test/support/numbered-batch.ts';
import type { EventLog } from '../../ports/event-log.ts';
import { openLmdbLog } from './event-log.ts';

const PROCESS = new URL('../../../test/event-log-process.ts', import.meta.url).pathname;
const KIB = 1024;

const after: (() => void)[] = [];
afterEach(() => {
  for (const clean of after.splice(0).reverse()) clean();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'bw-log-'));
  after.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A disk of a few megabytes for one test, or why there is none. */
function disk(megabytes: number): string | { readonly missing: string } {
  const made = smallDisk(megabytes * 1024 * KIB);
  if ('missing' in made) return made;
  after.push(() => made.remove());
  return made.folder;
}

const batch = (lane: number, fill: number, size: number) => ({ lane, bytes: Buffer.alloc(size, fill), events: 1 });

async function fills(log: EventLog, lane: number): Promise<(number | undefined)[]> {
  return (await log.read(lane, 0, 2 ** 30)).map(({ bytes }) => bytes[0]);
}

/** Appends pairs to lanes 0 and 1 until there is no room; how many pairs went in. */
async function fillUp(log: EventLog): Promise<number> {
  for (let pairs = 0; pairs < 1000; pairs += 1) {
    try {
      await log.append([batch(0, pairs % 256, 100 * KIB), batch(1, pairs % 256, 100 * KIB)]);
    } catch (error) {
      expect(error).toMatchObject({ code: 'LOG_FULL', status: 503 });
      return pairs;
    }
  }
  throw new Error('it was never full');
}

test('a kill in the middle of appends loses nothing that was told to be durable and leaves nothing torn', async () => {
  const path = folder();
  let told = -1;
  let held = 0;
  for (let kill = 0; kill < 6; kill += 1) {
    const args = [PROCESS, JSON.stringify({ lmdb: { path } }), 'append', String(kill)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    told = -1;
    const closed = once(child, 'close');
    for await (const line of createInterface({ input: child.stdout })) {
      if (line === 'open') continue;
      told = Math.max(told, Number(line));
      // Another moment each time; what it still printed is read to the end.
      if (told >= 40 + kill * 37) child.kill('SIGKILL');
    }
    await closed;
    const log = openLmdbLog({ path });
    const numbers = (await log.read(kill, 0, 2 ** 30)).map(({ bytes }) => numberOf(bytes));
    expect(numbers).toEqual(numbers.map((_, at) => at));
    expect(numbers.length).toBeGreaterThanOrEqual(told + 2);
    // Pairs are appended together: never half of one.
    expect(numbers.length % 2).toBe(0);
    expect(await log.end(kill)).toBe(numbers.length);
    await log.append([{ lane: kill, bytes: numberedBatch(numbers.length), events: 1 }]);
    expect((await log.read(kill, numbers.length, 1)).map(({ position }) => position)).toEqual([numbers.length + 1]);
    held += numbers.length;
    await log.close();
  }
  expect(held).toBeGreaterThan(6 * 40);
});

test('two processes that append get positions of their own', async () => {
  const path = folder();
  const args = [PROCESS, JSON.stringify({ lmdb: { path } }), 'append', '0'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const log = openLmdbLog({ path });
  await once(createInterface({ input: child.stdout }), 'line');
  for (let number = 0; number < 100; number += 1) {
    await log.append([{ lane: 0, bytes: numberedBatch(1_000_000 + number), events: 1 }]);
  }
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
  const read = await log.read(0, 0, 2 ** 30);
  expect(read.map(({ position }) => position)).toEqual(read.map((_, at) => at + 1));
  const numbers = read.map(({ bytes }) => numberOf(bytes));
  const ours = numbers.filter((number) => number >= 1_000_000);
  expect(ours).toEqual(Array.from({ length: 100 }, (_, at) => 1_000_000 + at));
  const theirs = numbers.filter((number) => number < 1_000_000);
  expect(theirs.length).toBeGreaterThan(0);
  expect(theirs).toEqual(theirs.map((_, at) => at));
  await log.close();
});

test('takes no more than its bound, and more again after a trim', async () => {
  const log = openLmdbLog({ path: folder(), maxBytes: 2000 * KIB });
  const pairs = await fillUp(log);
  expect(pairs).toBeGreaterThan(5);
  expect(await log.size()).toBeLessThanOrEqual(2000 * KIB);
  expect(await fills(log, 0)).toEqual(await fills(log, 1));
  expect((await fills(log, 0)).length).toBe(pairs);
  // What is small enough still goes in, also beside something that is not.
  const [large, small] = await Promise.allSettled([log.append([batch(2, 1, 500 * KIB)]), log.append([batch(2, 2, 1)])]);
  expect([large?.status, small?.status]).toEqual(['rejected', 'fulfilled']);
  expect(await fills(log, 2)).toEqual([2]);
  await log.trim(0, 3);
  await log.append([batch(0, 99, 100 * KIB)]);
  expect((await fills(log, 0)).at(-1)).toBe(99);
  await log.close();
});

test('pages of what was trimmed are used again', async () => {
  const path = folder();
  const log = openLmdbLog({ path });
  const lanes = [0, 1, 2, 3];
  for (let round = 1; round <= 150; round += 1) {
    await log.append(lanes.map((lane) => batch(lane, round % 256, (20 + ((round * 37 + lane * 11) % 180)) * KIB)));
    for (const lane of lanes) await log.trim(lane, round - 5);
  }
  // 600 batches of 110 KiB went through; five rounds at a time were held.
  expect(statSync(join(path, 'data.mdb')).size).toBeLessThan(8 * 1024 * KIB);
  await log.close();
});

test('a full disk takes nothing by halves, loses nothing, and is used again when there is room', async (context) => {
  const small = disk(10);
  if (typeof small !== 'string') return context.skip(small.missing);
  const log = openLmdbLog({ path: join(small, 'log'), reserveBytes: 0 });
  const filler = join(small, 'filler');
  writeFileSync(filler, Buffer.alloc(3 * 1024 * KIB));
  const pairs = await fillUp(log);
  expect(pairs).toBeGreaterThan(3);
  const expected = Array.from({ length: pairs }, (_, at) => at);
  expect(await fills(log, 0)).toEqual(expected);
  expect(await fills(log, 1)).toEqual(expected);
  expect(await log.end(1)).toBe(pairs);
  rmSync(filler);
  expect(await fillUp(log)).toBeGreaterThan(2);
  await log.trim(0, pairs);
  await log.append([batch(3, 7, 100 * KIB)]);
  expect(await fills(log, 3)).toEqual([7]);
  await log.close();
});

test('on a disk without one free byte what is done with can still be trimmed', async (context) => {
  const small = disk(10);
  if (typeof small !== 'string') return context.skip(small.missing);
  const log = openLmdbLog({ path: join(small, 'log'), reserveBytes: 0 });
  await log.append(Array.from({ length: 4000 }, (_, at) => batch(at % 2, at % 256, 600)));
  const filler = openSync(join(small, 'filler'), 'w');
  expect(() => {
    for (;;) writeSync(filler, Buffer.alloc(4 * KIB));
  }).toThrow(/ENOSPC/);
  closeSync(filler);
  await log.trim(0, 2000);
  expect([(await fills(log, 0)).length, (await fills(log, 1)).length]).toEqual([0, 2000]);
  expect(existsSync(join(small, 'log', 'ballast'))).toBe(false);
  rmSync(join(small, 'filler'));
  await log.trim(1, 1);
  expect(existsSync(join(small, 'log', 'ballast'))).toBe(true);
  await log.append([batch(0, 1, KIB)]);
  await log.close();
});

test('a disk filled up under a commit refuses it, whatever was looked up before', async (context) => {
  const small = disk(10);
  if (typeof small !== 'string') return context.skip(small.missing);
  // More is promised of the disk than it has: the append is found out by the disk itself.
  const log = openLmdbLog({ path: join(small, 'log'), reserveBytes: -100 * 1024 * KIB });
  await log.append([batch(0, 1, KIB)]);
  const tooMuch = Array.from({ length: 100 }, (_, at) => batch(at % 2, 2, 100 * KIB));
  await expect(log.append(tooMuch)).rejects.toMatchObject({ code: 'LOG_FULL' });
  expect([await fills(log, 0), await fills(log, 1)]).toEqual([[1], []]);
  await log.append([batch(0, 3, KIB)]);
  expect(await fills(log, 0)).toEqual([1, 3]);
  await log.close();
});

test('is open to its owner only', async () => {
  const path = join(folder(), 'log');
  const log = openLmdbLog({ path });
  expect([statSync(path).mode & 0o777, statSync(join(path, 'data.mdb')).mode & 0o777]).toEqual([0o700, 0o600]);
  await log.close();
});
