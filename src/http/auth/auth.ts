import { betterAuth } from 'better-auth';
import { BridgewatchError } from '../../kernel/errors.ts';
import { type AuthDeps, CALLER_HEADER, LONGEST_PASSWORD, optionsOf, SHORTEST_PASSWORD } from './options.ts';
import type { RecordAccount } from './record.ts';

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

/** An account as its session or token shows it. */
export interface SignedIn extends Account {
  /** The password was given by somebody else and has not been changed yet. */
  readonly passwordChangeNeeded: boolean;
}

export interface NewLogin extends Account {
  readonly password: string;
  /** Whether the person has to change it before anything else. */
  readonly mustChange: boolean;
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
  personOf(cookie: string | undefined): Promise<SignedIn | null>;
  accountOf(id: string): Promise<SignedIn | null>;
  accountByEmail(email: string): Promise<SignedIn | null>;
  /** Makes an account with a password. Throws `AUTH_EMAIL_TAKEN` (409) and `AUTH_PASSWORD_WEAK` (400). */
  createAccount(login: NewLogin): Promise<Account>;
  accounts(): Promise<number>;
  /**
   * Gives an account a password that must be changed at the next sign-in, and ends its sessions. `dropFactors` takes its
   * one-time codes and passkeys away, for who has lost them.
   */
  giveNewPassword(account: string, password: string, dropFactors: boolean): Promise<void>;
  /** What the OpenID provider is called; null where there is none. */
  readonly oidc: string | null;
  /** Puts something about an account on record, before it happens. */
  readonly record: RecordAccount;
}

/** Accounts and sessions by email and password. No sign-up: accounts are made by an administrator. */
export function buildAuth(deps: AuthDeps): Auth {
  if (deps.secret.length < 32) {
    throw new BridgewatchError(
      'AUTH_SECRET_SHORT',
      `the session secret has ${deps.secret.length} characters; at least 32, random`,
    );
  }
  if (deps.oidc !== undefined && deps.publicUrl === null) {
    throw new BridgewatchError(
      'AUTH_OIDC_NO_URL',
      'an OpenID provider sends people back to a fixed address; give the public URL of this server',
      400,
    );
  }
  const publicUrl = deps.publicUrl === null ? null : new URL(deps.publicUrl).origin;
  const origin = publicUrl ?? 'http://localhost';
  const auth = betterAuth(optionsOf({ ...deps, publicUrl }, origin));
  const adapter = async () => (await auth.$context).internalAdapter;
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
      return session === null ? null : signedIn(session.user);
    },
    accountOf: async (id) => signedIn(await (await adapter()).findUserById(id)),
    async accountByEmail(email) {
      const found = await (await adapter()).findUserByEmail(email.toLowerCase());
      return signedIn(found?.user ?? null);
    },
    async createAccount({ id, name, email, password, mustChange }) {
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
        { id, name, email: email.toLowerCase(), emailVerified: true, mustChangePassword: mustChange },
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
    accounts: async () => (await adapter()).countTotalUsers(),
    async giveNewPassword(account, password, dropFactors) {
      const { internalAdapter, password: passwords, adapter: rows } = await auth.$context;
      await internalAdapter.updatePassword(account, await passwords.hash(password));
      await internalAdapter.updateUser(account, {
        mustChangePassword: true,
        ...(dropFactors ? { twoFactorEnabled: false } : {}),
      });
      if (dropFactors) {
        const mine = [{ field: 'userId', value: account }];
        await rows.deleteMany({ model: 'twoFactor', where: mine });
        await rows.deleteMany({ model: 'passkey', where: mine });
      }
      await internalAdapter.deleteUserSessions(account);
    },
    oidc: deps.oidc?.name ?? null,
    record: deps.record,
  };
}

/** What better-auth knows of a user; fields of our own come untyped. */
type User = Account & { readonly mustChangePassword?: unknown };

function signedIn(user: User): SignedIn;
function signedIn(user: User | null): SignedIn | null;
function signedIn(user: User | null): SignedIn | null {
  if (user === null) return null;
  const { id, name, email, mustChangePassword } = user;
  return { id, name, email, passwordChangeNeeded: mustChangePassword === true };
}
