import { z } from 'zod';
import type { Impact } from '../../contracts/action.ts';
import { entityKinds } from '../../contracts/entity.ts';
import { Action } from '../../contracts/response.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { ActionOrder } from '../../ports/connector.ts';
import { planAction, recommendedOrder, recordProposal, recordReplan } from '../../respond/index.ts';
import { accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { RespondDeps, ServerDeps } from '../deps.ts';
import { expectedRevision } from '../precondition.ts';
import { decidedOnce, headersOf, KeyHeaders, onAction, RevisionHeaders, ShortText } from './action-once.ts';
import { foundAction } from './actions.ts';
import { foundFinding } from './findings.ts';
import { OfAction, OfFinding, PlainText } from './params.ts';

type Deps = Pick<ServerDeps, 'store' | 'clock' | 'respond'>;

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
const Nothing = z.strictObject({}).optional();

/** Where people ask for actions: the connector looks, nothing is changed, and what would be done is written down. */
export function proposalRoutes(app: App, deps: Deps): void {
  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/findings/:id/actions',
    config: { needs: 'actions.propose' },
    schema: {
      tags: ['response'],
      summary: 'Propose an action: the connector looks, nothing is changed, people decide',
      params: OfFinding,
      headers: RevisionHeaders,
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
          if ((await respond.canaryHold?.(tx, tenant.id, finding.id)) === 'unmasked') {
            throw new BridgewatchError(
              'ACTION_ON_EXERCISE',
              `finding "${finding.id}" was a planted known threat; nothing is done about it`,
              409,
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
