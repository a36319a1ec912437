import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { eraseEverywhere } from '../adapters/postgres/erasure.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { type LedgerOptions, ledgerCommand, onLedger } from './ledger-command.ts';

interface Options extends LedgerOptions {
  readonly subject: string;
  readonly tenant?: string;
  readonly json?: boolean;
}

/** `bridgewatch ledger erase`: destroys the keys of a data subject, so that what the ledger says of them can no longer be read. */
export function registerLedgerErase(program: Command): void {
  ledgerCommand(program)
    .command('erase')
    .description(
      'destroy the keys of a data subject: what the ledger holds about them is gone for good, and it still fits',
    )
    .option('--data <dir>', "the server's data folder; the server may be running or not")
    .option('--database-url <url>', 'a PostgreSQL of yours instead (or set DATABASE_URL)')
    .requiredOption('--subject <id>', "whom it is about, as the ledger names them: a person's account is account:<id>")
    .option('--tenant <id>', 'only in this chain (default: in every chain that knows the subject)')
    .option('--json', 'print the result as JSON')
    .action(async (options: Options) => {
      const { subject, tenant = null } = options;
      const by = {
        actor: { kind: 'system', id: 'bridgewatch command line', version: program.version() ?? '' },
        onBehalfOf: `os-user:${userInfo().username}`,
      } as const;
      const erased = await onLedger(options, (owner) => eraseEverywhere(owner, systemClock, subject, tenant, by));
      const words = erased.map(
        (each) => `${each.tenant}: ${each.keys === 0 ? 'erased before' : `${each.keys} keys destroyed`}`,
      );
      const note =
        'Backups made before still hold the keys: make a new one, and erase again after restoring an older one.';
      const text = `Erased ${subject}.\n${words.map((line) => `  ${line}\n`).join('')}${note}\n`;
      process.stdout.write(options.json === true ? `${JSON.stringify({ subject, erased })}\n` : text);
    });
}
