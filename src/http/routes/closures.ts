import { z } from 'zod';
import { Closure, closureStates } from '../../contracts/grant.ts';
import { approve, findingAutonomy, openNotice, veto } from '../../decide/index.ts';
import type { Reader } from '../../ports/state/review.ts';
import type { StateTx } from '../../ports/state-store.ts';
import { accessOf } from '../access.ts';
import type { App } from '../app.ts';
import { Closures, OnFinding } from '../autonomy-views.ts';
import type { AutonomyDeps, ServerDeps } from '../deps.ts';
import { KeyedHeaders, writeOnce } from '../keyed-write.ts';
import { readerOf } from '../sight.ts';
import { ClassKey } from './classes.ts';
import { foundFinding } from './findings.ts';
import { Id, InTenant, Limit, OfFinding, Short } from './params.ts';

const OfNotice = z.object({ t: Id, id: Id });
const Nothing = z.strictObject({}).optional();

/** What grants closed or would close, and people's word on it. */
export function closureRoutes(app: App, deps: ServerDeps, autonomy: () => AutonomyDeps): void {
  const { store } = deps;

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/autonomy/closures',
    config: { needs: 'autonomy.read' },
    schema: {
      tags: ['autonomy'],
      summary: 'What grants closed, newest first',
      params: InTenant,
      querystring: z.object({ class: ClassKey.optional(), state: z.enum(closureStates).optional(), limit: Limit }),
      response: { 200: Closures },
    },
    handler: async (request) => {
      const access = accessOf(request);
      const { class: key, state, limit } = request.query;
      const filter = { ...(key === undefined ? {} : { key }), ...(state === undefined ? {} : { state }) };
      const { id: tenant } = access.tenant;
      return store.withTenants([tenant], async (tx) =>
        inSight(tx, tenant, readerOf(access), await tx.autonomy.closures(tenant, filter, limit)),
      );
    },
  });

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/autonomy/notices',
    config: { needs: 'autonomy.read' },
    schema: {
      tags: ['autonomy'],
      summary: "What waits for a person's word",
      params: InTenant,
      querystring: z.object({ limit: Limit }),
      response: { 200: Closures },
    },
    handler: async (request) => {
      const access = accessOf(request);
      const { id: tenant } = access.tenant;
      return store.withTenants([tenant], async (tx) =>
        inSight(
          tx,
          tenant,
          readerOf(access),
          await tx.autonomy.closures(tenant, { state: 'waiting' }, request.query.limit),
        ),
      );
    },
  });

  const words = [
    {
      verb: 'openings',
      summary: 'Open a notice: at level 3 its veto window runs from now, where you are on shift',
      body: Nothing,
      say: openNotice,
    },
    {
      verb: 'approvals',
      summary: 'Approve what was prepared: it is closed in your name',
      body: Nothing,
      say: approve,
    },
    {
      verb: 'vetoes',
      summary: 'Veto: the finding stays with people',
      body: z.strictObject({ why: Short.pipe(z.string().min(1)) }),
      say: veto,
    },
  ] as const;
  for (const { verb, summary, body: schema, say } of words) {
    app.route({
      method: 'POST',
      url: `/api/v1/tenants/:t/autonomy/notices/:id/${verb}`,
      config: { needs: 'autonomy.notices' },
      schema: {
        tags: ['autonomy'],
        summary,
        params: OfNotice,
        headers: KeyedHeaders,
        body: schema,
        response: { 201: Closure },
      },
      handler: async (request, reply) => {
        const access = accessOf(request);
        const word = { tenant: access.tenant.id, closure: request.params.id, by: access.person };
        const why = request.body !== undefined && 'why' in request.body ? request.body.why : '';
        const { body } = await writeOnce(deps, access, request, null, (tx) => say(tx, autonomy().parts, word, why));
        return reply.code(201).send(Closure.parse(body));
      },
    });
  }

  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/findings/:id/autonomy',
    config: { needs: 'findings.read' },
    schema: {
      tags: ['autonomy', 'findings'],
      summary: 'Why a finding is with a person, or who answers for its closing',
      params: OfFinding,
      response: { 200: OnFinding },
    },
    handler: async (request) => {
      const access = accessOf(request);
      const { id: tenant } = access.tenant;
      return store.withTenants([tenant], async (tx) => {
        const { finding } = await foundFinding(tx, tenant, request.params.id);
        const hidden = (await tx.review.withheld(tenant, readerOf(access), [finding.id])).has(finding.id);
        if (hidden) return { withheld: true, considered: [], closures: [], planted: null };
        const { considered, closures, planted } = await findingAutonomy(tx, tenant, finding.id);
        return { withheld: false, considered: [...considered], closures: [...closures], planted };
      });
    },
  });
}

/** Whoever may be asked to look at a closure blind is not told of it here either. */
export async function inSight(
  tx: StateTx,
  tenant: string,
  reader: Reader,
  closures: readonly Closure[],
): Promise<z.infer<typeof Closures>> {
  const ids = [...new Set(closures.map(({ finding }) => finding))];
  const hidden = await tx.review.withheld(tenant, reader, ids);
  const items = closures.filter(({ finding }) => !hidden.has(finding));
  return { items, withheld: closures.length - items.length };
}
