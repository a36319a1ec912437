import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { BridgewatchError } from '../../kernel/errors.ts';
import { passwordChangeNeeded } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { sendProblem } from '../problem.ts';
import { ChangePassword, reachable } from './reachable.ts';

/** The library's refusals under our codes. */
const refusals: Readonly<Record<number, (why: string) => BridgewatchError>> = {
  401: () =>
    new BridgewatchError('AUTH_REFUSED', 'what was given to sign in with is wrong, or the session has ended', 401),
  403: (why) => new BridgewatchError('AUTH_FORBIDDEN', why, 403),
  429: () =>
    new BridgewatchError(
      'AUTH_TOO_MANY_ATTEMPTS',
      'too many attempts from this address; wait as long as Retry-After says',
      429,
    ),
};

/** /api/auth/*: sign-in, sign-out, password and sessions, by better-auth. */
export function authRoutes(app: App, { auth }: Pick<ServerDeps, 'auth'>): void {
  for (const { method, path, body, beforePasswordChange } of reachable) {
    app.route({
      method,
      url: `/api/auth${path}`,
      bodyLimit: 16 * 1024,
      config: { needs: 'nothing' },
      schema: { tags: ['auth'], summary: `better-auth ${path}`, ...(body === undefined ? {} : { body }) },
      handler: async (request, reply) => {
        const person = await auth.personOf(request.headers.cookie);
        if (beforePasswordChange !== true && person?.passwordChangeNeeded === true) throw passwordChangeNeeded();
        if (path === '/change-password') demandAnother(request.body);
        // The library has no hook before this one.
        if (path === '/passkey/delete-passkey' && person !== null) await auth.record(person.id, 'passkey.removing');
        return answer(reply, await auth.handle(asked(request)));
      },
    });
  }

  app.route({
    method: 'GET',
    url: '/api/v1/sign-in-options',
    config: { needs: 'nothing' },
    schema: {
      tags: ['auth'],
      summary: 'How one may sign in here, beside password and passkey',
      response: { 200: z.object({ oidc: z.string().nullable().describe('What the OpenID provider is called') }) },
    },
    handler: async () => ({ oidc: auth.oidc }),
  });
}

function demandAnother(body: unknown): void {
  const { currentPassword, newPassword } = ChangePassword.parse(body);
  if (currentPassword === newPassword)
    throw new BridgewatchError('AUTH_PASSWORD_SAME', 'the new password is the old one; choose another', 400);
}

function asked(request: FastifyRequest) {
  const headers = new Headers();
  for (const name of [
    'cookie',
    'origin',
    'referer',
    'host',
    'content-type',
    'user-agent',
    'sec-fetch-site',
    'sec-fetch-mode',
    'sec-fetch-dest',
  ] as const) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  const body = request.body === undefined || request.body === null ? undefined : JSON.stringify(request.body);
  return { method: request.method, path: request.url, headers, body, caller: request.ip };
}

async function answer(reply: FastifyReply, response: Response): Promise<FastifyReply> {
  const text = await response.text();
  if (response.status >= 400) {
    const wait = response.headers.get('x-retry-after');
    if (wait !== null) reply.header('retry-after', wait);
    const why = messageOf(text);
    const known = refusals[response.status];
    return sendProblem(reply, known?.(why) ?? new BridgewatchError('AUTH_REQUEST_REFUSED', why, response.status));
  }
  for (const cookie of response.headers.getSetCookie()) reply.header('set-cookie', cookie);
  const location = response.headers.get('location');
  if (location !== null) reply.header('location', location);
  return reply
    .code(response.status)
    .header('cache-control', 'no-store')
    .type('application/json')
    .serializer(String)
    .send(text);
}

function messageOf(text: string): string {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && 'message' in parsed && typeof parsed.message === 'string')
      return parsed.message;
  } catch {
    // Not JSON: the status says it all.
  }
  return 'the request was refused';
}
