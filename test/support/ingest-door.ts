import { systemClock } from '../../src/adapters/system-clock.ts';
import { decodeBatch, ID_BYTES } from '../../src/contracts/log-batch.ts';
import type { SourceDirectory } from '../../src/contracts/source.ts';
import type { IngestDoor } from '../../src/ingest/http/index.ts';
import type { HttpLimits } from '../../src/ingest/http/limits.ts';
import { type IngestHttp, Intake, openIngestHttp } from '../../src/ingest/index.ts';
import { MemoryLog } from './memory-log.ts';

export const TOKEN = 'bw_0123456789abcdef0123456789abcdef';
const source = { tenant: 'main', id: 'feed' } as const;

/** One source, `main/feed`, whose token is TOKEN. */
const sources: SourceDirectory = {
  byToken: (token) => (token === TOKEN ? source : undefined),
  byPeer: () => undefined,
};

/** An event of the log. */
export interface Kept {
  readonly id: string;
  readonly lane: number;
  readonly text: string;
}

export interface OpenDoor {
  readonly http: IngestHttp;
  readonly intake: Intake;
  readonly log: MemoryLog;
  readonly authorization: string;
  /** Everything the log holds, lane by lane as appended. */
  kept(): readonly Kept[];
  counts(): ReturnType<Intake['counters']['of']>;
}

interface DoorOptions {
  readonly limits?: Partial<HttpLimits>;
  readonly log?: MemoryLog;
  readonly pendingBytes?: number;
  readonly tls?: { certFile: string; keyFile: string };
}

/** Doors on a port of their own, before an intake and a log in memory. */
export async function openDoors(doors: readonly IngestDoor[], options: DoorOptions = {}): Promise<OpenDoor> {
  const { limits, log = new MemoryLog(), pendingBytes, tls } = options;
  const bound = pendingBytes === undefined ? {} : { pendingBytes };
  const intake = new Intake({ log, clock: systemClock, incarnation: 'test', ...bound });
  const listener = { intake, sources, clock: systemClock, host: '127.0.0.1', port: 0, limits, tls, doors };
  const http = await openIngestHttp(listener);
  return {
    http,
    intake,
    log,
    authorization: `ApiKey ${TOKEN}`,
    kept: () => log.appended.flatMap(({ lane, bytes }) => keptIn(bytes, lane)),
    counts: () => intake.counters.of(source),
  };
}

/** The events of one encoded batch. */
export function keptIn(bytes: Uint8Array, lane: number): readonly Kept[] {
  const { ids, lengths, text } = decodeBatch(bytes);
  const kept: Kept[] = [];
  let from = 0;
  for (const [at, length] of lengths.entries()) {
    const id = ids.toString('hex', at * ID_BYTES, (at + 1) * ID_BYTES);
    kept.push({ id, lane, text: text.toString('utf8', from, from + length) });
    from += length;
  }
  return kept;
}
