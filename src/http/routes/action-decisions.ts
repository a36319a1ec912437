import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Impact } from '../../contracts/action.ts';
import { entityKinds } from '../../contracts/entity.ts';
import { Action } from '../../contracts/response.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { ActionOrder } from '../../ports/connector.ts';
import type { StateTx } from '../../ports/state-store.ts';
import {
  planAction,
  recommendedOrder,
  recordApproval,
  recordDenial,
  recordProposal,
  recordReplan,
  recordUndoRequest,
  type Voice,
} from '../../respond/index.ts';
import { type Access, accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { RespondDeps, ServerDeps } from '../deps.ts';
import { idempotencyKey, once } from '../idempotency.ts';
import { expectedRevision } from '../precondition.ts';
import { foundAction } from './actions.ts';
import { foundFinding } from './findings.ts';
import { OfAction, OfFinding, PlainText } from './params.ts';

type Deps = Pick<ServerDeps, 'store' | 'clock' | 'respond'>;

const KeyHeaders = z.looseObject({
  'idempotency-key': z.string().optional().describe('Required: new for each decision, the same for each retry of it'),
});
const ProposeHeaders = KeyHeaders.extend({
  'if-match': z.string().optional().describe('Required: the ETag of the finding as you saw it'),
});

const ShortText = PlainText.pipe(z.string().max(1000));
/** Flat, so that nothing a connector reads can be nested beyond sight. */
const Parameters = z
  .record(
    PlainText.pipe(z.string().max(64)),
    z.union([ShortText, z.number(), z.boolean(), z.null(), z.array(ShortText).max(50)]),
  )
  .refine((parameters) => Object.keys(parameters).length <= 50, 'at most 50 parameters');
const asked = z.literal('customer').nullable().default(null);
const Propose = z.union([
  z.strictObject({
    recommended: z.number().int().min(0).max(1000).describe("Index in the recommendation's actions"),
    asked,
  }),
  z.strictObject({
    kind: z.string().max(64),
    target: z.strictObject({ kind: z.enum(entityKinds), value: PlainText.pipe(z.string().min(1).max(1024)) }),
    parameters: Parameters.default({}),
    why: ShortText.pipe(z.string().min(1)),
    asked,
  }),
]);
const Yes = z.strictObject({
  planHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits')
    .describe('Of the plan you read'),
});
const Reason = z.strictObject({ reason: ShortText.pipe(z.string().min(1)) });
const Nothing = z.strictObject({}).optional();

/** Where people decide on actions. Each write counts once however often it is sent. */
export function actionDecisionRoutes(app: App, deps: Deps): void {
  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/findings/:id/actions',
    config: { needs: 'actions.propose' },
    schema: {
      tags: ['response'],
      summary: 'Propose an action: the connector looks, nothing is changed, people decide',
      params: OfFinding,
      headers: ProposeHeaders,
      body: Propose,
      response: { 201: Action },
    },
    handler: async (request, reply) => {
      const { tenant, person } = accessOf(request);
      const revision = expectedRevision(request.headers['if-match']);
      const respond = setUp(deps);
      const wanted = await deps.store.withTenants([tenant.id], async (tx) =>
        orderOf((await foundFinding(tx, tenant.id, request.params.id)).finding, request.body),
      );
      const plan = await planAction({ ...deps, ...respond }, wanted.order, wanted.atLeast);
      const answer = await decidedOnce(
        deps,
        request,
        (tx) => tx.findings.get(tenant.id, request.params.id, true),
        async (tx) => {
          const { finding } = await foundFinding(tx, tenant.id, request.params.id);
          if (finding.revision !== revision) {
            throw new BridgewatchError(
              'FINDING_REVISION_STALE',
              `finding "${finding.id}" is at revision ${finding.revision}, not ${revision}; read it again before you decide`,
              412,
            );
          }
          return recordProposal(tx, deps.clock, {
            plan,
            parameters: wanted.order.parameters,
            revision,
            why: wanted.why,
            asked: request.body.asked,
            by: { kind: 'human', id: person.id, name: person.name },
          });
        },
      );
      return reply.code(201).headers(headersOf(answer)).send(answer.action);
    },
  });

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
    url: '/api/v1/tenants/:t/actions/:id/replans',
    config: { needs: 'actions.propose' },
    schema: {
      tags: ['response'],
      summary: 'Look again; another plan voids every approval of the one before',
      params: OfAction,
      headers: KeyHeaders,
      body: Nothing,
      response: { 201: Action },
    },
    handler: async (request, reply) => {
      const { tenant, person } = accessOf(request);
      const respond = setUp(deps);
      const before = await deps.store.withTenants([tenant.id], (tx) => foundAction(tx, tenant.id, request.params.id));
      const { finding, kind, target, parameters } = before;
      const plan = await planAction(
        { ...deps, ...respond },
        { tenant: tenant.id, finding, kind, target, parameters },
        before.plan.impact,
      );
      const answer = await onAction(deps, request, (tx, about) =>
        recordReplan(tx, deps.clock, { ...about, plan, by: { id: person.id, name: person.name } }),
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

function setUp({ respond }: Deps): RespondDeps {
  if (respond !== undefined) return respond;
  throw new BridgewatchError('RESPONSE_NOT_SET_UP', 'this server plans no response; start it with connectors', 409);
}

function orderOf(
  finding: Parameters<typeof recommendedOrder>[0],
  body: z.infer<typeof Propose>,
): { order: ActionOrder; atLeast: Impact; why: string } {
  if ('recommended' in body) {
    const { order, impact, why } = recommendedOrder(finding, body.recommended);
    return { order, atLeast: impact, why };
  }
  const { kind, target, parameters, why } = body;
  return { order: { tenant: finding.tenant, finding: finding.id, kind, target, parameters }, atLeast: 'low', why };
}

function voiceOf({ person, role }: Access): Voice {
  return { id: person.id, name: person.name, speaksFor: role === 'customer' ? 'customer' : 'provider' };
}

interface Answered {
  readonly action: Action;
  readonly replayed: boolean;
}

function headersOf({ replayed }: Answered): Record<string, string> {
  return replayed ? { 'idempotency-replayed': 'true' } : {};
}

type Keyed = Pick<FastifyRequest, 'method' | 'url' | 'body' | 'access' | 'caller'> & {
  headers: z.infer<typeof ProposeHeaders>;
};

async function onAction(
  deps: Deps,
  request: Keyed & { params: z.infer<typeof OfAction> },
  decide: (tx: StateTx, about: { tenant: string; action: string }) => Promise<Action>,
): Promise<Answered> {
  const about = { tenant: request.params.t, action: request.params.id };
  return decidedOnce(
    deps,
    request,
    (tx) => tx.response.get(about.tenant, about.action, true),
    (tx) => decide(tx, about),
  );
}

/** One decision under its Idempotency-Key, with what it is about locked throughout. */
async function decidedOnce(
  deps: Deps,
  request: Keyed,
  lock: (tx: StateTx) => Promise<unknown>,
  decide: (tx: StateTx) => Promise<Action>,
): Promise<Answered> {
  const { tenant, person } = accessOf(request as FastifyRequest);
  const write = {
    tenant: tenant.id,
    account: person.id,
    key: idempotencyKey(request.headers['idempotency-key']),
    request: {
      method: request.method,
      url: request.url,
      ifMatch: request.headers['if-match'] ?? '',
      body: request.body ?? null,
    },
  };
  const answer = await once(deps, write, lock, async (tx) => ({ status: 201, body: await decide(tx) }));
  return { action: Action.parse(answer.body), replayed: answer.replayed };
}
