import { z } from 'zod';
import { Role } from '../../contracts/tenant.ts';
import { accessOf, actorOf } from '../access.ts';
import type { App } from '../app.ts';
import { admitMember, changeMember } from '../auth/members.ts';
import type { ServerDeps } from '../deps.ts';
import { Id, InTenant, PlainText } from './params.ts';

const Member = z.object({
  account: z.string(),
  name: z.string(),
  email: z.string(),
  role: Role,
  via: z.literal('provider').nullable(),
});
const NewMember = z.strictObject({
  name: PlainText.pipe(z.string().trim().min(1).max(200)),
  email: z.email().max(320),
  role: Role,
});
const OfMember = z.object({ t: Id, id: Id });

/** Who may enter a tenant, and as what. */
export function memberRoutes(app: App, deps: Pick<ServerDeps, 'auth' | 'store' | 'clock'>): void {
  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/members',
    config: { needs: 'members.read' },
    schema: {
      tags: ['members'],
      summary: "The tenant's own people, then its provider's",
      params: InTenant,
      response: { 200: z.object({ items: z.array(Member) }) },
    },
    handler: async (request) => {
      const { tenant } = accessOf(request);
      const members = await deps.store.withTenants([tenant.id], (tx) => tx.access.members(tenant.id));
      return { items: [...members] };
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/members',
    config: { needs: 'members.write' },
    schema: {
      tags: ['members'],
      summary: 'Give a person a role; a password made for a new one is in this answer and never again',
      params: InTenant,
      body: NewMember,
      response: { 201: Member.extend({ password: z.string().nullable() }) },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      const { account, password } = await admitMember(
        deps,
        { ...request.body, tenant: access.tenant.id },
        actorOf(access),
      );
      return reply.code(201).send({
        account: account.id,
        name: account.name,
        email: account.email,
        role: request.body.role,
        via: null,
        password,
      });
    },
  });

  app.route({
    method: 'PATCH',
    url: '/api/v1/tenants/:t/members/:id',
    config: { needs: 'members.write' },
    schema: {
      tags: ['members'],
      summary: 'Change the role of one of the own people',
      params: OfMember,
      body: z.strictObject({ role: Role }),
      response: { 204: z.null() },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      await changeMember(deps, access.tenant.id, request.params.id, request.body.role, actorOf(access));
      return reply.code(204).send(null);
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tenants/:t/members/:id/removals',
    config: { needs: 'members.write' },
    schema: {
      tags: ['members'],
      summary: 'End a membership; what the person has open ends at once',
      params: OfMember,
      response: { 204: z.null() },
    },
    handler: async (request, reply) => {
      const access = accessOf(request);
      await changeMember(deps, access.tenant.id, request.params.id, null, actorOf(access));
      return reply.code(204).send(null);
    },
  });
}
