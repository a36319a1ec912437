import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { processLog } from '../../../../../test/support/evtx.ts';
import { Watched } from '../../../../../test/support/watched.ts';
import { ContentIdentity } from '../../../identity.ts';

const open: Watched[] = [];
function watched(options: ConstructorParameters<typeof Watched>[0] = {}): Watched {
  const one = new Watched(options);
  open.push(one);
  return one;
}
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const line = (n: number | string): string => `{"n":${JSON.stringify(n)}}\n`;
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, at) => line(from + at)).join('');
const numbers = (of: Watched): unknown[] => of.counted().map((text) => (JSON.parse(text) as { n: unknown }).n);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
const sorted = (of: Watched): unknown[] => numbers(of).toSorted((a, b) => Number(a) - Number(b));

test('what is there is read, and what comes later; nothing twice', async () => {
  const w = watched();
  writeFileSync(w.at('a.log'), lines(0, 3));
  await w.turn();
  expect(numbers(w)).toEqual([0, 1, 2]);
  appendFileSync(w.at('a.log'), lines(3, 5));
  mkdirSync(w.at('deep/er'), { recursive: true });
  writeFileSync(w.at('deep/er/b.log'), lines(5, 6));
  await w.turn();
  await w.turn();
  expect(numbers(w)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(w.delivered()).toHaveLength(6);
});

test('the ids are those that the file has when it is read as a whole', async () => {
  const w = watched();
  const text = lines(0, 2000);
  writeFileSync(w.at('a.log'), text.slice(0, 9000));
  await w.turn();
  appendFileSync(w.at('a.log'), text.slice(9000));
  await w.turn();
  const identity = new ContentIdentity('main', 'files', Buffer.from(text));
  const expected = text
    .trimEnd()
    .split('\n')
    .map((one) => identity.next(Buffer.from(one), 0, one.length));
  expect(w.delivered().map(({ id }) => id)).toEqual(expected);
});

test('a line that is being written waits for its end', async () => {
  const w = watched();
  writeFileSync(w.at('a.log'), `${line(0)}{"n":`);
  await w.turn();
  await w.turn();
  expect(numbers(w)).toEqual([0]);
  appendFileSync(w.at('a.log'), '1}\n{"n":2}');
  await w.turn();
  expect(numbers(w)).toEqual([0, 1]);
  await w.turn();
  expect(numbers(w)).toEqual([0, 1, 2]);
  appendFileSync(w.at('a.log'), `\n${line(3)}`);
  await w.turn();
  expect([numbers(w), w.rejects]).toEqual([[0, 1, 2, 3], []]);
});

test('equal lines are told apart by where they stand', async () => {
  const w = watched();
  writeFileSync(w.at('a.log'), line(7) + line(7));
  writeFileSync(w.at('b.log'), line(7) + line(7));
  await w.turn();
  appendFileSync(w.at('a.log'), line(7));
  await w.turn();
  expect(numbers(w)).toEqual([7, 7, 7, 7, 7]);
});

test('renamed and begun anew: the old file to its end, the new one from its beginning', async () => {
  const w = watched();
  writeFileSync(w.at('app.log'), lines(0, 3));
  await w.turn();
  appendFileSync(w.at('app.log'), line(3));
  renameSync(w.at('app.log'), w.at('app.log.1'));
  // Begins as the old one did: it is new all the same.
  writeFileSync(w.at('app.log'), lines(0, 2));
  await w.turn();
  appendFileSync(w.at('app.log.1'), line(4));
  await w.turn();
  await w.turn();
  expect(sorted(w)).toEqual([0, 0, 1, 1, 2, 3, 4]);
});

test('a file that is deleted is read to its end first', async () => {
  const w = watched();
  writeFileSync(w.at('app.log'), lines(0, 3));
  await w.turn(3000);
  appendFileSync(w.at('app.log'), lines(3, 5));
  rmSync(w.at('app.log'));
  await w.turn(3000);
  expect(numbers(w)).toEqual([0, 1, 2, 3, 4]);
});

test('a folder whose disk was away for a while is read on from where it was', async () => {
  const w = watched();
  mkdirSync(w.at('in'));
  for (const [at, name] of ['a', 'b', 'c'].entries())
    writeFileSync(w.at(`in/${name}.log`), lines(at * 10, at * 10 + 3));
  await w.turn();
  renameSync(w.at('in'), join(w.base, 'away'));
  await w.turn();
  await w.turn();
  await w.restart();
  await w.turn();
  renameSync(join(w.base, 'away'), w.at('in'));
  appendFileSync(w.at('in/c.log'), line(23));
  await w.turn();
  await w.turn();
  expect(w.delivered()).toHaveLength(10);
  expect(sorted(w)).toEqual([0, 1, 2, 10, 11, 12, 20, 21, 22, 23]);
});

test('truncated in place: what comes then is new, also where it is longer than what was there', async () => {
  const w = watched();
  writeFileSync(w.at('app.log'), lines(0, 5));
  await w.turn();
  truncateSync(w.at('app.log'), 0);
  appendFileSync(w.at('app.log'), lines(0, 2));
  await w.turn();
  expect(sorted(w)).toEqual([0, 0, 1, 1, 2, 3, 4]);
  truncateSync(w.at('app.log'), 0);
  appendFileSync(w.at('app.log'), lines(100, 150));
  await w.turn();
  expect(numbers(w).slice(-50)).toEqual(upTo(50).map((n) => n + 100));
});

test('copied and truncated: the copy is no news, but for what was written last', async () => {
  const w = watched();
  for (const size of [5, 2000]) {
    writeFileSync(w.at('app.log'), lines(0, size));
    await w.turn();
    appendFileSync(w.at('app.log'), line(size));
    copyFileSync(w.at('app.log'), w.at('app.log.1'));
    truncateSync(w.at('app.log'), 0);
    const before = w.counted().length;
    await w.turn();
    await w.turn();
    expect(numbers(w).slice(before)).toEqual([size]);
    rmSync(w.at('app.log.1'));
    rmSync(w.at('app.log'));
    await w.turn();
    await w.turn();
  }
});

test('compressed after it was read: counts once; before it was read to its end: the rest counts', async () => {
  const w = watched();
  writeFileSync(w.at('app.log'), lines(0, 1500));
  await w.turn();
  writeFileSync(w.at('app.log.1.gz'), gzipSync(lines(0, 1510)));
  rmSync(w.at('app.log'));
  await w.turn();
  await w.restart();
  await w.turn();
  expect(numbers(w)).toEqual(upTo(1510));
});

test('a compressed file that is not complete is read when it is', async () => {
  const w = watched();
  const whole = gzipSync(Buffer.from(lines(0, 20_000)));
  writeFileSync(w.at('a.json.gz'), whole.subarray(0, whole.length / 2));
  await w.turn(3000);
  await w.turn(3000);
  expect(w.rejects).toEqual([]);
  writeFileSync(w.at('a.json.gz'), whole);
  await w.turn(3000);
  await w.turn(3000);
  expect(numbers(w)).toEqual(upTo(20_000));
  writeFileSync(w.at('b.json.gz'), whole.subarray(0, whole.length / 2));
  await w.turn();
  await w.turn();
  expect(w.rejects.map(({ code, file }) => [code, file])).toEqual([['INGEST_GZIP_TRUNCATED', 'b.json.gz']]);
});

test('CloudTrail: new files in a tree of days, each read once, records apart', async () => {
  const w = watched({ globs: ['**/*.json.gz'] });
  const put = (day: string, name: string, from: number): void => {
    const folder = join(w.folder, 'AWSLogs/123456789012/CloudTrail/eu-west-1', day);
    mkdirSync(folder, { recursive: true });
    const records = [from, from + 1].map((n) => ({ n, eventSource: 's3.amazonaws.com', eventID: `id-${n}` }));
    writeFileSync(join(folder, name), gzipSync(JSON.stringify({ Records: records })));
    writeFileSync(join(folder, 'digest.txt'), 'no log');
  };
  put('2026/11/24', 'a.json.gz', 0);
  put('2026/11/25', 'b.json.gz', 2);
  await w.turn();
  put('2026/11/25', 'c.json.gz', 4);
  put('2026/12/01', 'd.json.gz', 6);
  await w.turn();
  await w.restart();
  await w.turn();
  expect(numbers(w).toSorted()).toEqual(upTo(8));
  expect(w.delivered()).toHaveLength(8);
});

test('an array is read when it has come to rest; grown, what is new of it counts', async () => {
  const w = watched();
  const array = (count: number): string =>
    `[\n${upTo(count)
      .map((n) => `{"n":${n}}`)
      .join(',\n')}\n]`;
  writeFileSync(w.at('a.json'), array(3).slice(0, 12));
  await w.turn(0);
  writeFileSync(w.at('a.json'), array(3));
  await w.turn();
  expect(numbers(w)).toEqual([]);
  await w.turn();
  expect([numbers(w), w.rejects]).toEqual([[0, 1, 2], []]);
  writeFileSync(w.at('a.json'), array(5));
  await w.turn();
  await w.turn();
  expect(numbers(w)).toEqual([0, 1, 2, 3, 4]);
  expect(w.delivered()).toHaveLength(5);
});

test('a Windows event log is told by its content; grown, what is new of it counts', async () => {
  const w = watched();
  const log = processLog(3, 20);
  writeFileSync(w.at('Security.evtx'), log.subarray(0, 4096 + 2 * 65_536));
  await w.turn();
  expect(w.counted()).toHaveLength(40);
  expect(JSON.parse(w.counted()[0] ?? '')).toHaveProperty('Event.System');
  writeFileSync(w.at('Security.evtx'), log);
  await w.turn();
  await w.turn();
  expect([w.counted().length, w.delivered().length, w.rejects]).toEqual([60, 60, []]);
});

test('replaced by a copy of itself with more in it, as rsync does: what is new counts', async () => {
  const w = watched();
  for (const [size, name] of [
    [3, 'short.log'],
    [3000, 'long.log'],
  ] as const) {
    const before = numbers(w).length;
    const path = w.at(name);
    writeFileSync(path, lines(0, size));
    await w.turn();
    writeFileSync(w.at('.tmp'), lines(0, size + 2));
    renameSync(w.at('.tmp'), path);
    await w.turn();
    await w.turn();
    expect(numbers(w).slice(before)).toEqual(upTo(size + 2));
  }
});

test('syslog text lines become records where text is read; the last without an end when it has long been there', async () => {
  const w = watched({ readText: (message) => ({ message }) });
  writeFileSync(w.at('messages'), 'Nov 25 08:00:00 web01 sshd[1]: a\nNov 25 08:00:01 web01 sshd[1]: b\nNov 25');
  await w.turn(3000);
  await w.turn(3000);
  expect(w.counted()).toHaveLength(2);
  await w.turn();
  expect(w.counted()[2]).toBe('{"message":"Nov 25"}');
});

test('what cannot be read is refused and ends nothing; binary files, bad lines, closed files', async () => {
  const w = watched();
  writeFileSync(w.at('a.bin'), Buffer.alloc(5000, 1));
  writeFileSync(w.at('b.log'), `${line(0)}nonsense\n${line(1)}`);
  writeFileSync(w.at('c.log'), line(2));
  if (process.getuid?.() !== 0) chmodSync(w.at('c.log'), 0);
  await w.turn();
  await w.turn();
  const closed = process.getuid?.() !== 0;
  expect(sorted(w)).toEqual(closed ? [0, 1] : [0, 1, 2]);
  expect(w.rejects.map(({ code }) => code).toSorted()).toEqual(
    ['INGEST_BINARY_FILE', 'INGEST_INVALID_JSON', ...(closed ? ['INGEST_READ_FAILED'] : [])].toSorted(),
  );
  expect(w.intake.counters.of({ tenant: 'main', id: 'files' })?.rejected).toMatchObject({ INGEST_BINARY_FILE: 1 });
});

test('links are not followed', async () => {
  const w = watched();
  const outside = join(w.base, 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'secret.log'), line('secret'));
  symlinkSync(join(outside, 'secret.log'), w.at('link.log'));
  symlinkSync(outside, w.at('folder'));
  writeFileSync(w.at('a.log'), line(1));
  await w.turn();
  await w.turn();
  expect(numbers(w)).toEqual([1]);
});

