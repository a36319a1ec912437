import { join } from 'node:path';
import { Habits } from '../../adapters/memory-lake/habits.ts';
import { MemoryLake } from '../../adapters/memory-lake/lake.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { EventArchive } from '../../ingest/index.ts';
import type { TuningParts } from '../../learn/index.ts';
import type { StateStore } from '../../ports/state-store.ts';
import type { Pipeline } from '../../topology.ts';
import { DetectorHistory } from '../../triage/index.ts';
import { type Doors, openDoors } from '../doors.ts';
import { type Ingest, type IngestOptions, openIngest } from '../ingest.ts';
import { type HeldSources, openSourceDirectory } from '../source-directory.ts';
import type { Telemetry } from '../telemetry.ts';
import { places } from '../worker/options.ts';
import { lakeHabits } from './lake-habits.ts';
import { eventsOf, Live } from './live.ts';
import { SettingAside } from './set-aside.ts';

/** How telemetry comes in; the data folder and the rules are the host's. */
export type DoorOptions = Pick<
  IngestOptions,
  'http' | 'workers' | 'flush' | 'lakeBytes' | 'retainDays' | 'logOnNats'
> & {
  /** Configures watched folders, streams and syslog; `doors.yaml` in the data folder, where there is one. */
  readonly doorsFile?: string;
};

/** Telemetry coming in for one tenant, from its doors to its findings. */
export interface LiveIngest {
  readonly ingest: Ingest;
  readonly sources: HeldSources;
  readonly doors: Doors;
  close(): Promise<void>;
}

/** What is near for triage and investigation while telemetry comes in: events by need, and what is usual, counted over the whole lake. */
export interface Near {
  readonly lake: MemoryLake;
  readonly habits: Habits;
  /** The past of detections. */
  readonly history: DetectorHistory;
}

export function near(): Near {
  const habits = new Habits();
  return { lake: new MemoryLake(() => new EventArchive(), habits), habits, history: new DetectorHistory() };
}

interface LiveParts extends DoorOptions, Near {
  readonly dataDir: string;
  readonly rules: readonly string[];
  readonly tenant: string;
  readonly store: Pick<StateStore, 'withTenants' | 'onChange'>;
  readonly pipeline: Pipeline;
  readonly telemetry: Telemetry;
  readonly ruleOf: TuningParts['ruleOf'];
  readonly warn: (message: string) => void;
}

/** Opens a tenant's doors and follows what the workers find. Throws the coded errors of log, store and listener. */
export async function openLive(parts: LiveParts): Promise<LiveIngest> {
  const {
    dataDir,
    rules,
    tenant,
    store,
    pipeline,
    telemetry,
    ruleOf,
    warn,
    lake,
    habits,
    history,
    doorsFile,
    ...listening
  } = parts;
  const sources = await openSourceDirectory({ store, clock: systemClock, tenants: () => [tenant], warn });
  let ingest: Ingest;
  let doors: Doors;
  try {
    ingest = await openIngest({ dataDir, rules, sources, warn, ...listening });
    try {
      doors = await openDoors({ dataDir, file: doorsFile, tenant, intake: ingest.intake, sources, warn });
    } catch (error) {
      await ingest.close();
      throw error;
    }
  } catch (error) {
    await sources.close();
    throw error;
  }
  const aside = new SettingAside({ tenant, store, work: ingest.work, ruleOf, clock: systemClock, eventsOf, warn });
  const live = new Live({
    aside,
    tenant,
    work: ingest.work,
    queries: ingest.queries,
    lake,
    habits,
    history,
    pipeline,
    telemetry,
    clock: systemClock,
    warn,
    refreshHabits: lakeHabits(join(dataDir, places.lake), tenant, ingest.work, systemClock),
    received: () => ingest.intake.counters.totals(tenant),
  });
  const stop = new AbortController();
  const following = live.run(stop.signal);
  return {
    ingest,
    sources,
    doors,
    async close() {
      stop.abort();
      await following;
      aside.close();
      await doors.close();
      await ingest.close();
      await sources.close();
    },
  };
}
