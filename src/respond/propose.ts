import { type ActionPlan, impacts } from '../contracts/action.ts';
import type { Finding } from '../contracts/finding.ts';
import type { Actor } from '../contracts/ledger-entry.ts';
import { namedPerson } from '../contracts/personal.ts';
import type { Action } from '../contracts/response.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import { stableId } from '../kernel/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { ActionOrder } from '../ports/connector.ts';
import type { StateTx } from '../ports/state-store.ts';
import { minutes } from './approvals-needed.ts';
import { kindOrUndefined } from './kinds.ts';
import { planHashOf } from './plan.ts';

/** A person, or the AI for people to decide on. */
export interface Proposal {
  readonly plan: ActionPlan;
  readonly parameters: ActionOrder['parameters'];
  /** The finding's revision that whoever proposes has seen. */
  readonly revision: number;
  readonly why: string;
  readonly asked: 'customer' | null;
  readonly by: Action['proposedBy'];
}

/** What the AI recommended, as an order: the target is looked up among the finding's own entities. Throws `ACTION_NOT_RECOMMENDED` (404). */
export function recommendedOrder(
  finding: Finding,
  index: number,
): { order: ActionOrder; impact: ActionPlan['impact']; why: string } {
  const { recommendation, tenant, id, entities } = finding;
  const recommended = recommendation.actions[index];
  const targets = recommended === undefined ? [] : (kindOrUndefined(recommended.kind)?.targets ?? []);
  const target = entities.find(({ kind, value }) => value === recommended?.target && targets.includes(kind));
  if (recommended === undefined || target === undefined) {
    throw new BridgewatchError(
      'ACTION_NOT_RECOMMENDED',
      `the recommendation on finding "${id}" has no action ${index} that can be done; it has ${recommendation.actions.length}`,
      404,
    );
  }
  const { kind, impact, why } = recommended;
  return { order: { tenant, finding: id, kind, target, parameters: {} }, impact, why };
}

/**
 * Puts an action before people: the ledger entry first, then the rows. The caller holds the finding's lock and has compared its
 * revision. Throws `ACTION_OPEN_ALREADY` (409).
 */
export async function recordProposal(tx: StateTx, clock: Clock, proposal: Proposal): Promise<Action> {
  const { by } = proposal;
  const { policy } = await tx.policy.get(proposal.plan.tenant);
  const action: Action = {
    ...(await drafted(tx, clock, proposal)),
    approvalsNeeded: policy.twoPeopleFor.includes(proposal.plan.impact) ? 2 : 1,
    expiresAt: clock.now() + minutes(policy.approveWithin),
  };
  const actor: Actor = { kind: by.kind, id: by.id, version: '' };
  await enter(tx, action, actor, null);
  await tx.response.noticeDue(action.tenant, action.id, action.proposedAt);
  return action;
}

/**
 * An action that a grant allows, approved by nobody today and answered for by who signed. Only what is of low impact and can be
 * undone, on an entity of the finding, and where the tenant asks no two people for it: whatever the grant says.
 * Throws `ACTION_GRANT_TOO_FAR` (409) otherwise; the database refuses it as well.
 */
export async function proposeUnderGrant(
  tx: StateTx,
  clock: Clock,
  proposal: Omit<Proposal, 'asked' | 'by'> & {
    readonly grant: NonNullable<Action['grant']>;
    /** The component that acts, as the ledger names it. */
    readonly actor: Actor;
  },
): Promise<Action> {
  const { plan, grant, actor } = proposal;
  const { policy } = await tx.policy.get(plan.tenant);
  const stored = await tx.findings.get(plan.tenant, plan.finding);
  const kind = kindOrUndefined(plan.kind);
  const ofFinding = stored?.finding.entities.some(
    ({ kind: of, value }) => of === plan.target.kind && value === plan.target.value,
  );
  const tooFar =
    plan.impact !== impacts[0] || !plan.reversible || kind?.reversible !== true
      ? 'its impact is not low, or it cannot be undone'
      : policy.twoPeopleFor.includes(plan.impact)
        ? 'this tenant wants two people for it'
        : ofFinding !== true
          ? 'its target is no entity of the finding'
          : null;
  if (tooFar !== null) {
    throw new BridgewatchError(
      'ACTION_GRANT_TOO_FAR',
      `grant ${grant.id} does not reach ${plan.kind} on this target: ${tooFar}; propose it to a person`,
      409,
    );
  }
  const now = clock.now();
  const action: Action = {
    ...(await drafted(tx, clock, {
      ...proposal,
      asked: null,
      by: { kind: 'ai', id: actor.id, name: actor.id },
    })),
    state: 'approved',
    grant,
    expiresAt: now + minutes(policy.approveWithin),
    approvedAt: now,
    nextAt: now,
  };
  await enter(tx, action, actor, grant.signer.id);
  return action;
}

async function drafted(tx: StateTx, clock: Clock, proposal: Proposal): Promise<Action> {
  const { plan, parameters, revision, why, asked, by } = proposal;
  const { tenant, finding, kind, target } = plan;
  const now = clock.now();
  const number = (await tx.response.countOf(tenant, finding)) + 1;
  return {
    id: stableId('action', tenant, finding, kind, target.kind, target.value, String(number)),
    tenant,
    finding,
    revision,
    kind,
    target,
    parameters: { ...parameters },
    why,
    state: 'proposed',
    phase: 'do',
    reason: '',
    plan,
    planNumber: 1,
    planHash: planHashOf(plan),
    approvalsNeeded: 1,
    asked,
    proposedBy: by,
    clearance: null,
    grant: null,
    proposedAt: now,
    expiresAt: now,
    approvedAt: null,
    startedAt: null,
    verifiedAt: null,
    undoneAt: null,
    updatedAt: now,
    step: 'ready',
    attempt: 0,
    checks: 0,
    nextAt: null,
    receipt: null,
    check: null,
  };
}

async function enter(tx: StateTx, action: Action, actor: Actor, onBehalfOf: string | null): Promise<void> {
  const { id, finding, revision, plan, planHash, parameters, why, asked, approvalsNeeded, grant, expiresAt } = action;
  await tx.ledger.append(action.tenant, {
    actor,
    onBehalfOf,
    type: grant === null ? 'action.proposed' : 'action.granted',
    subject: { kind: 'action', id, revision: action.planNumber },
    payload: {
      finding: { id: finding, revision },
      by: action.proposedBy.kind === 'human' ? namedPerson(action.proposedBy) : action.proposedBy,
      plan,
      planHash,
      parameters,
      why,
      asked,
      approvalsNeeded,
      grant: grant === null ? null : { ...grant, signer: namedPerson(grant.signer) },
      expiresAt,
    },
  });
  await tx.response.create(action);
}
