import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Actor } from '../contracts/ledger-entry.ts';
import type { Role, Tenant } from '../contracts/tenant.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import type { StoredToken } from '../ports/state/access.ts';
import { countAttempts } from './auth/attempts.ts';
import { admit, type Caller } from './auth/caller.ts';
import type { ServerDeps } from './deps.ts';
import { holds, type Need, type Permission, permissions, takesThePerson } from './permissions.ts';

/** Who asks, and as what in which tenant. */
export interface Access {
  readonly person: Caller['person'];
  readonly tenant: Tenant;
  readonly role: Role;
  /** How the person showed who they are; a token is a program acting for them. */
  readonly via: 'session' | 'token';
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before a handler runs, as far as the route's need goes. */
    caller: Caller | null;
    access: Access | null;
  }
  interface FastifyContextConfig {
    needs?: Need;
    /** Open to somebody who has yet to change the password they were given. */
    beforePasswordChange?: true;
  }
}

/** Whether a path belongs to the API, whose every route must say what it needs. */
const isApi = (url: string) => url.startsWith('/api/');

function isPermission(need: Need): need is Permission {
  return need in permissions;
}

/**
 * Permission first: looks at session or token, membership and role before a body is read. A tenant the caller does not
 * belong to and one that does not exist answer alike.
 */
export function guard(app: FastifyInstance, deps: Pick<ServerDeps, 'auth' | 'store' | 'clock'>): void {
  const attempts = countAttempts(deps.clock);
  app.decorateRequest('caller', null);
  app.decorateRequest('access', null);
  app.addHook('onRoute', (route) => {
    if (isApi(route.url) && route.config?.needs === undefined) {
      throw new BridgewatchError(
        'HTTP_ROUTE_UNGUARDED',
        `route ${String(route.method)} ${route.url} names no need; give it config.needs`,
      );
    }
  });
  app.addHook('onRequest', async (request, reply) => {
    const { needs: need, beforePasswordChange } = request.routeOptions.config;
    if (need === undefined || need === 'nothing') return;
    const caller = await admit(request, reply, deps, attempts);
    if (caller.passwordChangeNeeded && beforePasswordChange !== true) throw passwordChangeNeeded();
    if (need === 'session' && caller.token !== null) {
      throw new BridgewatchError(
        'AUTH_SESSION_NEEDED',
        'this takes a person who is signed in; an API token does not do',
        403,
      );
    }
    request.caller = caller;
    if (isPermission(need)) request.access = await accessTo(tenantIn(request), need, caller.person, deps, caller.token);
  });
}

/** What somebody gets who still has the password they were given. */
export function passwordChangeNeeded(): BridgewatchError {
  return new BridgewatchError(
    'AUTH_PASSWORD_CHANGE_NEEDED',
    'the password you were given has to be changed first: POST /api/auth/change-password',
    403,
  );
}

/**
 * What a person may do in a tenant right now, and a token of theirs. Throws `TENANT_UNKNOWN` (404), `AUTH_ROLE_LACKING`,
 * `AUTH_PERSON_NEEDED` and `AUTH_SCOPE_LACKING` (403).
 */
export async function accessTo(
  tenant: string,
  permission: Permission,
  person: Access['person'],
  { store }: Pick<ServerDeps, 'store'>,
  token: StoredToken | null = null,
): Promise<Access> {
  const outside = token !== null && token.tenant !== null && token.tenant !== tenant;
  const membership = outside
    ? undefined
    : (await store.memberships(person.id)).find((each) => each.tenant.id === tenant);
  if (membership === undefined)
    throw new BridgewatchError('TENANT_UNKNOWN', `no tenant "${tenant}" that you belong to`, 404);
  if (!holds(membership.role, permission)) {
    throw new BridgewatchError(
      'AUTH_ROLE_LACKING',
      `your role ${membership.role} may not ${permission}; ${permissions[permission].join(', ')} may`,
      403,
    );
  }
  if (token !== null) demandScope(token, permission);
  return { person, tenant: membership.tenant, role: membership.role, via: token === null ? 'session' : 'token' };
}

function demandScope({ scopes, prefix }: StoredToken, permission: Permission): void {
  if (takesThePerson.has(permission)) {
    throw new BridgewatchError(
      'AUTH_PERSON_NEEDED',
      `${permission} takes the person, signed in; no API token does it in their place`,
      403,
    );
  }
  if (!scopes.includes(permission)) {
    throw new BridgewatchError(
      'AUTH_SCOPE_LACKING',
      `the token ${prefix} has not the scope ${permission}; it has ${scopes.join(', ')}`,
      403,
    );
  }
}

function tenantIn(request: FastifyRequest): string {
  const { t } = request.params as { t?: string };
  return t ?? '';
}

/** The person behind a request whose route needs one, and how they showed who they are. */
export function callerBehind(request: FastifyRequest): Caller {
  if (request.caller === null)
    throw new BridgewatchError('HTTP_ROUTE_UNGUARDED', 'the route asks who is there but names no need');
  return request.caller;
}

/** The person behind a request whose route needs one. */
export function personOf(request: FastifyRequest): Access['person'] {
  return callerBehind(request).person;
}

/** Person, tenant and role behind a request whose route needs a permission. */
export function accessOf(request: FastifyRequest): Access {
  if (request.access === null)
    throw new BridgewatchError('HTTP_ROUTE_UNGUARDED', 'the route asks for a tenant but names no permission');
  return request.access;
}

/** The person, as the ledger names who did it. */
export function actorOf({ person }: Access): Actor {
  return { kind: 'human', id: person.id, version: '' };
}
