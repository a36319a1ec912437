import { z } from 'zod';
import { Action } from '../../contracts/response.ts';
import { recordApproval, recordDenial, recordUndoRequest, type Voice } from '../../respond/index.ts';
import { type Access, accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { headersOf, KeyHeaders, onAction, ShortText } from './action-once.ts';
import { OfAction } from './params.ts';

const Yes = z.strictObject({
  planHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits')
    .describe('Of the plan you read'),
});
const Reason = z.strictObject({ reason: ShortText.pipe(z.string().min(1)) });

/** Where people decide on actions. Each write counts once however often it is sent. */
export function actionDecisionRoutes(app: App, deps: Pick<ServerDeps, 'store' | 'clock'>): void {
  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/actions/:id/approvals',
    config: { needs: 'actions.approve' },
    schema: {
      tags: ['response'],
      summary: 'Say yes to the plan whose hash you name',
      params: OfAction,
      headers: KeyHeaders,
      body: Yes,
      response: { 201: Action },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const { planHash } = request.body;
      const answer = await onAction(deps, request, (tx, about) =>
        recordApproval(tx, deps.clock, { ...about, planHash, by: voiceOf(access) }),
      );
      return reply.code(201).headers(headersOf(answer)).send(answer.action);
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/actions/:id/denials',
    config: { needs: 'actions.approve' },
    schema: {
      tags: ['response'],
      summary: 'Say no; one person is enough',
      params: OfAction,
      headers: KeyHeaders,
      body: Reason,
      response: { 201: Action },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const { reason } = request.body;
      const answer = await onAction(deps, request, (tx, about) =>
        recordDenial(tx, deps.clock, { ...about, reason, by: voiceOf(access) }),
      );
      return reply.code(201).headers(headersOf(answer)).send(answer.action);
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/actions/:id/undos',
    config: { needs: 'actions.undo' },
    schema: {
      tags: ['response'],
      summary: 'Undo what was done; it restores, so one person is enough',
      params: OfAction,
      headers: KeyHeaders,
      body: Reason,
      response: { 201: Action },
    },
    handler: async (request, reply) => {
      const { person } = accessOf(request);
      const { reason } = request.body;
      const answer = await onAction(deps, request, (tx, about) =>
        recordUndoRequest(tx, deps.clock, { ...about, reason, by: { id: person.id, name: person.name } }),
      );
      return reply.code(201).headers(headersOf(answer)).send(answer.action);
    },
  });
}

function voiceOf({ person, role }: Access): Voice {
  return { id: person.id, name: person.name, speaksFor: role === 'customer' ? 'customer' : 'provider' };
}
