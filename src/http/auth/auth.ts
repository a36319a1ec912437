import { type BetterAuthOptions, betterAuth } from 'better-auth';
import type { FastifyBaseLogger } from 'fastify';
import { BridgewatchError } from '../../kernel/errors.ts';
import { crossSiteReason } from '../same-origin.ts';

/** A shift: after this many seconds a session ends, however busy it is. */
const SESSION_SECONDS = 12 * 3600;
const SIGN_IN_WINDOW_SECONDS = 60;
const SIGN_INS_PER_WINDOW = 10;

/** The header that carries the caller's address inward; whatever a client sends under this name is overwritten. */
const CALLER_HEADER = 'x-bridgewatch-caller';

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

/** Accounts, passwords and sessions. */
export interface Auth {
  /** Answers one request under /api/auth. `caller` is the client's address, by which attempts are limited. */
  handle(request: {
    method: string;
    path: string;
    headers: Headers;
    body: string | undefined;
    caller: string;
  }): Promise<Response>;
  /** The person whose session a Cookie header carries, or null. */
  personOf(cookie: string | undefined): Promise<Account | null>;
  /** Makes an account with a password. Throws `AUTH_EMAIL_TAKEN` (409) and `AUTH_PASSWORD_WEAK` (400). */
  createAccount(account: Account & { password: string }): Promise<Account>;
  accounts(): Promise<number>;
}

export interface AuthDeps {
  /** better-auth's database adapter over the app database's account tables. */
  readonly database: NonNullable<BetterAuthOptions['database']>;
  /** At least 32 random bytes, as text; signs session cookies. */
  readonly secret: string;
  readonly publicUrl: string | null;
  readonly log: FastifyBaseLogger;
  /** Called before a session exists; the sign-in goes on record first. Refuses the sign-in by throwing. */
  readonly beforeSession: (account: string) => Promise<void>;
}

const SHORTEST_PASSWORD = 12;
const LONGEST_PASSWORD = 128;

/** Accounts and sessions by email and password. No sign-up: accounts are made by an administrator. */
export function buildAuth(deps: AuthDeps): Auth {
  if (deps.secret.length < 32) {
    throw new BridgewatchError(
      'AUTH_SECRET_SHORT',
      `the session secret has ${deps.secret.length} characters; at least 32, random`,
    );
  }
  const publicUrl = deps.publicUrl === null ? null : new URL(deps.publicUrl).origin;
  const origin = publicUrl ?? 'http://localhost';
  const auth = betterAuth(optionsOf({ ...deps, publicUrl }, origin));
  return {
    handle({ method, path, headers, body, caller }) {
      headers.set(CALLER_HEADER, caller);
      return auth.handler(
        new Request(`${origin}${path}`, { method, headers, ...(body === undefined ? {} : { body }) }),
      );
    },
    async personOf(cookie) {
      if (cookie === undefined) return null;
      const session = await auth.api.getSession({ headers: new Headers({ cookie }) });
      if (session === null) return null;
      const { id, name, email } = session.user;
      return { id, name, email };
    },
    async createAccount({ id, name, email, password }) {
      if (password.length < SHORTEST_PASSWORD || password.length > LONGEST_PASSWORD) {
        throw new BridgewatchError(
          'AUTH_PASSWORD_WEAK',
          `the password has ${password.length} characters; ${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD}`,
          400,
        );
      }
      const { internalAdapter, password: passwords } = await auth.$context;
      if ((await internalAdapter.findUserByEmail(email.toLowerCase())) !== null) {
        throw new BridgewatchError('AUTH_EMAIL_TAKEN', `an account with the email ${email} exists already`, 409);
      }
      const user = await internalAdapter.createUser(
        { id, name, email: email.toLowerCase(), emailVerified: true },
        { method: 'email-password' },
      );
      await internalAdapter.linkAccount({
        userId: user.id,
        accountId: user.id,
        providerId: 'credential',
        password: await passwords.hash(password),
      });
      return { id: user.id, name, email: email.toLowerCase() };
    },
    async accounts() {
      return (await auth.$context).internalAdapter.countTotalUsers();
    },
  };
}

function optionsOf({ database, secret, publicUrl, log, beforeSession }: AuthDeps, origin: string) {
  return {
    appName: 'Bridgewatch',
    baseURL: origin,
    basePath: '/api/auth',
    secret,
    database,
    telemetry: { enabled: false },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: SHORTEST_PASSWORD,
      maxPasswordLength: LONGEST_PASSWORD,
      revokeSessionsOnPasswordReset: true,
    },
    // Not refreshed and not cached in the cookie: a session that is revoked is gone at the next request.
    session: { expiresIn: SESSION_SECONDS, disableSessionRefresh: true, cookieCache: { enabled: false } },
    // In memory: one process serves sign-ins. Counted per address, so that nobody can lock out an account from afar.
    rateLimit: {
      enabled: true,
      storage: 'memory',
      customRules: {
        '/sign-in/email': { window: SIGN_IN_WINDOW_SECONDS, max: SIGN_INS_PER_WINDOW },
        '/change-password': { window: SIGN_IN_WINDOW_SECONDS, max: SIGN_INS_PER_WINDOW },
      },
    },
    // The same rule as for our own routes, so that a server reached by an address trusts that address.
    trustedOrigins: async (request?: Request) => {
      const claimed = request?.headers.get('origin');
      if (!request || !claimed) return [];
      const host = request.headers.get('host') ?? '';
      return crossSiteReason({ host, origin: claimed }, publicUrl) === undefined ? [claimed] : [];
    },
    databaseHooks: {
      session: { create: { before: async (session: { userId: string }) => beforeSession(session.userId) } },
    },
    advanced: {
      cookiePrefix: 'bridgewatch',
      useSecureCookies: publicUrl?.startsWith('https:') ?? false,
      defaultCookieAttributes: { httpOnly: true, sameSite: 'strict', path: '/' },
      ipAddress: { ipAddressHeaders: [CALLER_HEADER] },
      // Said out loud because the library drops both checks when it believes it is under test.
      disableOriginCheck: false,
      disableCSRFCheck: false,
    },
    logger: {
      level: 'warn',
      log: (level: string, message: string) =>
        log[level === 'error' ? 'error' : level === 'warn' ? 'warn' : 'debug']({ from: 'better-auth' }, message),
    },
  } satisfies BetterAuthOptions;
}
