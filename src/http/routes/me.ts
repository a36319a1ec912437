import { callerBehind } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { Me } from '../views.ts';

/** Who is signed in, and where they may go. */
export function meRoutes(app: App, { store }: Pick<ServerDeps, 'store'>): void {
  app.route({
    method: 'GET',
    url: '/api/v1/me',
    config: { needs: 'person', beforePasswordChange: true },
    schema: { tags: ['account'], summary: 'The signed-in person and their tenants', response: { 200: Me } },
    handler: async (request) => {
      const { person, passwordChangeNeeded, token } = callerBehind(request);
      const memberships = (await store.memberships(person.id)).filter(
        ({ tenant }) => token === null || token.tenant === null || token.tenant === tenant.id,
      );
      return {
        user: { id: person.id, name: person.name, email: person.email },
        passwordChangeNeeded,
        tenants: memberships.map(({ tenant, role, via }) => ({ id: tenant.id, name: tenant.name, role, via })),
      };
    },
  });
}
