import { resolve } from 'node:path';
import type { Command } from 'commander';
import { storePlace, withOwner } from '../adapters/postgres/reach.ts';
import { openKeyRing } from '../adapters/secrets/key-ring.ts';
import { rekeySecrets } from '../adapters/secrets/rekey.ts';
import { systemClock } from '../adapters/system-clock.ts';

interface Options {
  readonly data: string;
  readonly databaseUrl?: string;
}

/** `bridgewatch secrets rekey`: a new installation key, and every connector's secret sealed anew with it. */
export function registerSecretsRekey(program: Command): void {
  program
    .command('secrets')
    .description('secrets that connectors use')
    .command('rekey')
    .description('make a new key and seal every secret anew with it; the server may be running or not')
    .requiredOption('--data <dir>', "the server's data folder, which holds the key")
    .option('--database-url <url>', 'where the store is a PostgreSQL of yours')
    .action(async (options: Options) => {
      const log = (line: string) => process.stderr.write(`${line}\n`);
      const ring = openKeyRing(resolve(options.data));
      const sealed = await withOwner(storePlace(options, {}), { log, mayCreate: false }, (owner) =>
        rekeySecrets(owner, ring, systemClock),
      );
      process.stdout.write(`Sealed ${sealed} secrets with a new key. Backups made before need the old key file.\n`);
    });
}
