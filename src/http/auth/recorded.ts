import type { BetterAuthOptions, GenericEndpointContext } from 'better-auth';
import type { RecordAccount } from './record.ts';

type Hooks = NonNullable<BetterAuthOptions['databaseHooks']>;
/** The request in which the library changes something; null where our own code asked for it. */
type Asked = GenericEndpointContext | null;

/** How a session comes to be, by the library's path. */
const signedInBy: Readonly<Record<string, string>> = {
  '/sign-in/email': 'password',
  '/two-factor/verify-totp': 'password and one-time code',
  '/two-factor/verify-backup-code': 'password and backup code',
  '/passkey/verify-authentication': 'passkey',
  '/callback/:id': 'OpenID provider',
};

/**
 * What goes on record before the library does it. A password that is changed is one's own from then on; the mark of a given
 * one goes with the same request. Tokens of an OpenID provider are not kept: nothing here calls it in a person's name.
 */
export function recordedChanges(record: RecordAccount): Hooks {
  return {
    session: {
      create: {
        before: async ({ userId }, asked: Asked) => {
          const by = signedInBy[asked?.path ?? ''];
          // Who is signed in already gets a new session in the course of something else.
          if (asked === null || by === undefined || personIn(asked) !== null) return;
          const type = (await stopsHalfWay(asked, userId)) ? 'session.first-factor' : 'session.opened';
          await record(userId, type, { by });
        },
      },
    },
    user: {
      update: {
        before: async ({ twoFactorEnabled }, asked: Asked) => {
          const person = personIn(asked);
          if (typeof twoFactorEnabled !== 'boolean' || person === null) return;
          await record(person, twoFactorEnabled ? 'second-factor.adding' : 'second-factor.removing');
        },
      },
    },
    account: {
      create: {
        before: async ({ userId, providerId, accountId }) => {
          if (providerId === 'credential') return;
          await record(userId, 'identity.linking', { provider: providerId, subject: accountId });
          return { data: { accessToken: null, refreshToken: null, idToken: null } };
        },
      },
      update: {
        before: async ({ password }, asked: Asked) => {
          const person = personIn(asked);
          if (typeof password === 'string' && person !== null) await record(person, 'password.changing');
        },
        after: async (_account, asked: Asked) => {
          const person = personIn(asked);
          if (asked?.path !== '/change-password' || person === null) return;
          await asked.context.internalAdapter.updateUser(person, { mustChangePassword: false });
        },
      },
    },
  };
}

/** Whether a right password alone opens nothing: the library takes the session back and asks for the second factor. */
async function stopsHalfWay(asked: GenericEndpointContext, account: string): Promise<boolean> {
  if (asked.path !== '/sign-in/email') return false;
  const user = await asked.context.internalAdapter.findUserById(account);
  return user !== null && 'twoFactorEnabled' in user && user.twoFactorEnabled === true;
}

function personIn(asked: Asked): string | null {
  return asked?.context.session?.user.id ?? null;
}
