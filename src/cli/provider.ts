import type { Command } from 'commander';
import { createLogin, randomPassword, setup } from '../http/auth/accounts.ts';
import { assignTenant, employ, makeProvider } from '../http/auth/providers.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import {
  groupCommand,
  oneOf,
  onPeople,
  type PeopleOptions,
  providerRoles,
  withPeopleOptions,
} from './account-command.ts';

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** `bridgewatch provider add|assign|employ|dismiss`: firms whose people look after several tenants. */
export function registerProvider(program: Command): void {
  const provider = groupCommand(program, 'provider', 'firms whose people look after several tenants');

  withPeopleOptions(
    provider.command('add').description('make a provider').argument('<id>').requiredOption('--name <name>'),
  ).action((id: string, options: PeopleOptions & { name: string }) =>
    onPeople(options, (people) => makeProvider(people, { id, name: options.name }, setup)),
  );

  withPeopleOptions(
    provider
      .command('assign')
      .description('put a tenant into its hands, or into nobody’s')
      .argument('<tenant>')
      .argument('[provider]', 'left out: nobody looks after it any more'),
  ).action((tenant: string, id: string | undefined, options: PeopleOptions) =>
    onPeople(options, (people) => assignTenant(people, tenant, id ?? null, setup)),
  );

  withPeopleOptions(
    provider
      .command('employ')
      .description('give a person a role in each of its tenants; for a new one, a password is printed once')
      .argument('<provider>')
      .argument('<email>')
      .requiredOption('--role <role>', `one of ${providerRoles.join(', ')}`)
      .option('--name <name>', 'what a new person is called'),
  ).action((id: string, email: string, options: PeopleOptions & { role: string; name?: string }) =>
    onPeople(options, async (people) => {
      const role = oneOf('--role', options.role, providerRoles);
      const known = await people.auth.accountByEmail(email);
      const password = randomPassword();
      const person = { name: options.name ?? email, email, password, mustChange: true };
      const { id: account } = known ?? (await createLogin(people, person, { provider: id }, setup));
      await employ(people, id, account, role, setup);
      print(known === null ? `Password (shown once): ${password}` : 'The account was there already');
    }),
  );

  withPeopleOptions(
    provider
      .command('dismiss')
      .description('end a role at a provider, and with it in each of its tenants')
      .argument('<provider>')
      .argument('<email>'),
  ).action((id: string, email: string, options: PeopleOptions) =>
    onPeople(options, async (people) => {
      const known = await people.auth.accountByEmail(email);
      if (known === null)
        throw new BridgewatchError('ACCOUNT_UNKNOWN', `there is no account with the email ${email}`, 404);
      await employ(people, id, known.id, null, setup);
    }),
  );
}
