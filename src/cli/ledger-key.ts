import type { Command } from 'commander';
import { publicKeyText } from '../adapters/ledger-file/signing-key.ts';
import { type LedgerOptions, ledgerCommand, signingKeyOf } from './ledger-command.ts';

/** `bridgewatch ledger key`: the public key as PEM, to hand to whoever shall verify. */
export function registerLedgerKey(program: Command): void {
  ledgerCommand(program)
    .command('key')
    .description('print the public key of the checkpoints (PEM); made with the private one where there is none yet')
    .option('--data <dir>', "the server's data folder")
    .option('--signing-key <file>', 'private key of the checkpoints (default: the one in --data)')
    .action((options: LedgerOptions) => {
      const { publicKey } = signingKeyOf(options);
      process.stderr.write(`key ${publicKey.id}\n`);
      process.stdout.write(publicKeyText(publicKey));
    });
}
