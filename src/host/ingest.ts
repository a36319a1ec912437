import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { openLakeQueries } from '../adapters/duckdb/queries.ts';
import { openWorkStore } from '../adapters/sqlite/work-store.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { LANES } from '../contracts/log-batch.ts';
import type { SourceDirectory } from '../contracts/source.ts';
import type { FlushBounds } from '../detect/index.ts';
import { bulkDoor, hecDoor, type IngestHttp, Intake, openIngestHttp, otlpDoor } from '../ingest/index.ts';
import type { EventLog } from '../ports/event-log.ts';
import type { LakeQueries } from '../ports/lake.ts';
import type { WorkStore } from '../ports/work-store.ts';
import { startTrimming } from './log-trim.ts';
import { type Child, keepAlive } from './worker/child.ts';
import { openLog } from './worker/log-place.ts';
import { type KeeperOptions, type LogOnNats, places, type WorkerOptions, workerName } from './worker/options.ts';

export interface IngestOptions {
  readonly dataDir: string;
  /** Files and folders of Sigma rules, for the workers. */
  readonly rules: readonly string[];
  readonly sources: SourceDirectory;
  readonly warn: (message: string) => void;
  /** Where HTTP doors listen; none where absent. */
  readonly http?: {
    readonly host: string;
    readonly port: number;
    readonly tls?: { readonly certFile: string; readonly keyFile: string };
    readonly behindProxy?: readonly string[];
  };
  /** Worker processes; one less than there are cores unless told. */
  readonly workers?: number;
  readonly flush?: Partial<FlushBounds>;
  /** In place of the event log in the data folder. */
  readonly logOnNats?: LogOnNats;
  /** Bytes the lake may take. */
  readonly lakeBytes?: number;
  /** Days that events are kept. */
  readonly retainDays?: number;
  /** For fault tests. */
  readonly crashAt?: WorkerOptions['crashAt'];
  readonly keeperCrashAt?: KeeperOptions['crashAt'];
  readonly crashOn?: WorkerOptions['crashOn'];
  /** For fault tests: what the intake appends to, in place of the log. */
  readonly behindIntake?: (log: EventLog) => EventLog;
}

/** Everything between a sender and the lake: doors, log, workers. */
export interface Ingest {
  readonly intake: Intake;
  readonly log: EventLog;
  readonly work: WorkStore;
  readonly queries: LakeQueries;
  readonly http: IngestHttp | undefined;
  readonly workers: readonly Child[];
  readonly keeper: Child;
  /** Batches of the log that are not in the lake yet. */
  backlog(): Promise<number>;
  /** Stops taking, lets workers finish and commit what they have begun, and closes; what is left in the log is there for the next start. */
  close(): Promise<void>;
}

/** One core is for the doors, the store and everything else. */
const workersHere = (): number => Math.max(1, availableParallelism() - 1);
/** Events are short-lived and many: a larger young heap lets most of them die in it. */
const YOUNG_HEAP = '--max-semi-space-size=16';

const doors = [bulkDoor, hecDoor, otlpDoor];

/**
 * A log that is shorter than what was read of it is another one: it was moved away, or the folder was put together from copies of
 * different times. What comes into it would be taken for done; so all of it is worked on, and ids tell what was done before.
 */
export async function beginAgain(log: EventLog, work: WorkStore, warn: (message: string) => void): Promise<void> {
  const back = new Map<number, number>();
  for (const [lane, { detect, lake }] of work.offsets()) {
    const end = await log.end(lane);
    if (end >= Math.max(detect, lake)) continue;
    warn(
      `lane ${lane} of the event log ends at ${end}, and ${Math.max(detect, lake)} of it were read: it is read from its start`,
    );
    back.set(lane, 0);
  }
  if (back.size > 0) work.commit({ detect: back, lake: back });
}

/** Opens the doors and starts the workers. Throws the log's, the store's and the listener's coded errors. */
export async function openIngest(options: IngestOptions): Promise<Ingest> {
  const { dataDir, rules, sources, warn } = options;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const log = await openLog(dataDir, options.logOnNats);
  const work = openWorkStore({ path: join(dataDir, places.work) });
  const queries = openLakeQueries({ dir: join(dataDir, places.lake), work });
  await beginAgain(log, work, warn);
  const intake = new Intake({
    log: options.behindIntake?.(log) ?? log,
    clock: systemClock,
    incarnation: randomBytes(8).toString('hex'),
  });
  const of = options.workers ?? workersHere();
  const workers = Array.from({ length: of }, (_, index) => {
    const told: WorkerOptions = {
      dataDir,
      index,
      of,
      rules,
      ...(options.flush === undefined ? {} : { flush: options.flush }),
      ...(options.logOnNats === undefined ? {} : { logOnNats: options.logOnNats }),
      ...(options.crashAt === undefined ? {} : { crashAt: options.crashAt }),
      ...(options.crashOn === undefined ? {} : { crashOn: options.crashOn }),
    };
    return keepAlive({ module: 'main', name: workerName(index, of), options: told, warn, execArgv: [YOUNG_HEAP] });
  });
  const keeping: KeeperOptions = {
    dataDir,
    ...(options.lakeBytes === undefined ? {} : { diskBytes: options.lakeBytes }),
    ...(options.retainDays === undefined ? {} : { retainDays: options.retainDays }),
    ...(options.keeperCrashAt === undefined ? {} : { crashAt: options.keeperCrashAt }),
  };
  const keeper = keepAlive({ module: 'keeper-main', name: 'keeper', options: keeping, warn });
  const endTrimming = startTrimming(log, work, warn);
  const backlog = async (): Promise<number> => {
    const offsets = work.offsets();
    let batches = 0;
    for (let lane = 0; lane < LANES; lane += 1) batches += (await log.end(lane)) - (offsets.get(lane)?.lake ?? 0);
    return batches;
  };
  const end = async (http: IngestHttp | undefined): Promise<void> => {
    try {
      await http?.close();
    } finally {
      await Promise.all([...workers, keeper].map((child) => child.stop()));
      await endTrimming();
      await queries.close();
      await work.close();
      await log.close();
    }
  };
  try {
    const http =
      options.http === undefined
        ? undefined
        : await openIngestHttp({ intake, sources, clock: systemClock, ...options.http, doors });
    return { intake, log, work, queries, http, workers, keeper, backlog, close: () => end(http) };
  } catch (error) {
    await end(undefined);
    throw error;
  }
}
