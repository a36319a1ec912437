import { resolve } from 'node:path';
import type { Command } from 'commander';
import { publicKeyText } from '../adapters/ledger-file/signing-key.ts';
import { writeGzipLines } from '../adapters/ledger-file/write-lines.ts';
import { exportChains, signChains } from '../adapters/postgres/ledger-maintenance.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { readCheckpoint } from '../ledger/checkpoint.ts';
import { EXPORT_FORMAT, exportLines } from '../ledger/export-format.ts';
import { type LedgerOptions, ledgerCommand, onLedger, signingKeyOf, withStoreOptions } from './ledger-command.ts';

interface Options extends LedgerOptions {
  readonly tenant?: string;
  readonly json?: boolean;
}

/** `bridgewatch ledger export <file>`: signs the chains as they stand and writes them, payloads and all, to one file. */
export function registerLedgerExport(program: Command): void {
  withStoreOptions(ledgerCommand(program).command('export'))
    .description('sign the chains and write them to one file that ledger verify checks without any store')
    .argument('<file>', 'where to write it; holds what was decided about whom, keep it safe')
    .option('--tenant <id>', 'only this chain')
    .option('--json', 'print the result as JSON')
    .action(async (path: string, options: Options) => {
      const file = resolve(path);
      const tenant = options.tenant ?? null;
      const chains = await onLedger(options, async (owner) => {
        const key = signingKeyOf(options);
        const signed = await signChains(owner, key, systemClock, tenant);
        const createdAt = new Date(systemClock.now()).toISOString();
        const publicKeys = [publicKeyText(key.publicKey)];
        await exportChains(owner, key.publicKey, tenant, (exported) =>
          writeGzipLines(file, exportLines({ format: EXPORT_FORMAT, version: 1, createdAt, publicKeys }, exported)),
        );
        return signed.flatMap((each) => readCheckpoint(each) ?? []);
      });
      const entries = chains.reduce((sum, { size }) => sum + size, 0);
      const words = `Wrote ${entries} entries of ${chains.length} chains to ${file}.`;
      process.stdout.write(`${options.json === true ? JSON.stringify({ file, entries, chains }) : words}\n`);
    });
}
