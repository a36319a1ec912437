import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Database } from './database.ts';
import { Once, onceTables } from './once.ts';

test('ids are forgotten only when they are trimmed and far behind, and numbers are never given twice', () => {
  const path = mkdtempSync(join(tmpdir(), 'bw-once-'));
  const database = new Database(path, onceTables('entries'));
  const once = new Once<string>(database.connection, 'entries', 3);
  const within = <T>(work: () => T): T => {
    let done: T[] = [];
    database.write(() => {
      done = [work()];
    });
    return done[0] as T;
  };
  within(() => {
    for (const id of 'abcdefghij') once.add(id, `entry ${id}`);
  });
  const known = (): string => [...'abcdefghij'].filter((id) => once.has(id)).join('');
  within(() => once.trim(4));
  expect([known(), once.after(0, 99).length, once.last()]).toEqual(['efghij', 6, 10]);
  within(() => once.trim(10));
  // The last three are known although nothing is left of them.
  expect([known(), once.after(0, 99).length, once.last()]).toEqual(['hij', 0, 10]);
  expect(within(() => [once.add('j', 'again'), once.add('a', 'anew')])).toEqual([false, true]);
  expect(once.after(0, 99)).toEqual([{ sequence: 11, entry: 'anew' }]);
  database.close();
  rmSync(path, { recursive: true, force: true });
});
