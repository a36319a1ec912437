import { randomBytes } from 'node:crypto';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import type { Command } from 'commander';
import { pino } from 'pino';
import { ensureWrappingKey } from '../adapters/ledger-file/wrapping-key.ts';
import { storePlace, withOwner } from '../adapters/postgres/reach.ts';
import * as authSchema from '../adapters/postgres/schema-auth.ts';
import { openStoreAt, type PostgresStore } from '../adapters/postgres/store.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { roles } from '../contracts/tenant.ts';
import { type Auth, buildAuth } from '../http/auth/auth.ts';
import { recordAccounts } from '../http/auth/record.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import type { Clock } from '../ports/clock.ts';

/** Which store a command about people is about. */
export interface PeopleOptions {
  readonly data?: string;
  readonly databaseUrl?: string;
}

export interface People {
  readonly store: PostgresStore;
  readonly auth: Auth;
  readonly clock: Clock;
}

/** A command under which others stand; made by whichever of them comes first. */
export function groupCommand(program: Command, name: string, description: string): Command {
  return program.commands.find((command) => command.name() === name) ?? program.command(name).description(description);
}

export function withPeopleOptions(command: Command): Command {
  return command
    .option('--data <dir>', "the server's data folder; the server may be running or not")
    .option('--database-url <url>', 'a PostgreSQL of yours instead (or set DATABASE_URL)');
}

/**
 * Runs `work` on the accounts of a store, beside a running server or without one. Whoever may read the data folder may do
 * this: it is the way back in. Throws `STATE_*`.
 */
export async function onPeople(options: PeopleOptions, work: (people: People) => Promise<void>): Promise<void> {
  const log = (line: string) => process.stderr.write(`${line}\n`);
  await withOwner(storePlace(options, process.env), { log, mayCreate: false }, async (owner) => {
    const store = await openStoreAt(owner, { clock: systemClock, log, ...keyOf(options) });
    try {
      const auth = buildAuth({
        database: drizzleAdapter(store.authDb, { provider: 'pg', schema: authSchema }),
        // Signs nothing: no session begins here, and a secret of codes is never read.
        secret: randomBytes(32).toString('hex'),
        publicUrl: null,
        log: pino({ base: null, level: 'warn' }, pino.destination(2)),
        record: recordAccounts(store),
      });
      await work({ store, auth, clock: systemClock });
    } finally {
      await store.close();
    }
  });
}

/** A store elsewhere has no folder to keep the key of personal data in: it is named by the environment. */
function keyOf({ data }: PeopleOptions) {
  return data === undefined && !process.env.BRIDGEWATCH_KEY_FILE ? {} : { wrappingKey: ensureWrappingKey(data ?? '') };
}

/** One of the values an option takes. Throws `CLI_NOT_ONE_OF` naming them. */
export function oneOf<T extends string>(option: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === text);
  if (found !== undefined) return found;
  throw new BridgewatchError('CLI_NOT_ONE_OF', `${option} is '${text}'; give one of ${allowed.join(', ')}`);
}

export const tenantRoles = roles;
/** A customer is somebody of the tenant, never of its provider. */
export const providerRoles = roles.filter((role) => role !== 'customer');
