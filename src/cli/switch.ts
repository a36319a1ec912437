import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { readStopFile, stopFilePath, writeStopFile } from '../adapters/stop-file.ts';
import { systemClock } from '../adapters/system-clock.ts';
import type { SwitchScope } from '../contracts/autonomy.ts';
import { liftAutomation, stopAutomation } from '../decide/index.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import { onPeople, type PeopleOptions, withPeopleOptions } from './account-command.ts';

interface Options extends PeopleOptions {
  readonly tenant?: string;
  readonly class?: string;
  readonly why: string;
}

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** `bridgewatch stop` and `bridgewatch lift`: the switch, beside a running server or without one. */
export function registerSwitch(program: Command): void {
  withScope(program.command('stop'))
    .description('stop all automation, or that of a tenant or a class, until a named person lifts it')
    .action(async (options: Options) => {
      const scope = scopeIn(options);
      try {
        await onPeople(options, async ({ store }) => {
          const by = { id: 'cli', name: `${userInfo().username} at the machine` };
          await stopAutomation(store, systemClock, { scope, via: 'cli', viaTenant: null, why: options.why, by });
        });
      } catch (error) {
        if (options.data === undefined || isMistake(error)) throw error;
        // A stop must not wait for a database that is down: the file needs nothing but the disk.
        writeStopFile(options.data, scope);
        print(
          `The store could not be reached (${error instanceof Error ? error.message : String(error)}), so ${stopFilePath(options.data)} stops instead. Remove it before you lift.`,
        );
        return;
      }
      print(`Stopped: ${said(scope)}. Lift it with: bridgewatch lift --by <email>`);
    });

  withScope(program.command('lift'))
    .description('lift the stops of one scope, in the name of a lead or administrator; those of others stand')
    .requiredOption('--by <email>', 'whose account answers for it')
    .action((options: Options & { by: string }) =>
      onPeople(options, async ({ store, auth }) => {
        const scope = scopeIn(options);
        const person = await auth.accountByEmail(options.by);
        if (person === null)
          throw new BridgewatchError(
            'SWITCH_NEEDS_PERSON',
            `no account has the email ${options.by}; a named person lifts`,
            403,
          );
        const held = options.data === undefined ? [] : readStopFile(options.data);
        const { why } = options;
        const lifted = await liftAutomation(store, systemClock, { scope, viaTenant: null, why, by: person, held });
        print(`Lifted ${lifted.length} of ${said(scope)}, by ${person.name}`);
      }),
    );
}

/** A folder without a store, a tenant or class that is not there: then a file would stop nothing, and look as if it did. */
function isMistake(error: unknown): boolean {
  if (!(error instanceof BridgewatchError)) return false;
  return error.status < 500 || error.code === 'STATE_NO_STORE' || error.code === 'STATE_NO_PLACE';
}

function withScope(command: Command): Command {
  return withPeopleOptions(command)
    .option('--tenant <id>', 'only this tenant (default: everything)')
    .option('--class <key>', 'only this class of the tenant, such as credential-access/close:benign')
    .option('--why <text>', 'kept in the ledger', '');
}

/** Throws `CLI_CLASS_NEEDS_TENANT`. */
function scopeIn({ tenant, class: classKey }: Options): SwitchScope {
  if (tenant === undefined) {
    if (classKey === undefined) return { stops: 'everything' };
    throw new BridgewatchError(
      'CLI_CLASS_NEEDS_TENANT',
      `class ${classKey} is of some tenant; name it with --tenant`,
      400,
    );
  }
  return classKey === undefined ? { stops: 'tenant', tenant } : { stops: 'class', tenant, classKey };
}

function said(scope: SwitchScope): string {
  if (scope.stops === 'everything') return 'everything';
  return scope.stops === 'tenant' ? `tenant ${scope.tenant}` : `class ${scope.classKey} of tenant ${scope.tenant}`;
}
