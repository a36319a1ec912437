import type { Command } from 'commander';
import { user } from '../adapters/postgres/schema-auth.ts';
import { resetPassword, setup } from '../http/auth/accounts.ts';
import { admitMember } from '../http/auth/members.ts';
import {
  groupCommand,
  oneOf,
  onPeople,
  type PeopleOptions,
  tenantRoles,
  withPeopleOptions,
} from './account-command.ts';

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** `bridgewatch account list|add|password`: who may sign in, from the machine the server runs on. */
export function registerAccount(program: Command): void {
  const account = groupCommand(program, 'account', 'who may sign in');

  withPeopleOptions(account.command('list').description('accounts, and what they are in which tenant')).action(
    (options: PeopleOptions) =>
      onPeople(options, async ({ store }) => {
        for (const { id, name, email } of await store.authDb.select().from(user).orderBy(user.email)) {
          const held = (await store.memberships(id)).map(
            ({ tenant, role, via }) => `${role} of ${tenant.id}${via === null ? '' : ' through its provider'}`,
          );
          print(`${email}  ${name}  ${held.join(', ') || 'nowhere a member'}`);
        }
      }),
  );

  withPeopleOptions(
    account
      .command('add')
      .description('give a person a role in a tenant; for a new one, a password is printed once')
      .argument('<email>')
      .requiredOption('--name <name>', 'what the person is called')
      .requiredOption('--tenant <id>', 'the tenant')
      .requiredOption('--role <role>', `one of ${tenantRoles.join(', ')}`),
  ).action((email: string, options: PeopleOptions & { name: string; tenant: string; role: string }) =>
    onPeople(options, async (people) => {
      const role = oneOf('--role', options.role, tenantRoles);
      const { name, tenant } = options;
      const { password } = await admitMember(people, { email, name, tenant, role }, setup);
      print(`${email} is ${role} of ${tenant}`);
      print(password === null ? 'The account was there already' : `Password (shown once): ${password}`);
    }),
  );

  withPeopleOptions(
    account
      .command('password')
      .description('give somebody a new password, printed once; their sessions and tokens end')
      .argument('<email>')
      .option('--drop-factors', 'take their one-time codes and passkeys away too, for who has lost them'),
  ).action((email: string, options: PeopleOptions & { dropFactors?: boolean }) =>
    onPeople(options, async (people) => {
      const { password } = await resetPassword(people, email, options.dropFactors === true);
      print(`Password (shown once): ${password}`);
    }),
  );
}
