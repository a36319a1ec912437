import type { Command } from 'commander';
import { writeBackup } from '../adapters/postgres/backup/write.ts';
import { storePlace, withOwner } from '../adapters/postgres/reach.ts';

interface Options {
  readonly data?: string;
  readonly databaseUrl?: string;
  readonly json?: boolean;
}

/** `bridgewatch backup <file>`: the whole store as one snapshot in one file, also while a server is running. */
export function registerBackup(program: Command): void {
  program
    .command('backup')
    .description('write the whole store to one file; sessions are left out')
    .argument('<file>', 'where to write it; holds password hashes and evidence, keep it safe')
    .option('--data <dir>', "the server's data folder; the server may be running or not")
    .option('--database-url <url>', 'a PostgreSQL of yours instead (or set DATABASE_URL)')
    .option('--json', 'print the result as JSON')
    .action(async (file: string, options: Options) => {
      const log = (line: string) => process.stderr.write(`${line}\n`);
      const clock = { now: () => Date.now() };
      const version = program.version() ?? '';
      const result = await withOwner(storePlace(options, process.env), { log, mayCreate: false }, (owner) =>
        writeBackup(owner, file, clock, version),
      );
      const rows = Object.values(result.rows).reduce((sum, count) => sum + count, 0);
      const words = `Wrote ${rows} rows of ${Object.keys(result.rows).length} tables to ${result.file} (content SHA-256 ${result.sha256}).`;
      process.stdout.write(`${options.json === true ? JSON.stringify(result) : words}\n`);
    });
}
