/** The ingest plane as a process that tests may kill: doors, log, workers and keeper as in production, without a database. */
import type { SourceDirectory } from '../../../src/contracts/source.ts';
import { type IngestOptions, openIngest } from '../../../src/host/ingest.ts';
import { crashingLog, type LogCrash, slowLog } from './log-faults.ts';

export interface Faults {
  readonly worker?: NonNullable<IngestOptions['crashAt']>;
  readonly keeper?: NonNullable<IngestOptions['keeperCrashAt']>;
  readonly log?: LogCrash;
  /** Milliseconds by which each append is late. */
  readonly slowMs?: number;
  /** A record with this text ends the worker that reads it. */
  readonly poison?: string;
}

export interface ServerOptions {
  readonly dataDir: string;
  readonly rules: string;
  readonly port: number;
  readonly token: string;
  readonly faults: Faults;
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
}

export type FromServer =
  | { readonly kind: 'open' }
  | { readonly kind: 'warned'; readonly message: string }
  | {
      readonly kind: 'state';
      readonly workers: readonly number[];
      readonly keeper: number | undefined;
      readonly backlog: number;
      readonly detections: number;
      readonly strangers: Readonly<Record<string, number>>;
      readonly rejected: Readonly<Record<string, number>>;
    };

const { dataDir, rules, port, token, faults, tls }: ServerOptions = JSON.parse(process.argv[2] ?? '{}');
const say = (message: FromServer): void => {
  if (process.connected) process.send?.(message);
};
const feed = { tenant: 'main', id: 'feed' } as const;
const sources: SourceDirectory = {
  byToken: (given) => (given === token ? feed : undefined),
  byPeer: () => undefined,
};
const { worker, keeper, log: logCrash, slowMs, poison } = faults;
const ingest = await openIngest({
  dataDir,
  rules: [rules],
  workers: 2,
  sources,
  warn: (message) => say({ kind: 'warned', message }),
  http: { host: '127.0.0.1', port, ...(tls === undefined ? {} : { tls }) },
  flush: { bytes: 128 * 1024, milliseconds: 400 },
  behindIntake: (log) => {
    if (logCrash !== undefined) return crashingLog(log, dataDir, logCrash);
    return slowMs === undefined ? log : slowLog(log, slowMs);
  },
  ...(worker === undefined ? {} : { crashAt: worker }),
  ...(keeper === undefined ? {} : { keeperCrashAt: keeper }),
  ...(poison === undefined ? {} : { crashOn: poison }),
});
say({ kind: 'open' });
process.once('disconnect', () => process.exit(1));
const tell = setInterval(async () => {
  say({
    kind: 'state',
    workers: ingest.workers.map(({ pid }) => pid).filter((pid) => pid !== undefined),
    keeper: ingest.keeper.pid,
    backlog: await ingest.backlog(),
    detections: ingest.work.lastDetection(),
    strangers: ingest.http?.strangers ?? {},
    rejected: ingest.intake.counters.of(feed)?.rejected ?? {},
  });
}, 100);
process.once('message', async () => {
  clearInterval(tell);
  await ingest.close();
  process.exit(0);
});
