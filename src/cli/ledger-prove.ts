import type { Command } from 'commander';
import { proveContinuation, proveEntry } from '../adapters/postgres/ledger-maintenance.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import {
  countOf,
  type LedgerOptions,
  ledgerCommand,
  onLedger,
  signingKeyOf,
  withStoreOptions,
} from './ledger-command.ts';

interface Options extends LedgerOptions {
  readonly tenant: string;
  readonly seq?: string;
  readonly since?: string;
}

/** `bridgewatch ledger prove`: prints a proof that `ledger verify --proof` checks with nothing but the public key. */
export function registerLedgerProve(program: Command): void {
  withStoreOptions(ledgerCommand(program).command('prove'))
    .description(
      'print, as JSON, a proof that an entry is in the signed ledger, or that the ledger continues an earlier one',
    )
    .requiredOption('--tenant <id>', 'whose chain')
    .option('--seq <n>', 'number of the entry')
    .option('--since <size>', 'size of an earlier checkpoint')
    .action(async (options: Options) => {
      const { tenant, seq, since } = options;
      const proof = await onLedger(options, (owner) => {
        const key = signingKeyOf(options);
        if (seq !== undefined) return proveEntry(owner, key, systemClock, tenant, countOf('--seq', seq));
        if (since !== undefined) return proveContinuation(owner, key, systemClock, tenant, countOf('--since', since));
        throw new BridgewatchError('LEDGER_NOTHING_TO_PROVE', 'Say what to prove: --seq <n> or --since <size>', 400);
      });
      process.stdout.write(`${JSON.stringify(proof)}\n`);
    });
}
