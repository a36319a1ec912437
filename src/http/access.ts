import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Role, Tenant } from '../contracts/tenant.ts';
import type { Person } from '../decide/index.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import type { ServerDeps } from './deps.ts';
import { holds, type Need, type Permission, permissions } from './permissions.ts';

/** Who asks, and as what in which tenant. */
export interface Access {
  readonly person: Person & { readonly email: string };
  readonly tenant: Tenant;
  readonly role: Role;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before a handler runs, as far as the route's need goes. */
    person: Access['person'] | null;
    access: Access | null;
  }
  interface FastifyContextConfig {
    needs?: Need;
  }
}

/** Whether a path belongs to the API, whose every route must say what it needs. */
const isApi = (url: string) => url.startsWith('/api/');

function isPermission(need: Need): need is Permission {
  return need in permissions;
}

/**
 * Permission first: looks at session, membership and role before a body is read. A tenant the caller does not belong
 * to and one that does not exist answer alike.
 */
export function guard(app: FastifyInstance, deps: Pick<ServerDeps, 'auth' | 'store'>): void {
  app.decorateRequest('person', null);
  app.decorateRequest('access', null);
  app.addHook('onRoute', (route) => {
    if (isApi(route.url) && route.config?.needs === undefined) {
      throw new BridgewatchError(
        'HTTP_ROUTE_UNGUARDED',
        `route ${String(route.method)} ${route.url} names no need; give it config.needs`,
      );
    }
  });
  app.addHook('onRequest', async (request) => {
    const need = request.routeOptions.config.needs;
    if (need === undefined || need === 'nothing') return;
    request.person = await signedIn(request, deps);
    if (isPermission(need)) request.access = await accessTo(tenantIn(request), need, request.person, deps);
  });
}

async function signedIn(request: FastifyRequest, { auth }: Pick<ServerDeps, 'auth'>): Promise<Access['person']> {
  const person = await auth.personOf(request.headers.cookie);
  if (person === null)
    throw new BridgewatchError('AUTH_SIGN_IN_NEEDED', 'no session, or it has ended; sign in first', 401);
  return person;
}

/** What a person may do in a tenant right now. Throws `TENANT_UNKNOWN` (404) and `AUTH_ROLE_LACKING` (403). */
export async function accessTo(
  tenant: string,
  permission: Permission,
  person: Access['person'],
  { store }: Pick<ServerDeps, 'store'>,
): Promise<Access> {
  const membership = (await store.memberships(person.id)).find((each) => each.tenant.id === tenant);
  if (membership === undefined)
    throw new BridgewatchError('TENANT_UNKNOWN', `no tenant "${tenant}" that you belong to`, 404);
  if (!holds(membership.role, permission)) {
    throw new BridgewatchError(
      'AUTH_ROLE_LACKING',
      `your role ${membership.role} may not ${permission}; ${permissions[permission].join(', ')} may`,
      403,
    );
  }
  return { person, tenant: membership.tenant, role: membership.role };
}

function tenantIn(request: FastifyRequest): string {
  const { t } = request.params as { t?: string };
  return t ?? '';
}

/** The person behind a request whose route needs a session. */
export function personOf(request: FastifyRequest): Access['person'] {
  if (request.person === null)
    throw new BridgewatchError('HTTP_ROUTE_UNGUARDED', 'the route asks who is there but names no need');
  return request.person;
}

/** Person, tenant and role behind a request whose route needs a permission. */
export function accessOf(request: FastifyRequest): Access {
  if (request.access === null)
    throw new BridgewatchError('HTTP_ROUTE_UNGUARDED', 'the route asks for a tenant but names no permission');
  return request.access;
}
