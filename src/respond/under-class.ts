import type { ActionState } from '../contracts/action.ts';
import { isBuiltInAccount } from '../contracts/names.ts';
import type { Action } from '../contracts/response.ts';
import type { StateTx, StoredFinding } from '../ports/state-store.ts';
import { kindOrUndefined } from './kinds.ts';
import { titleOf } from './outcome.ts';
import type { PlanningParts } from './parts.ts';
import { planAction } from './plan.ts';
import { proposeUnderGrant, recordProposal } from './propose.ts';

/** The grant of a class, as far as response needs to know it. */
interface ClassGrant {
  readonly id: string;
  readonly key: string;
  readonly signedBy: { readonly id: string; readonly name: string };
}

/** An action that a class would take on a finding: planned, and not yet taken up. */
export interface ClassAction {
  runUnderGrant(tx: StateTx, grant: ClassGrant): Promise<void>;
  propose(tx: StateTx, grant: ClassGrant): Promise<void>;
}

/** The component that acts for classes, as the ledger names it. */
const actor = { kind: 'ai', id: 'autonomy', version: '1' } as const;

/**
 * Plans what a class that acts would do to a finding: its kind, on the first entity of the finding that the kind is done to. Null where
 * there is none, where no connector does it, or where the same is open already. Throws what connectors throw when they look.
 */
export async function planForClass(
  parts: PlanningParts,
  { finding }: StoredFinding,
  kind: string,
): Promise<ClassAction | null> {
  const { store, clock } = parts;
  const { id, tenant, revision, entities } = finding;
  const known = kindOrUndefined(kind);
  const target = entities.find(
    (entity) =>
      known?.targets.includes(entity.kind) === true && !(entity.kind === 'user' && isBuiltInAccount(entity.value)),
  );
  if (target === undefined || (await parts.connectorFor(tenant, kind)) === null) return null;
  const open = await store.withTenants([tenant], (tx) => tx.response.page(tenant, { finding: id }, null, 200));
  if (open.items.some((each) => each.kind === kind && underWay.has(each.state) && each.target.value === target.value)) {
    return null;
  }
  const plan = await planAction(parts, { tenant, finding: id, kind, target, parameters: {} });
  const whyOf = ({ key }: ClassGrant) => `Class ${key} does this on findings like this one`;
  return {
    async runUnderGrant(tx, grant) {
      await proposeUnderGrant(tx, clock, {
        plan,
        parameters: {},
        revision,
        why: whyOf(grant),
        grant: { id: grant.id, classKey: grant.key, signer: grant.signedBy },
        actor,
      });
    },
    async propose(tx, grant) {
      await recordProposal(tx, clock, {
        plan,
        parameters: {},
        revision,
        why: whyOf(grant),
        asked: null,
        by: { kind: 'ai', id: actor.id, name: actor.id },
      });
    },
  };
}

const underWay: ReadonlySet<ActionState> = new Set(['proposed', 'approved', 'executing']);

/** Whether an undo of this kind was carried out and seen in this tenant; a rehearsal's does not count. */
export async function undoVerified(tx: StateTx, tenant: string, kind: string): Promise<boolean> {
  for (let cursor: string | null = null; ; ) {
    const page = await tx.response.page(tenant, { state: 'undone' }, cursor, 200);
    if (page.items.some((action) => action.kind === kind && action.plan.arguments.dryRun !== true)) return true;
    if (page.next === null) return false;
    cursor = page.next;
  }
}

/** Actions under grants that are not at their end, for whoever stops automation. */
export async function actionsUnderGrants(
  tx: StateTx,
  tenant: string,
): Promise<readonly { id: string; said: string }[]> {
  const found: Action[] = [];
  for (const state of ['approved', 'executing'] as const) {
    const { items } = await tx.response.page(tenant, { state }, null, 200);
    found.push(...items.filter(({ grant }) => grant !== null));
  }
  return found.map((action) => ({
    id: action.id,
    said: `${titleOf(action)} on ${action.target.kind} ${action.target.value}: ${action.state}${action.step === 'ready' ? ', not begun' : ''}`,
  }));
}
