import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLmdbLog } from '../../../src/adapters/lmdb/event-log.ts';
import { encodeBatch } from '../../../src/contracts/log-batch.ts';
import { places } from '../../../src/host/worker/options.ts';
import { type Bench, type Report, type RunOptions, run, until } from './run.ts';

/** A run with something that had to be put aside. */
export interface AsideReport extends Report {
  /** Codes and records of the reject file. */
  readonly aside: readonly { readonly code: string; readonly raw: { readonly text?: string } }[];
}

/** What the rejects' file says, read before the folder goes. */
async function withRejects(disturb: (bench: Bench) => Promise<void>, options: RunOptions): Promise<AsideReport> {
  let dataDir = '';
  let aside: AsideReport['aside'] = [];
  const report = await run(
    async (bench) => {
      dataDir = bench.plane.dataDir;
      await disturb(bench);
    },
    {
      ...options,
      atEnd: () => {
        const lines = readFileSync(join(dataDir, places.rejects), 'utf8').trimEnd().split('\n');
        aside = lines.map((line) => JSON.parse(line));
      },
    },
  );
  return { ...report, aside };
}

/** A whole batch whose bytes were flipped, and a batch of three of which one record is no JSON, among what comes in. */
export function damagedBatches(seed = 1): Promise<AsideReport> {
  return withRejects(
    async ({ plane, sender, records }) => {
      await until('events receipted', () => sender.receipted > 300);
      const three = records
        .request(1)
        .body.split('\n')
        .filter((line) => line.startsWith('{"@'));
      const texts = [...three.slice(0, 3), '{"cut": "sho'].map((text) => Buffer.from(text));
      const whole = encodeBatch({
        tenant: 'main',
        source: 'feed',
        door: 'bulk',
        receivedAt: Date.now(),
        ids: Buffer.from(texts.map((_, at) => `fa${at}`.padEnd(32, '0')).join(''), 'hex'),
        lengths: Uint32Array.from(texts, ({ length }) => length),
        text: Buffer.concat(texts),
      });
      const flipped = Buffer.from(whole);
      for (let at = 40; at < flipped.length; at += 50) flipped[at] = (flipped[at] ?? 0) ^ 0xff;
      const log = openLmdbLog({ path: join(plane.dataDir, places.log) });
      await log.append([{ lane: 2, bytes: flipped, events: 4 }]);
      await log.append([{ lane: 3, bytes: whole, events: 4 }]);
      await log.close();
      sender.receipted += 3;
      const more = sender.receipted + 500;
      await until('the lanes go on', () => sender.receipted > more && (plane.state?.backlog ?? 1) < 100);
      await plane.kill();
      await plane.start();
    },
    { seed },
  );
}

/** A record that ends whichever worker reads it, among others. */
export function poisonEvent(seed = 1): Promise<AsideReport> {
  return withRejects(
    async ({ plane, sender, records }) => {
      await until('events receipted', () => sender.receipted > 300);
      const { body, events } = records.request(3);
      const [action, first = ''] = body.split('\n');
      const deadly = first.replace(/"marker":"[^"]*"/, '"marker":"deadly"');
      await sender.deliver({ body: `${action}\n${deadly}\n${body}`, events });
      await until('workers die of it', () => (plane.killed.worker ?? 0) >= 3);
      const died = plane.killed.worker;
      const more = sender.receipted + 500;
      await until('the lanes go on', () => sender.receipted > more && (plane.state?.backlog ?? 1) < 100);
      if (plane.killed.worker !== died) throw new Error('a worker died of a record that had been put aside');
      await plane.kill();
      await plane.start({ poison: '"deadly"' });
    },
    { seed, faults: { poison: '"deadly"' } },
  );
}
