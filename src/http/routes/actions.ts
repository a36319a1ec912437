import { z } from 'zod';
import { ActionState } from '../../contracts/action.ts';
import type { Action } from '../../contracts/response.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { StateTx } from '../../ports/state-store.ts';
import { kindOrUndefined } from '../../respond/index.ts';
import { accessOf } from '../access.ts';
import { ActionDetail, ActionPage, type ActionView, RequestPage } from '../action-views.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { Cursor, InTenant, Limit, OfAction } from './params.ts';

const Which = z.object({
  state: ActionState.optional(),
  finding: OfAction.shape.id.optional(),
  cursor: Cursor.optional(),
  limit: Limit,
});
const Requests = Which.pick({ state: true, cursor: true, limit: true });

/** What is on record of response: actions for who works here, and for customers what is asked of them. */
export function actionRoutes(app: App, { store, respond }: Pick<ServerDeps, 'store' | 'respond'>): void {
  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/actions',
    config: { needs: 'actions.read' },
    schema: {
      tags: ['response'],
      summary: 'Actions, newest first',
      params: InTenant,
      querystring: Which,
      response: { 200: ActionPage },
    },
    handler: async (request) => {
      const { tenant } = accessOf(request);
      const { state, finding, cursor, limit } = request.query;
      const filter = { ...(state === undefined ? {} : { state }), ...(finding === undefined ? {} : { finding }) };
      const { items, next } = await store.withTenants([tenant.id], (tx) =>
        tx.response.page(tenant.id, filter, cursor ?? null, limit),
      );
      return { items: items.map(viewOfAction), next };
    },
  });

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/actions/:id',
    config: { needs: 'actions.read' },
    schema: {
      tags: ['response'],
      summary: 'One action: its plan, who approved it, what was tried and what was seen',
      params: OfAction,
      response: { 200: ActionDetail },
    },
    handler: async (request) => {
      const { tenant } = accessOf(request);
      const { id } = request.params;
      return store.withTenants([tenant.id], async (tx) => {
        const action = await foundAction(tx, tenant.id, id);
        const history = await tx.ledger.ofSubject(tenant.id, 'action', id);
        return {
          action: viewOfAction(action),
          approvals: [...(await tx.response.approvals(tenant.id, id))],
          notes: [...(await tx.response.notes(tenant.id, id))],
          history: history.map(({ entry, hash, payload }) => ({ entry, hash, payload, withheld: false })),
        };
      });
    },
  });

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/requests',
    config: { needs: 'requests.read' },
    schema: {
      tags: ['response'],
      summary: "What waits, or waited, for the customer's word",
      params: InTenant,
      querystring: Requests,
      response: { 200: RequestPage },
    },
    handler: async (request) => {
      const { tenant } = accessOf(request);
      const { state, cursor, limit } = request.query;
      return store.withTenants([tenant.id], async (tx) => {
        const filter = { asked: 'customer' as const, ...(state === undefined ? {} : { state }) };
        const { items, next } = await tx.response.page(tenant.id, filter, cursor ?? null, limit);
        const shown = [];
        for (const action of items) {
          if (((await respond?.canaryHold?.(tx, tenant.id, action.finding)) ?? 'none') !== 'none') continue;
          shown.push(await requestOf(tx, action));
        }
        return { items: shown, next };
      });
    },
  });
}

/** An action by id. Throws `ACTION_UNKNOWN` (404). */
export async function foundAction(tx: StateTx, tenant: string, id: string): Promise<Action> {
  const action = await tx.response.get(tenant, id);
  if (action === null) throw new BridgewatchError('ACTION_UNKNOWN', `no action "${id}" in this tenant`, 404);
  return action;
}

export function viewOfAction(action: Action): ActionView {
  const kind = kindOrUndefined(action.kind);
  const d3fend = kind?.d3fend ?? null;
  return {
    ...action,
    title: kind?.title ?? action.kind,
    contains: kind?.contains ?? false,
    d3fend:
      d3fend === null
        ? null
        : { id: d3fend.id, name: d3fend.name, url: `https://d3fend.mitre.org/technique/d3f:${d3fend.iri}/` },
  };
}

async function requestOf(tx: StateTx, action: Action) {
  const { id, tenant, target, why, plan, state, reason, planHash, planNumber, proposedAt, expiresAt, check } = action;
  const approvals = await tx.response.approvals(tenant, id);
  const yes = approvals.find((each) => each.speaksFor === 'customer' && each.planNumber === planNumber);
  return {
    id,
    title: kindOrUndefined(action.kind)?.title ?? action.kind,
    target,
    why,
    impact: plan.impact,
    undo: plan.undo,
    said: plan.blastRadius.said,
    state,
    reason,
    planHash,
    planNumber,
    proposedAt,
    expiresAt,
    approvedBy: yes?.by ?? null,
    check,
  };
}
