import type { Command } from 'commander';
import { ensureSigningKey, readSigningKey } from '../adapters/ledger-file/signing-key.ts';
import type { Connection } from '../adapters/postgres/connection.ts';
import { stateError } from '../adapters/postgres/faults.ts';
import { storePlace, withOwner } from '../adapters/postgres/reach.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import type { SigningKey } from '../ledger/checkpoint.ts';

/** Which store a ledger command is about, and the key that signs its checkpoints. */
export interface LedgerOptions {
  readonly data?: string;
  readonly databaseUrl?: string;
  readonly signingKey?: string;
}

/** `bridgewatch ledger`, under which the commands about the ledger stand; made by whichever of them comes first. */
export function ledgerCommand(program: Command): Command {
  return (
    program.commands.find((command) => command.name() === 'ledger') ??
    program.command('ledger').description('the append-only record of what AI and people did')
  );
}

/** The options of `LedgerOptions`. */
export function withStoreOptions(command: Command): Command {
  return command
    .option('--data <dir>', "the server's data folder; the server may be running or not")
    .option('--database-url <url>', 'a PostgreSQL of yours instead (or set DATABASE_URL)')
    .option('--signing-key <file>', 'private key of the checkpoints (default: the one in --data)');
}

/** Runs `work` on the store that the options name. Throws `LEDGER_*` and `STATE_*`. */
export async function onLedger<T>(options: LedgerOptions, work: (owner: Connection) => Promise<T>): Promise<T> {
  const log = (line: string) => process.stderr.write(`${line}\n`);
  try {
    return await withOwner(storePlace(options, process.env), { log, mayCreate: false }, work);
  } catch (error) {
    throw stateError(error);
  }
}

/** The key the options name, made in the data folder where there is none. Throws `LEDGER_NO_KEY` and `LEDGER_KEY_*`. */
export function signingKeyOf({ signingKey, data }: LedgerOptions): SigningKey {
  if (signingKey !== undefined) return readSigningKey(signingKey);
  if (data !== undefined) return ensureSigningKey(data);
  throw new BridgewatchError(
    'LEDGER_NO_KEY',
    "There is no key to sign with; give --signing-key <file>, as the server's data folder holds it (ledger-signing-key.pem)",
    400,
  );
}

/** A whole number above zero from an option. Throws `LEDGER_BAD_NUMBER`. */
export function countOf(name: string, text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new BridgewatchError('LEDGER_BAD_NUMBER', `${name} is ${text}; give a whole number above 0`, 400);
}
