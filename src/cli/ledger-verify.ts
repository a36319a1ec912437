import { existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { openAnchor } from '../adapters/ledger-anchor/open.ts';
import { unreadable } from '../adapters/ledger-file/gzip-lines.ts';
import { exportedChains } from '../adapters/ledger-file/read-export.ts';
import { readPublicKey, readSigningKey, signingKeyFile } from '../adapters/ledger-file/signing-key.ts';
import { verifyStore } from '../adapters/postgres/ledger-chains.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import type { PublicKey } from '../ledger/checkpoint.ts';
import { readProof, verifyProof } from '../ledger/proof.ts';
import {
  type ChainVerdict,
  type Expectations,
  type LedgerVerdict,
  nothingExpected,
  verifyLedger,
} from '../ledger/verify.ts';
import { type LedgerOptions, ledgerCommand, onLedger, withStoreOptions } from './ledger-command.ts';

interface Options extends LedgerOptions {
  readonly key?: readonly string[];
  readonly anchor?: string;
  readonly tenant?: string;
  readonly proof?: string;
  readonly json?: boolean;
}

/** `bridgewatch ledger verify`: a store, an export, or a proof; exit code 1 when something does not fit. */
export function registerLedgerVerify(program: Command): void {
  withStoreOptions(ledgerCommand(program).command('verify'))
    .description(
      'recompute every chain of a store or an export and name the first thing that does not fit; or check a proof',
    )
    .argument('[export]', 'a file that ledger export wrote; nothing else but --key is needed')
    .option('--key <file...>', 'public keys whose signatures count (default for a store: the one in --data)')
    .option('--anchor <place>', 'file or https: address of signed checkpoints kept elsewhere, all of which must agree')
    .option('--tenant <id>', 'this chain must be there, and of the anchor only this chain is looked at')
    .option('--proof <file>', 'check this proof, which ledger prove printed, and nothing else')
    .option('--json', 'print the verdict as JSON')
    .action(async (file: string | undefined, options: Options) => {
      const { verified, words, ...verdict } = await checked(file, options);
      process.stdout.write(options.json === true ? `${JSON.stringify({ verified, ...verdict })}\n` : words);
      if (!verified) process.exitCode = 1;
    });
}

async function checked(file: string | undefined, options: Options): Promise<{ verified: boolean; words: string }> {
  if (options.proof !== undefined) {
    const verdict = verifyProof(readProof(textOf(options.proof)), keysNeeded(options));
    const headline = verdict.verified ? 'The proof holds' : 'THE PROOF DOES NOT HOLD';
    return { ...verdict, words: `${headline}: ${verdict.what}.\n` };
  }
  if (file !== undefined) {
    const expected = await expectations(options, keysNeeded(options), { allSigned: true, strangers: 'refuse' });
    return withWords(await verifyLedger(exportedChains(file), expected));
  }
  // A store may hold checkpoints of the key it had before a restore; whoever names keys means those and no others.
  const strangers = options.key === undefined ? 'count' : 'refuse';
  const expected = await expectations(options, storeKeys(options), { allSigned: false, strangers });
  return withWords(await onLedger(options, (owner) => verifyStore(owner, expected)));
}

async function expectations(
  { anchor, tenant }: Options,
  keys: readonly PublicKey[],
  rest: Pick<Expectations, 'allSigned' | 'strangers'>,
): Promise<Expectations> {
  const all = anchor === undefined ? new Map() : await openAnchor(anchor).read();
  const anchored = tenant === undefined ? all : new Map([...all].filter(([of]) => of === tenant));
  return { ...nothingExpected, ...rest, keys, anchored, required: tenant === undefined ? [] : [tenant] };
}

function keysNeeded({ key }: Options): readonly PublicKey[] {
  if (key !== undefined) return key.map(readPublicKey);
  throw new BridgewatchError(
    'LEDGER_KEY_NEEDED',
    'Give the public key with --key <file>; the one inside the file proves nothing, since whoever made the file chose it',
    400,
  );
}

function storeKeys({ key, signingKey, data }: Options): readonly PublicKey[] {
  if (key !== undefined) return key.map(readPublicKey);
  const file = signingKey ?? (data === undefined ? undefined : signingKeyFile(data));
  return file !== undefined && existsSync(file) ? [readSigningKey(file).publicKey] : [];
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
}

function withWords(verdict: LedgerVerdict): LedgerVerdict & { words: string } {
  const { chains, entries, problem } = verdict;
  const headline =
    problem === null
      ? `The ledger fits: ${entries} entries in ${chains.length} chains.`
      : `THE LEDGER DOES NOT FIT. First: ${problem.row} ${problem.what}.`;
  return { ...verdict, words: `${[headline, ...chains.map(chainInWords)].join('\n')}\n` };
}

function chainInWords({ tenant, entries, head, signed, checkpoints, problem }: ChainVerdict): string {
  if (problem !== null) return `  ${tenant}: ${problem.kind}: ${problem.row} ${problem.what}`;
  const until = signed === null ? 'not signed' : `signed to ${signed.size} at ${signed.at}`;
  const strangers =
    checkpoints.strangers === 0 ? '' : `, ${checkpoints.strangers} checkpoints by keys that were not given`;
  return `  ${tenant}: ${entries} entries, head ${head}, ${until}${strangers}`;
}
