import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openLmdbLog } from '../../src/adapters/lmdb/event-log.ts';
import { LANES } from '../../src/contracts/log-batch.ts';
import { keptIn } from '../support/ingest-door.ts';

const KILLS = 12;
const LINES = 3000;

async function start(base: string, folder: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../watch-process.ts'), base, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** Number of the line -> ids it has in the log. */
async function inLog(base: string): Promise<ReadonlyMap<number, ReadonlySet<string>>> {
  const log = openLmdbLog({ path: join(base, 'log') });
  const found = new Map<number, Set<string>>();
  for (let lane = 0; lane < LANES; lane += 1)
    for (const { bytes } of await log.read(lane, 0, 2 ** 30))
      for (const { id, text } of keptIn(bytes, lane)) {
        const { n } = JSON.parse(text) as { n: number };
        found.set(n, (found.get(n) ?? new Set()).add(id));
      }
  await log.close();
  return found;
}

test('killed at any moment while files grow and are rotated: each line counts once', async () => {
  const base = mkdtempSync(join(tmpdir(), 'bw-watch-kill-'));
  const folder = join(base, 'logs');
  mkdirSync(folder);
  const app = join(folder, 'app.log');
  let written = 0;
  const text = (count: number): string =>
    Array.from({ length: count }, () => {
      written += 1;
      return `{"n":${written},"host":"h${written % 7}","x":"${'x'.repeat(written % 300)}"}\n`;
    }).join('');
  let child: ChildProcess | undefined;
  try {
    for (let round = 0; round < KILLS; round += 1) {
      child = await start(base, folder);
      // The moments differ from round to round: in the middle of reading, delivering, recording.
      for (let piece = 0; piece < 6; piece += 1) {
        appendFileSync(app, text(LINES / 6));
        await later((round * 13) % 40);
      }
      if (round % 3 === 1) renameSync(app, `${app}.${round}`);
      if (round % 3 === 2) writeFileSync(join(folder, `trail-${round}.json.gz`), gzipSync(text(LINES)));
      await kill(child);
    }
    child = await start(base, folder);
    await expect.poll(async () => (await inLog(base)).size, { timeout: 60_000, interval: 250 }).toBe(written);
    await kill(child);
    child = undefined;
    const found = await inLog(base);
    expect([...found.values()].filter(({ size }) => size !== 1)).toEqual([]);
    expect(found.size).toBe(written);
  } finally {
    if (child !== undefined) await kill(child);
    rmSync(base, { recursive: true, force: true });
  }
}, 180_000);
