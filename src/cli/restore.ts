import type { Command } from 'commander';
import { checkBackup, restoreBackup } from '../adapters/postgres/backup/restore.ts';
import { storePlace, withOwner } from '../adapters/postgres/reach.ts';

interface Options {
  readonly data?: string;
  readonly databaseUrl?: string;
  readonly json?: boolean;
}

/** `bridgewatch restore <file>`: into an empty store, all or nothing. Exit code 1 when the restored ledger does not fit. */
export function registerRestore(program: Command): void {
  program
    .command('restore')
    .description('load a backup into a new data folder or an empty database, and verify its ledger')
    .argument('<file>', 'a file that bridgewatch backup wrote')
    .option('--data <dir>', 'a new data folder')
    .option('--database-url <url>', 'an empty database of a PostgreSQL of yours instead (or set DATABASE_URL)')
    .option('--json', 'print the result as JSON')
    .action(async (file: string, options: Options) => {
      const log = (line: string) => process.stderr.write(`${line}\n`);
      const clock = { now: () => Date.now() };
      const version = program.version() ?? '';
      const place = storePlace(options, process.env);
      // All of it is read first: a damaged file must not leave a data folder behind.
      await checkBackup(file);
      const { rows, verdict } = await withOwner(place, { log, mayCreate: true }, (owner) =>
        restoreBackup(owner, file, clock, version),
      );
      const count = Object.values(rows).reduce((sum, n) => sum + n, 0);
      const { problem } = verdict;
      const ledger =
        problem === null
          ? `its ledger of ${verdict.entries} entries fits`
          : `ITS LEDGER DOES NOT FIT: ${problem.row} ${problem.what}`;
      process.stdout.write(
        options.json === true ? `${JSON.stringify({ rows, verdict })}\n` : `Restored ${count} rows; ${ledger}.\n`,
      );
      if ((rows.subject_keys ?? 0) > 0) {
        log('Who was erased after this backup was made is back: run bridgewatch ledger erase again for each of them.');
        log("Personal data reads as sealed until the personal-data.key of the backup's store is in the data folder.");
      }
      if (!verdict.verified) process.exitCode = 1;
    });
}
