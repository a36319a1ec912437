import type { ActionPlan } from '../src/contracts/action.ts';
import type { Action } from '../src/contracts/response.ts';
import { canonicalJson } from '../src/kernel/canonical-json.ts';
import { sha256 } from '../src/kernel/ids.ts';
import type { StateTx } from '../src/ports/state-store.ts';

/** A small but complete action on finding f1; each part may be changed. */
export function actionLike(tenant: string, id: string, part: Partial<Action> = {}): Action {
  const target = { kind: 'host', value: 'ws-01' } as const;
  const plan: ActionPlan = {
    v: 1,
    tenant,
    finding: 'f1',
    kind: 'isolate_host',
    connector: 'dry-run',
    target,
    arguments: { dryRun: true },
    impact: 'high',
    reversible: true,
    undo: 'Joined again',
    before: {},
    blastRadius: { said: ['1 account of people was seen active on it'], affects: [] },
  };
  return {
    id,
    tenant,
    finding: 'f1',
    revision: 1,
    kind: plan.kind,
    target,
    parameters: {},
    why: 'It encrypts',
    state: 'proposed',
    phase: 'do',
    reason: '',
    plan,
    planNumber: 1,
    planHash: sha256(canonicalJson(plan)),
    approvalsNeeded: 1,
    asked: null,
    proposedBy: { kind: 'human', id: 'ann', name: 'Ann Analyst' },
    clearance: null,
    grant: null,
    proposedAt: 100,
    expiresAt: 1_000_000,
    approvedAt: null,
    startedAt: null,
    verifiedAt: null,
    undoneAt: null,
    updatedAt: 100,
    step: 'ready',
    attempt: 0,
    checks: 0,
    nextAt: null,
    receipt: null,
    check: null,
    ...part,
  };
}

/** At least one row of `tenant` in every table of response. Finding f1 at revision 1 is there. */
export async function fillResponseTables(tx: StateTx, tenant: string, id = 'a1'): Promise<void> {
  const action = actionLike(tenant, id);
  await tx.response.create(action);
  await tx.response.approve(tenant, id, {
    planNumber: 1,
    planHash: action.planHash,
    by: { id: 'bea', name: 'Bea' },
    speaksFor: 'provider',
    at: 200,
  });
  await tx.response.put({
    ...action,
    state: 'verified',
    clearance: { by: ['bea'], customer: null },
    approvedAt: 200,
    startedAt: 201,
    verifiedAt: 202,
    check: { outcome: 'yes', saw: 'cut off' },
  });
  await tx.response.note(tenant, id, { phase: 'do', attempt: 1, event: 'intent', detail: {}, at: 201 });
}
