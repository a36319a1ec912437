import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { BridgewatchError } from '../../kernel/errors.ts';
import { passwordChangeNeeded } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { sendProblem } from '../problem.ts';

const Password = z.string().max(128);
const SignIn = z.object({ email: z.string().max(320), password: Password });
/** Other sessions always end: whoever else knew the old password is out. */
const ChangePassword = z.strictObject({
  currentPassword: Password,
  newPassword: Password,
  revokeOtherSessions: z.literal(true).default(true),
});

/** All of the auth library that is reachable; what it offers besides (sign-up, email change, deletion) is not. */
const reachable = [
  { method: 'POST', path: '/sign-in/email', body: SignIn },
  { method: 'POST', path: '/sign-out' },
  { method: 'GET', path: '/get-session' },
  { method: 'POST', path: '/change-password', body: ChangePassword },
  { method: 'GET', path: '/list-sessions' },
  { method: 'POST', path: '/revoke-session' },
  { method: 'POST', path: '/revoke-other-sessions' },
] as const;

/** Of these, what is open to somebody who has yet to change the password they were given. */
const beforePasswordChange: ReadonlySet<string> = new Set(['/sign-in/email', '/sign-out', '/change-password']);

/** The library's refusals under our codes. */
const refusals: Readonly<Record<number, (why: string) => BridgewatchError>> = {
  401: () => new BridgewatchError('AUTH_REFUSED', 'email or password is wrong, or the session has ended', 401),
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
  for (const { method, path, ...given } of reachable) {
    app.route({
      method,
      url: `/api/auth${path}`,
      bodyLimit: 8 * 1024,
      config: { needs: 'nothing' },
      schema: { tags: ['auth'], summary: `better-auth ${path}`, ...given },
      handler: async (request, reply) => {
        if (!beforePasswordChange.has(path)) {
          const person = await auth.personOf(request.headers.cookie);
          if (person?.passwordChangeNeeded === true) throw passwordChangeNeeded();
        }
        if (path === '/change-password') demandAnother(request.body);
        return answer(reply, await auth.handle(asked(request)));
      },
    });
  }
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
