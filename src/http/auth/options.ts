import type { BetterAuthOptions } from 'better-auth';
import type { FastifyBaseLogger } from 'fastify';
import { crossSiteReason } from '../same-origin.ts';
import { type OidcOptions, oneTimeCodes, openId, passkeys } from './plugins.ts';
import type { RecordAccount } from './record.ts';
import { recordedChanges } from './recorded.ts';

/** A shift: after this many seconds a session ends, however busy it is. */
const SESSION_SECONDS = 12 * 3600;

/** Tries from one address: ten a minute of whatever takes a secret. */
const guessable = { window: 60, max: 10 };

export const SHORTEST_PASSWORD = 12;
export const LONGEST_PASSWORD = 128;

/** The header that carries the caller's address inward; whatever a client sends under this name is overwritten. */
export const CALLER_HEADER = 'x-bridgewatch-caller';

export interface AuthDeps {
  /** better-auth's database adapter over the app database's account tables. */
  readonly database: NonNullable<BetterAuthOptions['database']>;
  /** At least 32 random bytes, as text; signs session cookies. */
  readonly secret: string;
  readonly publicUrl: string | null;
  readonly log: FastifyBaseLogger;
  /** Puts what is about to happen to an account on record, before it does. Refuses it by throwing. */
  readonly record: RecordAccount;
  /** An OpenID provider to sign in through, beside passwords and passkeys. Needs `publicUrl`, to which it sends people back. */
  readonly oidc?: OidcOptions;
}

/** What of better-auth is used, and how strictly. `origin` is where the server believes to be reached. */
export function optionsOf({ database, secret, publicUrl, log, record, oidc }: AuthDeps, origin: string) {
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
    user: {
      additionalFields: {
        mustChangePassword: { type: 'boolean', required: false, defaultValue: false, input: false },
      },
    },
    // Not refreshed and not cached in the cookie: a session that is revoked is gone at the next request.
    session: { expiresIn: SESSION_SECONDS, disableSessionRefresh: true, cookieCache: { enabled: false } },
    // In memory: one process serves sign-ins. Counted per address, so that nobody can lock out an account from afar.
    rateLimit: {
      enabled: true,
      storage: 'memory',
      customRules: {
        '/sign-in/email': guessable,
        '/sign-in/social': guessable,
        '/callback/oidc': guessable,
        '/change-password': guessable,
        '/two-factor/*': guessable,
        '/passkey/*': guessable,
      },
    },
    // The same rule as for our own routes, so that a server reached by an address trusts that address.
    trustedOrigins: async (request?: Request) => {
      const claimed = request?.headers.get('origin');
      if (!request || !claimed) return [];
      const host = request.headers.get('host') ?? '';
      return crossSiteReason({ host, origin: claimed }, publicUrl) === undefined ? [claimed] : [];
    },
    databaseHooks: recordedChanges(record),
    plugins: [
      oneTimeCodes(),
      passkeys(new URL(origin).hostname, record),
      ...(oidc === undefined ? [] : [openId(oidc)]),
    ],
    // By verified email only, on both sides; the profile a provider sends changes nothing here.
    account: {
      updateAccountOnSignIn: false,
      accountLinking: { enabled: true, trustedProviders: [], allowDifferentEmails: false, updateUserInfoOnLink: false },
    },
    onAPIError: { errorURL: '/sign-in' },
    advanced: {
      cookiePrefix: 'bridgewatch',
      useSecureCookies: publicUrl?.startsWith('https:') ?? false,
      defaultCookieAttributes: { httpOnly: true, sameSite: 'strict', path: '/' },
      // The way back from an OpenID provider begins on its site, where a strict cookie is not sent along.
      cookies: { state: { attributes: { sameSite: 'lax' } } },
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
