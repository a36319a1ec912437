import type { Entity } from '../../src/contracts/entity.ts';
import type { Action } from '../../src/contracts/response.ts';
import { canaryHold, containment } from '../../src/decide/index.ts';
import {
  createExecutor,
  planAction,
  recordApproval,
  recordProposal,
  recordUndoRequest,
} from '../../src/respond/index.ts';
import { type Company, type Person, TENANT } from './company.ts';
import type { Outside } from './containment.ts';

/** One response step from plan to proof: planned by the connector, approved by two people who did not propose it, done, and checked. */
export function responder(company: Company, outside: Outside) {
  const { store, clock, within } = company;
  const executor = createExecutor({
    store,
    clock,
    connectorFor: outside.connectorFor,
    tenants: async () => [TENANT],
    mayAct: company.watch.mayAct,
    canaryHold,
    listeners: [containment(clock)],
    holder: 'story',
    warn: (message) => {
      throw new Error(message);
    },
    limits: { timeBox: 60_000 },
    publicUrl: null,
  });
  const get = async (id: string): Promise<Action> => {
    const action = await within((tx) => tx.response.get(TENANT, id));
    if (action === null) throw new Error(`no action ${id}`);
    return action;
  };
  return {
    get,
    async propose(finding: string, kind: string, target: Entity, by: Person): Promise<Action> {
      const parts = { store, clock, connectorFor: outside.connectorFor, reachOf: () => ({ said: [], affects: [] }) };
      const plan = await planAction(parts, { tenant: TENANT, finding, kind, target, parameters: {} });
      return within(async (tx) => {
        const stored = await tx.findings.get(TENANT, finding, true);
        return recordProposal(tx, clock, {
          plan,
          parameters: {},
          revision: stored?.finding.revision ?? 1,
          why: 'The account is in the hands of somebody else',
          asked: null,
          by: { kind: 'human', id: by.id, name: by.name },
        });
      });
    },
    approve: (action: Action, by: Person, planHash = action.planHash): Promise<Action> =>
      within((tx) =>
        recordApproval(tx, clock, {
          tenant: TENANT,
          action: action.id,
          planHash,
          by: { id: by.id, name: by.name, speaksFor: 'provider' },
        }),
      ),
    undo: (action: Action, by: Person): Promise<Action> =>
      within((tx) =>
        recordUndoRequest(tx, clock, {
          tenant: TENANT,
          action: action.id,
          by,
          reason: 'New password; machine cleaned',
        }),
      ),
    /** Lets the executor work until the action is at an end of its way; waits between tries pass at once. */
    async settle(action: Action, until: readonly Action['state'][]): Promise<Action> {
      for (let round = 0; round < 20; round++) {
        await executor.tick();
        const now = await get(action.id);
        if (until.includes(now.state)) return now;
        clock.set(clock.now() + 60_000);
      }
      return get(action.id);
    },
  };
}
