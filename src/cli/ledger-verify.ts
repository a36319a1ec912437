import type { Command } from 'commander';
import { verifyStore } from '../adapters/postgres/ledger-chains.ts';
import { storePlace, withOwner } from '../adapters/postgres/reach.ts';
import type { LedgerVerdict } from '../ledger/verify.ts';

interface Options {
  readonly data?: string;
  readonly databaseUrl?: string;
  readonly json?: boolean;
}

/** `bridgewatch ledger verify`: recomputes every chain from the store alone; exit code 1 when a row does not fit. */
export function registerLedgerVerify(program: Command): void {
  const ledger =
    program.commands.find((command) => command.name() === 'ledger') ??
    program.command('ledger').description('the append-only record of what AI and people did');
  ledger
    .command('verify')
    .description('recompute every chain from the stored rows and name the first row that does not fit')
    .option('--data <dir>', "the server's data folder; the server may be running or not")
    .option('--database-url <url>', 'a PostgreSQL of yours instead (or set DATABASE_URL)')
    .option('--json', 'print the verdict as JSON')
    .action(async (options: Options) => {
      const log = (line: string) => process.stderr.write(`${line}\n`);
      const verdict = await withOwner(storePlace(options, process.env), { log, mayCreate: false }, verifyStore);
      process.stdout.write(options.json === true ? `${JSON.stringify(verdict)}\n` : inWords(verdict));
      if (!verdict.verified) process.exitCode = 1;
    });
}

function inWords({ chains, entries, problem }: LedgerVerdict): string {
  const lines = chains.map(({ tenant, entries: count, head, problem: wrong }) =>
    wrong === null ? `  ${tenant}: ${count} entries, head ${head}` : `  ${tenant}: ${wrong.row} ${wrong.what}`,
  );
  const headline =
    problem === null
      ? `The ledger fits: ${entries} entries in ${chains.length} chains.`
      : `THE LEDGER DOES NOT FIT. First: ${problem.row} ${problem.what}.`;
  return `${[headline, ...lines].join('\n')}\n`;
}
