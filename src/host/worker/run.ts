import { randomInt } from 'node:crypto';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AttemptFile } from '../../adapters/attempt-file.ts';
import { openLakeBuffer } from '../../adapters/duckdb/buffer.ts';
import { rememberRecent } from '../../adapters/duckdb/recent.ts';
import { openWorkStore } from '../../adapters/sqlite/work-store.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { loadRules } from '../../cli/load.ts';
import type { EventOrigin } from '../../contracts/event.ts';
import { LANES } from '../../contracts/log-batch.ts';
import {
  Baselines,
  Correlations,
  correlatedObservation,
  createMatching,
  LaneWorker,
  type Matched,
  type Poison,
  SecondStage,
  Sightings,
  Upkeep,
  Watch,
} from '../../detect/index.ts';
import { eventOf, eventsOf } from '../../ingest/index.ts';
import { RecentIds } from '../../kernel/recent-ids.ts';
import { compileRules } from '../../sigma/index.ts';
import { crasher } from './crasher.ts';
import { openLog } from './log-place.ts';
import { places, type WorkerOptions, workerName } from './options.ts';

/** Milliseconds between rounds of the second stage. */
const SECOND_STAGE_EVERY = 500;
/** What may be sent again: events received so long ago, in milliseconds. */
const RESEND_WINDOW = 30 * 60_000;

/** A worker: its lanes of the first stage, and in worker 0 the second stage. Ends when the signal aborts and its work is committed. */
export async function runWorker(options: WorkerOptions, signal: AbortSignal, ready: () => void): Promise<void> {
  const { dataDir, index, of } = options;
  const log = await openLog(dataDir, options.logOnNats);
  const work = openWorkStore({ path: join(dataDir, places.work) });
  // Before anything is read: what a predecessor that still runs commits after this is refused.
  const lanes = Array.from({ length: LANES }, (_, lane) => lane).filter((lane) => lane % of === index);
  const name = workerName(index, of);
  const claim = work.claim(name, ...lanes.map((lane) => `lane-${lane}`));
  const lakeDir = join(dataDir, places.lake);
  mkdirSync(lakeDir, { recursive: true, mode: 0o700 });
  const buffer = await openLakeBuffer({
    dir: lakeDir,
    writer: `${name}-${systemClock.now().toString(36)}-${process.pid}`,
    memoryMb: options.lakeMemoryMb ?? 160,
  });
  const { engine } = compileRules(loadRules(options.rules));
  const fieldsFor = (origin: EventOrigin): ReadonlyMap<string, number> => engine.fieldsFor(origin);
  const recent = new RecentIds();
  const since = systemClock.now() - RESEND_WINDOW;
  for (const path of await rememberRecent(lakeDir, work.allFiles(), since, (id) => recent.add(id)))
    process.stderr.write(
      `${name}: the lake file ${path} cannot be read; what is in it counts again if it is sent again\n`,
    );
  const marker = new AttemptFile(join(dataDir, `${name}.attempt`));
  const matchers = new Map<string, ReturnType<typeof createMatching>>();
  const worker = new LaneWorker({
    claim,
    lanes,
    log,
    work,
    buffer,
    clock: systemClock,
    marker,
    recent,
    unpack: eventsOf,
    match: (tenant, event): Matched | undefined => {
      if (options.crashOn !== undefined && event.raw?.includes(options.crashOn)) process.kill(process.pid, 'SIGKILL');
      let matcher = matchers.get(tenant);
      if (matcher === undefined) {
        matcher = createMatching(engine, tenant);
        matchers.set(tenant, matcher);
      }
      return matcher(event);
    },
    correlated: correlatedObservation(engine.feeders),
    watches: [new Watch({ claim, clock: systemClock, fieldsFor }), new Sightings({ claim, clock: systemClock })],
    onPoison: poisonFile(join(dataDir, places.rejects)),
    ...(options.flush === undefined ? {} : { flush: options.flush }),
    ...(options.crashAt === undefined ? {} : { crashPoint: crasher(options.crashAt) }),
  });
  ready();
  const second =
    index === 0
      ? secondStage(
          new SecondStage({
            work,
            claim,
            clock: systemClock,
            observers: [
              new Correlations(engine, eventOf),
              new Upkeep(fieldsFor),
              new Baselines({ secret: keySecret() }),
            ],
            workers: Array.from({ length: of }, (_, at) => workerName(at, of)),
          }),
          signal,
        )
      : undefined;
  await worker.run(signal);
  second?.();
  await buffer.close();
  marker.close();
  await work.close();
  await log.close();
}

/** Runs the second stage beside the first; the answer ends it. */
function secondStage(stage: SecondStage, signal: AbortSignal): () => void {
  const timer = setInterval(() => {
    if (!signal.aborted) stage.step();
  }, SECOND_STAGE_EVERY);
  return () => {
    clearInterval(timer);
    stage.step();
    stage.save();
  };
}

function poisonFile(path: string): (poison: Poison) => void {
  return ({ raw, ...said }) => {
    const text = typeof raw === 'string' ? { text: raw } : { base64: Buffer.from(raw).toString('base64') };
    appendFileSync(path, `${JSON.stringify({ ...said, raw: text })}\n`, { mode: 0o600 });
  };
}

/** Drawn once for a deployment: where there is a state already, its own holds. */
function keySecret(): { readonly a: number; readonly b: number } {
  return { a: randomInt(2 ** 32), b: randomInt(2 ** 32) };
}
