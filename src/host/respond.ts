import { hostname } from 'node:os';
import { systemClock } from '../adapters/system-clock.ts';
import type { MayAct } from '../contracts/autonomy.ts';
import { type Reach, ResponsePlaybook } from '../contracts/response.ts';
import { canaryHold, containment } from '../decide/index.ts';
import type { RespondDeps } from '../http/deps.ts';
import { stableId } from '../kernel/ids.ts';
import type { ConnectorById, ConnectorFor } from '../ports/connector.ts';
import type { EventLake } from '../ports/event-lake.ts';
import type { StateStore } from '../ports/state-store.ts';
import { createExecutor, reachIn } from '../respond/index.ts';
import { type NotifierFor, onCallNow } from './on-call.ts';

export interface RespondParts {
  readonly store: StateStore;
  readonly lake: EventLake;
  readonly tenant: string;
  readonly publicUrl: string | null;
  readonly connectorFor: ConnectorFor;
  readonly connectorById?: ConnectorById;
  readonly notifierFor: NotifierFor;
  readonly mayAct: MayAct;
  readonly playbooks: readonly { content: unknown }[];
  readonly warn: (message: string) => void;
}

const noReach: Reach = { said: [], affects: [] };

/** Response on one machine: what the API plans with, and the executor, already running. */
export function startRespond(parts: RespondParts): { readonly deps: RespondDeps; readonly stop: () => Promise<void> } {
  const { store, lake, tenant, connectorFor, connectorById, notifierFor, mayAct, publicUrl, warn } = parts;
  const executor = createExecutor({
    store,
    clock: systemClock,
    connectorFor,
    ...(connectorById === undefined ? {} : { connectorById }),
    tenants: async () => [tenant],
    mayAct,
    canaryHold,
    listeners: [containment(systemClock)],
    holder: stableId('executor', hostname(), String(process.pid), String(systemClock.now())),
    warn,
    publicUrl,
    toTell: onCallNow(store, notifierFor),
  });
  return {
    deps: {
      connectorFor,
      reachOf: (of, entity) => (of === tenant ? reachIn(lake, entity) : noReach),
      canaryHold,
      playbooks: parts.playbooks.map(({ content }) => ResponsePlaybook.parse(content)),
    },
    stop: executor.start(),
  };
}
