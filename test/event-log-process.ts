/**
 * A process of its own with an event log open, for tests. Arguments: which log (JSON), what to do, on which lane.
 * `follow <lane> <count>` prints position and digest of each batch as it comes, until there were that many;
 * `append <lane>` appends numbered batches without end and prints each number once it is told to be durable.
 */
import { openJetStreamLog } from '../src/adapters/jetstream/event-log.ts';
import { openLmdbLog } from '../src/adapters/lmdb/event-log.ts';
import { sha256 } from '../src/kernel/ids.ts';
import type { EventLog } from '../src/ports/event-log.ts';
import { numberedBatch } from './support/numbered-batch.ts';

/** Where the log is. */
export type LogPlace =
  | { readonly lmdb: { readonly path: string } }
  | { readonly jetstream: { readonly servers: string[]; readonly name: string; readonly maxBytes: number } };

export async function openLog(place: LogPlace): Promise<EventLog> {
  return 'lmdb' in place ? openLmdbLog(place.lmdb) : await openJetStreamLog(place.jetstream);
}

async function follow(log: EventLog, lane: number, count: number): Promise<void> {
  for (let seen = 0, after = 0; seen < count; ) {
    for (const { position, bytes } of await log.read(lane, after, 1024 * 1024)) {
      process.stdout.write(`${position} ${sha256(bytes)}\n`);
      after = position;
      seen += 1;
    }
    if (seen < count) await log.more(new Map([[lane, after]]), new AbortController().signal);
  }
  await log.close();
}

/** Two batches an append, so that half an append could be seen. */
async function append(log: EventLog, lane: number): Promise<void> {
  for (let number = 0; ; number += 4) {
    await Promise.all(
      [number, number + 2].map(async (first) => {
        await log.append([first, first + 1].map((each) => ({ lane, bytes: numberedBatch(each), events: 1 })));
        process.stdout.write(`${first}\n`);
      }),
    );
  }
}

if (import.meta.main) {
  const [place = '', what, lane, count] = process.argv.slice(2);
  const log = await openLog(JSON.parse(place) as LogPlace);
  process.stdout.write('open\n');
  if (what === 'follow') await follow(log, Number(lane), Number(count));
  else await append(log, Number(lane));
}
