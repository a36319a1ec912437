import { systemClock } from '../../adapters/system-clock.ts';
import type { Model } from '../../contracts/model.ts';
import type { ModelDeps } from '../../http/deps.ts';
import { Champions, driftOf, Learner, scoringInShadow, teaching } from '../../learn/index.ts';
import type { DecisionListener, FindingListener } from '../../ports/listeners.ts';
import type { StateStore } from '../../ports/state-store.ts';
import { reasonOf } from '../live/reason.ts';
import { learningThread } from './thread.ts';

/** How often drift is looked at. */
const DRIFT_EVERY_MS = 3_600_000;

export interface LearningParts {
  readonly store: StateStore;
  /** Tenants this process works for. */
  readonly tenants: () => readonly string[];
  readonly isExercise: NonNullable<DecisionListener['isExercise']>;
  /** Threat probability below which a finding is not put before a person. */
  readonly line: number;
  /** The champion has changed: what is at hand is to be weighed anew. */
  readonly promoted: (tenant: string) => void;
  readonly warn: (message: string) => void;
}

export interface Learning {
  readonly deps: ModelDeps;
  readonly championOf: (tenant: string) => Model;
  readonly decisionListener: DecisionListener;
  readonly findingListeners: readonly FindingListener[];
  start(): void;
  stop(): Promise<void>;
}

/** Learning on one machine: champions at hand, challengers taught in a thread, drift looked at each hour. */
export async function openLearning(parts: LearningParts): Promise<Learning> {
  const { store, tenants, line, promoted, warn } = parts;
  const champions = new Champions(store, systemClock);
  for (const tenant of tenants()) await champions.begin(tenant);
  const thread = learningThread();
  const learner = new Learner({ store, clock: systemClock, tenants, learn: thread.learn, warn });
  const teaches = teaching({ isExercise: parts.isExercise });
  const watch = driftWatch(store, tenants, warn);
  const refresh = async (tenant: string): Promise<void> => {
    await champions.refresh(tenant);
    promoted(tenant);
  };
  // Another process of the same store may promote as well.
  const unsubscribe = store.onChange(({ tenant, kind }) => {
    if (kind === 'champion' && tenants().includes(tenant))
      refresh(tenant).catch((error: unknown) =>
        warn(`the champion of ${tenant} could not be read: ${reasonOf(error)}`),
      );
  });
  return {
    deps: { learn: thread.learn, line, promoted: (tenant) => champions.refresh(tenant) },
    championOf: (tenant) => champions.of(tenant),
    decisionListener: teaches,
    findingListeners: [teaches, scoringInShadow(systemClock)],
    start() {
      learner.start();
      watch.start();
    },
    async stop() {
      unsubscribe();
      await watch.stop();
      await learner.stop();
      await thread.stop();
    },
  };
}

/** Says in the log what is significant, once until it changes. */
function driftWatch(store: StateStore, tenants: () => readonly string[], warn: (message: string) => void) {
  const last = new Map<string, string>();
  let running: Promise<void> = Promise.resolve();
  const look = async (): Promise<void> => {
    for (const tenant of tenants()) {
      try {
        const drift = await store.withTenants([tenant], (tx) => driftOf(tx, systemClock, tenant));
        const kinds = (drift?.said ?? []).map((text) => text.slice(0, 20)).join('|');
        if (kinds !== (last.get(tenant) ?? ''))
          for (const text of drift?.said ?? []) warn(`drift in ${tenant}: ${text}`);
        last.set(tenant, kinds);
      } catch (error) {
        warn(`drift of ${tenant} could not be looked at: ${reasonOf(error)}`);
      }
    }
  };
  let timer: NodeJS.Timeout | undefined;
  return {
    start() {
      timer = setInterval(() => {
        running = running.then(look);
      }, DRIFT_EVERY_MS).unref();
    },
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
