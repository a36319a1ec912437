import { z } from 'zod';
import { ModelVersion, Promotion } from '../../contracts/learning.ts';
import { demandModelLead, freeze, goBack, promote } from '../../learn/index.ts';
import { accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ModelDeps, ServerDeps } from '../deps.ts';
import { KeyedHeaders, writeOnce } from '../keyed-write.ts';
import { Id, InTenant, PlainText, Short } from './params.ts';

const Draft = z.strictObject({ note: PlainText.pipe(z.string().max(400)).default('') });
const Change = z.strictObject({
  from: Id.describe('The champion as you saw it'),
  reason: Short.describe('Why this model is to score'),
});
const Promote = Change.extend({ version: Id });

/** Where people make versions and put one in force. */
export function modelChangeRoutes(app: App, deps: ServerDeps, models: () => ModelDeps): void {
  const { store, clock } = deps;

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/models/versions',
    config: { needs: 'models.freeze' },
    schema: {
      tags: ['models'],
      summary:
        'Make a version of what was learned, measured on later time; it is asked beside the champion from now on',
      params: InTenant,
      headers: KeyedHeaders,
      body: Draft,
      response: { 201: ModelVersion },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const { body } = await writeOnce(deps, access, request, null, (tx) =>
        freeze(
          tx,
          { clock, learn: models().learn },
          { tenant: access.tenant.id, note: request.body.note, by: access.person },
        ),
      );
      return reply.code(201).send(ModelVersion.parse(body));
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/models/promotions',
    config: { needs: 'models.promote' },
    schema: {
      tags: ['models'],
      summary: 'Make a version the champion: it scores from now on, and grants that the old one earned end',
      params: InTenant,
      headers: KeyedHeaders,
      body: Promote,
      response: { 201: Promotion },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const { id: tenant } = access.tenant;
      await demandModelLead(store, tenant, access.person);
      const { version, ...change } = request.body;
      const { body } = await writeOnce(deps, access, request, null, (tx) =>
        promote(tx, clock, { tenant, ...change, by: access.person }, version),
      );
      await models().promoted(tenant);
      return reply.code(201).send(Promotion.parse(body));
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/models/reversals',
    config: { needs: 'models.promote' },
    schema: {
      tags: ['models'],
      summary: 'Put the champion before this one back',
      params: InTenant,
      headers: KeyedHeaders,
      body: Change,
      response: { 201: Promotion },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const { id: tenant } = access.tenant;
      await demandModelLead(store, tenant, access.person);
      const { body } = await writeOnce(deps, access, request, null, (tx) =>
        goBack(tx, clock, { tenant, ...request.body, by: access.person }),
      );
      await models().promoted(tenant);
      return reply.code(201).send(Promotion.parse(body));
    },
  });
}
