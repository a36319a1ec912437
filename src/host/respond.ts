import { hostname } from 'node:os';
import { systemClock } from '../adapters/system-clock.ts';
import type { MayAct } from '../contracts/autonomy.ts';
import { type Reach, ResponsePlaybook } from '../contracts/response.ts';
import type { RespondDeps } from '../http/deps.ts';
import { stableId } from '../kernel/ids.ts';
import type { ConnectorFor } from '../ports/connector.ts';
import type { EventLake } from '../ports/event-lake.ts';
import type { ResponseListener } from '../ports/listeners.ts';
import type { StateStore } from '../ports/state-store.ts';
import { createExecutor, type IsCanary, reachIn } from '../respond/index.ts';

export interface RespondParts {
  readonly store: StateStore;
  readonly lake: EventLake;
  readonly tenant: string;
  readonly publicUrl: string | null;
  readonly connectorFor: ConnectorFor;
  readonly mayAct: MayAct;
  readonly isCanary: IsCanary;
  readonly playbooks: readonly { content: unknown }[];
  readonly warn: (message: string) => void;
}

const noReach: Reach = { said: [], affects: [] };

/** What was contained is told on the finding's incident. */
const incidentContained: ResponseListener = {
  contained: async (tx, { tenant, finding }) => {
    await tx.review.containIncident(tenant, finding, systemClock.now());
  },
};

/** Response on one machine: what the API plans with, and the executor, already running. */
export function startRespond(parts: RespondParts): { readonly deps: RespondDeps; readonly stop: () => Promise<void> } {
  const { store, lake, tenant, connectorFor, mayAct, isCanary, publicUrl, warn } = parts;
  const executor = createExecutor({
    store,
    clock: systemClock,
    connectorFor,
    tenants: async () => [tenant],
    mayAct,
    isCanary,
    listeners: [incidentContained],
    holder: stableId('executor', hostname(), String(process.pid), String(systemClock.now())),
    warn,
    publicUrl,
  });
  return {
    deps: {
      connectorFor,
      isCanary,
      reachOf: (of, entity) => (of === tenant ? reachIn(lake, entity) : noReach),
      playbooks: parts.playbooks.map(({ content }) => ResponsePlaybook.parse(content)),
    },
    stop: executor.start(),
  };
}
