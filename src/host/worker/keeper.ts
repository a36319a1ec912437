import { mkdirSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { openLakeKeeping } from '../../adapters/duckdb/keeping.ts';
import { openWorkStore } from '../../adapters/sqlite/work-store.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { pause } from '../../kernel/pause.ts';
import type { WorkStore } from '../../ports/work-store.ts';
import { settledDetections } from '../live/settled.ts';
import { crasher } from './crasher.ts';
import { type KeeperOptions, places } from './options.ts';

const NICE = 10;
/** Milliseconds between rounds; a round that found much to do is followed by the next at once. */
const EVERY = 5000;
/** Rounds between the slower work: what is past its days, over the budget, or listed by nobody. */
const SELDOM = 12;
/** Detections that stay to be looked at again after a restart; their findings and evidence are in the state store. */
const DETECTIONS = 500_000;

/** The lake's keeper: merges small files, keeps to days and budget. One process a data folder. */
export async function runKeeper(options: KeeperOptions, signal: AbortSignal, ready: () => void): Promise<void> {
  // What comes in goes first: merging can wait for a quieter minute.
  setPriority(NICE);
  const dir = join(options.dataDir, places.lake);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const work = openWorkStore({ path: join(options.dataDir, places.work) });
  // A predecessor whose server was killed may still be at a merge: what it would list after this is refused.
  const claim = work.claim('keeper');
  const keeping = await openLakeKeeping({
    dir,
    work,
    claim,
    clock: systemClock,
    daysOf: () => options.retainDays,
    memoryMb: 256,
    log: (message, details) => process.stderr.write(`${JSON.stringify({ message, ...details })}\n`),
    ...(options.diskBytes === undefined ? {} : { diskBytes: options.diskBytes }),
    ...(options.crashAt === undefined ? {} : { crashPoint: crasher(options.crashAt) }),
  });
  ready();
  for (let round = 1; !signal.aborted; round += 1) {
    const { into } = await keeping.merge();
    if (round % SELDOM === 0) {
      await keeping.retain();
      const { state, bytes, budget, rawDropped, filesDropped } = await keeping.trim();
      const disk = JSON.stringify({
        state,
        bytes,
        budget: Number.isFinite(budget) ? budget : null,
        rawDropped,
        filesDropped,
      });
      work.commit({ claim, snapshots: new Map([['disk', Buffer.from(disk)]]) });
      forgetDetections(work);
      await keeping.sweep();
    }
    if (into === 0) await pause(EVERY, signal);
  }
  await keeping.close();
  await work.close();
}

/** What has not become part of a finding yet stays, however much there is of it. */
function forgetDetections(work: WorkStore): void {
  const upTo = Math.min(settledDetections(work), work.lastDetection() - DETECTIONS);
  // A call takes some thousands: more come in a minute.
  for (;;) {
    const [oldest] = work.detections(0, 1);
    if (oldest === undefined || oldest.sequence > upTo) return;
    work.trimDetections(upTo);
  }
}
