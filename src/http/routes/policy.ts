import { z } from 'zod';
import { Policy } from '../../contracts/policy.ts';
import { changePolicy } from '../../decide/index.ts';
import { accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { WriteHeaders, writeOnce } from '../keyed-write.ts';
import { entityTag, expectedRevision } from '../precondition.ts';
import { InTenant } from './params.ts';

const PolicyPage = z.object({ policy: Policy, revision: z.number().int() });

/** How a tenant works: what a lead sets. */
export function policyRoutes(app: App, deps: ServerDeps): void {
  const { store, clock } = deps;
  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/policy',
    config: { needs: 'policy.read' },
    schema: {
      tags: ['policy'],
      summary: 'The policy in force; its ETag is its revision, 0 where nobody has set one',
      params: InTenant,
      response: { 200: PolicyPage },
    },
    handler: async (request, reply) => {
      const { id: tenant } = accessOf(request).tenant;
      const page = await store.withTenants([tenant], (tx) => tx.policy.get(tenant));
      reply.header('etag', entityTag(page.revision));
      return page;
    },
  });

  app.route({
    method: 'PUT',
    url: '/api/v1/tenants/:t/policy',
    config: { needs: 'policy.write' },
    schema: {
      tags: ['policy'],
      summary: 'Set the policy as a whole; what is left out takes its default',
      params: InTenant,
      headers: WriteHeaders,
      body: Policy.strict(),
      response: { 200: PolicyPage },
    },
    handler: async (request) => {
      const access = accessOf(request);
      const change = {
        tenant: access.tenant.id,
        policy: request.body,
        expectedRevision: expectedRevision(request.headers['if-match']),
        by: access.person,
      };
      const answer = await writeOnce(deps, access, request, null, (tx) => changePolicy(tx, clock, change));
      return PolicyPage.parse(answer.body);
    },
  });
}
