import type { Command } from 'commander';
import { openAnchor } from '../adapters/ledger-anchor/open.ts';
import { signChains } from '../adapters/postgres/ledger-maintenance.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { anchorLines } from '../ledger/anchor.ts';
import { readCheckpoint, type SignedCheckpoint } from '../ledger/checkpoint.ts';
import { type LedgerOptions, ledgerCommand, onLedger, signingKeyOf, withStoreOptions } from './ledger-command.ts';

interface Options extends LedgerOptions {
  readonly tenant?: string;
  readonly anchor?: string;
  readonly json?: boolean;
}

/** `bridgewatch ledger checkpoint`: signs every chain as it stands, and appends what was signed to an anchor outside. */
export function registerLedgerCheckpoint(program: Command): void {
  withStoreOptions(ledgerCommand(program).command('checkpoint'))
    .description('sign every chain as it stands now; nothing is signed over a ledger that does not fit')
    .option('--tenant <id>', 'only this chain')
    .option(
      '--anchor <place>',
      'append what was signed to this file or https: address, which who runs the store cannot change',
    )
    .option('--json', 'print the signed checkpoints, one JSON line each, as an anchor holds them')
    .action(async (options: Options) => {
      const anchor = options.anchor === undefined ? null : openAnchor(options.anchor);
      const anchored = await anchor?.readSoFar();
      const signed = await onLedger(options, (owner) =>
        signChains(owner, signingKeyOf(options), systemClock, options.tenant ?? null, anchored),
      );
      // After the commit: an anchor must never hold what the store does not.
      await anchor?.append(anchorLines(signed));
      for (const each of signed)
        process.stdout.write(`${options.json === true ? JSON.stringify(each) : inWords(each)}\n`);
    });
}

function inWords(signed: SignedCheckpoint): string {
  const checkpoint = readCheckpoint(signed);
  return `${checkpoint?.tenant}: ${checkpoint?.size} entries, root ${checkpoint?.root}, signed at ${checkpoint?.at} with ${signed.key}`;
}
