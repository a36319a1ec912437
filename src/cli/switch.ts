import { writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { user } from '../adapters/postgres/schema-auth.ts';
import { readStopFile, stopFilePath } from '../adapters/stop-file.ts';
import type { SwitchScope } from '../contracts/autonomy.ts';
import { liftAutomation, stopAutomation } from '../decide/index.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import { onPeople, type PeopleOptions, withPeopleOptions } from './account-command.ts';

interface ScopeOptions extends PeopleOptions {
  readonly tenant?: string;
  readonly class?: string;
  readonly why: string;
}

/** `bridgewatch stop` and `bridgewatch lift`: the switch, from the machine the server runs on, whether or not it can be reached. */
export function registerSwitch(program: Command): void {
  scoped(program.command('stop').description('stop all automation at once: everything, a tenant, or one class'))
    .option('--file', 'only put the file STOP into the data folder, which needs no database; everything stops')
    .action(async (options: ScopeOptions & { file?: boolean }) => {
      if (options.file === true) return stopByFile(options.data);
      const scope = scopeOf(options);
      const { uid, username } = userInfo();
      // Whoever may read the data folder may stop; who that is, the machine says.
      const by = { id: `machine:${uid}`, name: `${username} at the machine` };
      await onPeople(options, async ({ store, clock }) => {
        await stopAutomation(store, clock, { scope, via: 'cli', viaTenant: null, why: options.why, by });
      });
      process.stdout.write(`Stopped: ${said(scope)}\n`);
    });

  scoped(program.command('lift').description('let automation go on; a named lead or administrator does'))
    .requiredOption('--by <email>', 'account of the person who lifts it')
    .action(async (options: ScopeOptions & { by: string }) => {
      const scope = scopeOf(options);
      await onPeople(options, async ({ store, clock }) => {
        const people = await store.authDb.select().from(user);
        const person = people.find(({ email }) => email === options.by.toLowerCase());
        if (person === undefined)
          throw new BridgewatchError('SWITCH_NEEDS_PERSON', `there is no account "${options.by}"`, 403);
        const held = options.data === undefined ? [] : readStopFile(options.data);
        const by = { id: person.id, name: person.name };
        await liftAutomation(store, clock, { scope, viaTenant: null, why: options.why, by, held });
      });
      process.stdout.write(`Lifted: ${said(scope)}\n`);
    });
}

function scoped(command: Command): Command {
  return withPeopleOptions(command)
    .option('--tenant <id>', 'only this tenant')
    .option('--class <key>', 'only this class of the tenant, such as discovery/close:benign')
    .option('--why <text>', 'the reason, for the record', '');
}

function scopeOf({ tenant, class: classKey }: ScopeOptions): SwitchScope {
  if (tenant === undefined && classKey !== undefined)
    throw new BridgewatchError(
      'SWITCH_CLASS_NEEDS_TENANT',
      `class "${classKey}" is of a tenant; give --tenant too`,
      400,
    );
  if (tenant === undefined) return { stops: 'everything' };
  return classKey === undefined ? { stops: 'tenant', tenant } : { stops: 'class', tenant, classKey };
}

function said(scope: SwitchScope): string {
  if (scope.stops === 'everything') return 'everything';
  return scope.stops === 'tenant' ? `tenant ${scope.tenant}` : `class ${scope.classKey} of ${scope.tenant}`;
}

function stopByFile(data: string | undefined): void {
  if (data === undefined)
    throw new BridgewatchError('SWITCH_FILE_NEEDS_FOLDER', '--file puts a file into the data folder; give --data', 400);
  writeFileSync(
    stopFilePath(data),
    '# Automation is stopped while this file is here; remove it, then bridgewatch lift\n',
  );
  process.stdout.write(`Stopped: everything, by ${stopFilePath(data)}\n`);
}
