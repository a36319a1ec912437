import type { BetterAuthOptions, GenericEndpointContext } from 'better-auth';
import type { RecordAccount } from './record.ts';

type Hooks = NonNullable<BetterAuthOptions['databaseHooks']>;
/** The request in which the library changes something; null where our own code asked for it. */
type Asked = GenericEndpointContext | null;

/** How a session comes to be, by the library's path. Paths that only renew one in the course of something else are not here. */
const signedInBy: Readonly<Record<string, string>> = {
  '/sign-in/email': 'password',
};

/**
 * What goes on record before the library does it. A password that is changed is one's own from then on; the mark of a given
 * one goes with the same request.
 */
export function recordedChanges(record: RecordAccount): Hooks {
  return {
    session: {
      create: {
        before: async ({ userId }, asked: Asked) => {
          const by = signedInBy[asked?.path ?? ''];
          if (by !== undefined) await record(userId, 'session.opened', { by });
        },
      },
    },
    account: {
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

function personIn(asked: Asked): string | null {
  return asked?.context.session?.user.id ?? null;
}