test('delivered and not recorded: delivered again with the same ids, though the file has grown', async () => {
  const w = watched();
  writeFileSync(w.at('a.log'), lines(0, 3));
  const saving = w.positions.save.bind(w.positions);
  let saves = 0;
  // The disk fails after the content was begun: records go out, their position is lost.
  w.positions.save = async (put, drop) => {
    saves += put.size;
    if (saves > 1) throw Object.assign(new Error('no'), { code: 'EIO' });
    await saving(put, drop);
  };
  await w.turn();
  expect(numbers(w)).toEqual([0, 1, 2]);
  await w.restart();
  appendFileSync(w.at('a.log'), lines(3, 500));
  await w.turn();
  expect(numbers(w)).toEqual(upTo(500));
  expect(w.delivered()).toHaveLength(503);
});

test('waits while more is becoming durable than should, then goes on', async () => {
  const w = watched({ pendingBytes: 10 });
  const append = w.log.append.bind(w.log);
  const gate = Promise.withResolvers<void>();
  w.log.append = async (batches) => {
    await gate.promise;
    await append(batches);
  };
  const other = w.intake.deliver({
    source: { tenant: 'main', id: 'other' },
    door: 'bulk',
    records: [{ record: { message: 'x' }, raw: '{"message":"a long one"}' }],
  });
  writeFileSync(w.at('a.log'), line(1));
  const turning = w.turn();
  await Promise.race([turning, new Promise((resolve) => setImmediate(resolve))]);
  expect(w.log.appended).toEqual([]);
  gate.resolve();
  await other;
  await turning;
  expect(numbers(w)).toContain(1);
});

test('runs by itself: told by the file system, or looking every second', async () => {
  const w = watched();
  const watch = await w.open();
  const running = watch.run();
  writeFileSync(w.at('a.log'), lines(0, 3));
  await expect.poll(() => w.counted().length, { timeout: 20_000 }).toBe(3);
  appendFileSync(w.at('a.log'), lines(3, 4));
  await expect.poll(() => w.counted().length, { timeout: 20_000 }).toBe(4);
  await watch.close();
  await running;
});

test('a folder that is not there is told so', async () => {
  const w = watched({ folder: '/nowhere/at/all' });
  await expect(w.open()).rejects.toMatchObject({ code: 'INGEST_FOLDER_UNREADABLE' });
});
