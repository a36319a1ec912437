import { z } from 'zod';
import type { StoredToken } from '../../ports/state/access.ts';
import { personOf } from '../access.ts';
import type { App } from '../app.ts';
import { makeToken, revokeToken, tokenScopes } from '../auth/tokens.ts';
import type { ServerDeps } from '../deps.ts';
import { permissionNames } from '../permissions.ts';
import { Id, PlainText } from './params.ts';

const Token = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  scopes: z.array(z.string()),
  tenant: z.string().nullable(),
  createdAt: z.number().int(),
  expiresAt: z.number().int(),
  revokedAt: z.number().int().nullable(),
  lastUsedAt: z.number().int().nullable(),
});
const NewToken = z.strictObject({
  name: PlainText.pipe(z.string().trim().min(1).max(100)),
  scopes: z.array(z.enum(permissionNames)).min(1).max(permissionNames.length),
  tenant: Id.nullable().default(null).describe('The one tenant it reaches; null for all of yours'),
  expiresInDays: z.number().int().min(1).max(365).default(90),
});

/** A person's API tokens. Only the person, signed in, sees, makes or revokes them; a token cannot make another. */
export function tokenRoutes(app: App, deps: Pick<ServerDeps, 'store' | 'clock'>): void {
  app.route({
    method: 'GET',
    url: '/api/v1/tokens',
    config: { needs: 'session' },
    schema: {
      tags: ['account'],
      summary: 'Your API tokens, newest first, and the scopes a token may have',
      response: { 200: z.object({ items: z.array(Token), scopes: z.array(z.enum(permissionNames)) }) },
    },
    handler: async (request) => {
      const { id } = personOf(request);
      const tokens = await deps.store.withTenants([], (tx) => tx.access.tokensOf(id));
      return { items: tokens.map(shown), scopes: [...tokenScopes] };
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tokens',
    config: { needs: 'session' },
    schema: {
      tags: ['account'],
      summary: 'Make an API token; it is shown in this answer and never again',
      body: NewToken,
      response: { 201: Token.extend({ token: z.string() }) },
    },
    handler: async (request, reply) => {
      const made = await makeToken(deps, { account: personOf(request).id, ...request.body });
      return reply.code(201).send({ ...shown(made.stored), token: made.token });
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tokens/:id/revocations',
    config: { needs: 'session' },
    schema: {
      tags: ['account'],
      summary: 'Revoke one of your API tokens; the next request with it is refused',
      params: z.object({ id: Id }),
      response: { 204: z.null() },
    },
    handler: async (request, reply) => {
      await revokeToken(deps, personOf(request).id, request.params.id);
      return reply.code(204).send(null);
    },
  });
}

function shown({ account: _account, scopes, ...token }: StoredToken): z.infer<typeof Token> {
  return { ...token, scopes: [...scopes] };
}
