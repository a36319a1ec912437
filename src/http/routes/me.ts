import { personOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { Me } from '../views.ts';

/** Who is signed in, and where they may go. */
export function meRoutes(app: App, { store }: Pick<ServerDeps, 'store'>): void {
  app.route({
    method: 'GET',
    url: '/api/v1/me',
    config: { needs: 'session' },
    schema: { tags: ['account'], summary: 'The signed-in person and their tenants', response: { 200: Me } },
    handler: async (request) => {
      const { id, name, email } = personOf(request);
      const memberships = await store.memberships(id);
      return {
        user: { id, name, email },
        tenants: memberships.map(({ tenant, role }) => ({ id: tenant.id, name: tenant.name, role })),
      };
    },
  });
}
