import { z } from 'zod';
import { sourceHealth } from '../detect/index.ts';
import type { IngestView, SourceHealthView } from '../http/views-ingest.ts';
import type { IngestHttp } from '../ingest/index.ts';
import type { Clock } from '../ports/clock.ts';
import type { WorkStore } from '../ports/work-store.ts';
import type { Doors } from './doors.ts';
import type { Ingest } from './ingest.ts';
import { workerName } from './worker/options.ts';

/** Milliseconds an answer is given again: the state behind it is large, changes every ten seconds, and every open console asks. */
const HELD = 4000;
const FIELDS_SHOWN = 10;
/** The worker's counter that is no code of something set aside. */
const DUPLICATES = 'duplicates';

/** As the keeper commits it. */
const Disk = z.object({
  state: z.enum(['ok', 'near', 'over']),
  bytes: z.number(),
  budget: z.number().nullable(),
  rawDropped: z.number(),
  filesDropped: z.number(),
});

/** How a tenant's sources are: what the second stage keeps of them, and what workers counted. Sources that never sent are not among them. */
export function healthOfSources(
  work: Pick<WorkStore, 'snapshot' | 'counts'>,
  tenant: string,
): readonly SourceHealthView[] {
  const counted = countsBySource(work, tenant);
  const watched = sourceHealth(work, tenant).map(({ source, fields, ...activity }) => {
    const { duplicates, setAside } = counted.get(source) ?? none;
    counted.delete(source);
    const shown = fields.toSorted((a, b) => Number(b.hasEnded) - Number(a.hasEnded) || a.share - b.share);
    return { source, ...activity, fields: shown.slice(0, FIELDS_SHOWN), duplicates, setAside };
  });
  // Counted and not watched: all of it was set aside, or the watch has no room for more.
  const others = [...counted].map(([source, { duplicates, setAside }]) => ({
    source,
    lastSeenAt: null,
    eventsPerMinute: 0,
    isYoung: true,
    isSilent: false,
    fields: [],
    duplicates,
    setAside,
  }));
  return [...watched, ...others].sort((a, b) => (a.source < b.source ? -1 : 1));
}

interface Counted {
  duplicates: number;
  readonly setAside: Record<string, number>;
}
const none: Counted = { duplicates: 0, setAside: {} };

function countsBySource(work: Pick<WorkStore, 'counts'>, tenant: string): Map<string, Counted> {
  const bySource = new Map<string, Counted>();
  for (const [key, count] of work.counts(`${tenant}|`)) {
    const [, source = '', name = ''] = key.split('|');
    const counted = bySource.get(source) ?? { duplicates: 0, setAside: {} };
    bySource.set(source, counted);
    if (name === DUPLICATES) counted.duplicates = count;
    else counted.setAside[name] = count;
  }
  return bySource;
}

/** The lake of a tenant by the list of its files, and the disk as the keeper last found it. */
export function lakeState(
  work: Pick<WorkStore, 'files' | 'snapshot'>,
  tenant: string,
): Pick<IngestView, 'lake' | 'disk'> {
  const lake = { bytes: 0, rows: 0, oldestHour: null as string | null };
  for (const { bytes, rows, hour } of work.files(tenant)) {
    lake.bytes += bytes;
    lake.rows += rows;
    if (lake.oldestHour === null || hour < lake.oldestHour) lake.oldestHour = hour;
  }
  const saved = work.snapshot('disk');
  return { lake, disk: saved === undefined ? null : Disk.parse(JSON.parse(Buffer.from(saved).toString('utf8'))) };
}

interface Looked {
  readonly ingest: Pick<Ingest, 'work' | 'workers' | 'keeper' | 'backlog'> & {
    readonly http: Pick<IngestHttp, 'url'> | undefined;
  };
  readonly doors: Pick<Doors, 'open'>;
}

/** What the routes of telemetry's health ask, for the one tenant whose doors these are. */
export function ingestHealth(
  { ingest, doors }: Looked,
  tenant: string,
  clock: Clock,
): { sourceHealth(of: string): readonly SourceHealthView[]; ingest(of: string): Promise<IngestView | undefined> } {
  const { work } = ingest;
  const sources = held(clock, () => healthOfSources(work, tenant));
  const lake = held(clock, () => lakeState(work, tenant));
  return {
    sourceHealth: (of) => (of === tenant ? sources() : []),
    async ingest(of) {
      if (of !== tenant) return undefined;
      return {
        ...lake(),
        backlog: await ingest.backlog(),
        workers: workersOf(ingest),
        door: ingest.http?.url ?? null,
        otherDoors: [...doors.open],
      };
    },
  };
}

function workersOf({ workers, keeper }: Pick<Ingest, 'workers' | 'keeper'>): IngestView['workers'] {
  const named = [
    ...workers.map((child, index) => [workerName(index, workers.length), child] as const),
    ['keeper', keeper] as const,
  ];
  return named.map(([name, { pid, restarts }]) => ({ name, isRunning: pid !== undefined, restarts }));
}

function held<T>(clock: Clock, make: () => T): () => T {
  let last: { readonly at: number; readonly value: T } | undefined;
  return () => {
    const now = clock.now();
    if (last === undefined || now - last.at >= HELD) last = { at: now, value: make() };
    return last.value;
  };
}
