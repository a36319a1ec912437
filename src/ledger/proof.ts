import { z } from 'zod';
import { BridgewatchError } from '../kernel/errors.ts';
import { sha256 } from '../kernel/ids.ts';
import { type Checkpoint, checkSignature, type PublicKey, readCheckpoint, SignedCheckpoint } from './checkpoint.ts';
import { consistencyProof, inclusionProof, type LeafHashes, leafHash, merkleRoot } from './merkle.ts';
import { verifyConsistency, verifyInclusion } from './merkle-verify.ts';
import { readEntry } from './read-entry.ts';

/** No tree of 2^53 leaves has a longer path. */
const Path = z.array(z.string().regex(/^[0-9a-f]{64}$/)).max(106);

/** That an entry is in the ledger a checkpoint was signed over: `path` leads from it to the signed root (RFC 9162, 2.1.3). */
const Inclusion = z.strictObject({
  v: z.literal(1),
  kind: z.literal('inclusion'),
  /** The entry's canonical JSON: its UTF-8 bytes are the leaf. */
  entry: z.string(),
  path: Path,
  signed: SignedCheckpoint,
});

/** That the ledger under `to` begins with all of the ledger under `from` (RFC 9162, 2.1.4). */
const Consistency = z.strictObject({
  v: z.literal(1),
  kind: z.literal('consistency'),
  from: SignedCheckpoint,
  path: Path,
  to: SignedCheckpoint,
});

export const LedgerProof = z.discriminatedUnion('kind', [Inclusion, Consistency]);
export type LedgerProof = z.infer<typeof LedgerProof>;

/** Whether a proof holds, in one sentence either way. */
export interface ProofVerdict {
  readonly verified: boolean;
  readonly what: string;
}

/** That entry `seq` is among `leaves`, over which `signed` was signed. Throws `LEDGER_PROOF_IMPOSSIBLE` where it was not. */
export function proveInclusion(
  leaves: LeafHashes,
  seq: number,
  entry: Uint8Array,
  signed: SignedCheckpoint,
): LedgerProof {
  requireRoot(leaves, signed);
  return {
    v: 1,
    kind: 'inclusion',
    entry: Buffer.from(entry).toString('utf8'),
    path: hex(inclusionProof(leaves, seq - 1)),
    signed,
  };
}

/** That `to`, signed over `leaves`, continues `from`. Throws `LEDGER_PROOF_IMPOSSIBLE` where it does not. */
export function proveConsistency(leaves: LeafHashes, from: SignedCheckpoint, to: SignedCheckpoint): LedgerProof {
  requireRoot(leaves, to);
  const first = readCheckpoint(from)?.size ?? 0;
  const proof: LedgerProof = { v: 1, kind: 'consistency', from, path: hex(consistencyProof(leaves, first)), to };
  const { verified, what } = comparison(readCheckpoint(from), readCheckpoint(to), proof.path);
  if (verified) return proof;
  throw impossible(what);
}

function requireRoot(leaves: LeafHashes, signed: SignedCheckpoint): void {
  if (readCheckpoint(signed)?.root !== merkleRoot(leaves).toString('hex')) {
    throw impossible('the entries there are not those the checkpoint was signed over');
  }
}

function impossible(what: string): BridgewatchError {
  return new BridgewatchError(
    'LEDGER_PROOF_IMPOSSIBLE',
    `There is no proof: ${what}; run bridgewatch ledger verify`,
    409,
  );
}

/** The proof in a JSON text, such as a file's. Throws `LEDGER_PROOF_UNREADABLE`. */
export function readProof(text: string): LedgerProof {
  try {
    return LedgerProof.parse(JSON.parse(text));
  } catch (cause) {
    throw new BridgewatchError(
      'LEDGER_PROOF_UNREADABLE',
      'That is no proof; give what bridgewatch ledger prove printed',
      400,
      {
        cause,
      },
    );
  }
}

/** Checks a proof with nothing but the public keys. */
export function verifyProof(proof: LedgerProof, keys: readonly PublicKey[]): ProofVerdict {
  const signatures = proof.kind === 'inclusion' ? [proof.signed] : [proof.from, proof.to];
  for (const signed of signatures) {
    const signature = checkSignature(signed, keys);
    if (signature === 'bad') return fails('a checkpoint has a signature that does not fit');
    if (signature === 'stranger')
      return fails(`a checkpoint is signed with the key ${signed.key}, which was not given`);
  }
  if (proof.kind === 'consistency') return comparison(readCheckpoint(proof.from), readCheckpoint(proof.to), proof.path);

  const bytes = Buffer.from(proof.entry, 'utf8');
  const [entry, checkpoint] = [readEntry(bytes), readCheckpoint(proof.signed)];
  if (typeof entry === 'string') return fails(`the entry ${entry}`);
  if (checkpoint === null) return fails('the checkpoint is not canonical JSON of one');
  const { tenant, seq, type, at } = entry;
  const { size, root } = checkpoint;
  if (tenant !== checkpoint.tenant)
    return fails(`the entry is of ${tenant} and the checkpoint of ${checkpoint.tenant}`);
  if (!verifyInclusion(leafHash(bytes), seq - 1, size, bytesOf(proof.path), Buffer.from(root, 'hex'))) {
    return fails('the path does not lead from the entry to the signed root');
  }
  const what = `entry ${seq} of ${tenant} (${type}, ${at}, SHA-256 ${sha256(bytes)}) is in the ledger of ${size} entries signed at ${checkpoint.at}`;
  return { verified: true, what };
}

function comparison(from: Checkpoint | null, to: Checkpoint | null, path: readonly string[]): ProofVerdict {
  if (from === null || to === null) return fails('a checkpoint is not canonical JSON of one');
  if (from.tenant !== to.tenant) return fails(`the checkpoints are of ${from.tenant} and ${to.tenant}`);
  const [first, second] = [Buffer.from(from.root, 'hex'), Buffer.from(to.root, 'hex')];
  if (!verifyConsistency(from.size, to.size, first, second, bytesOf(path))) {
    return fails(`the ledger of ${to.size} entries does not begin with the ${from.size} signed at ${from.at}`);
  }
  const what = `the ledger of ${to.tenant} signed at ${to.at} (${to.size} entries) begins with all ${from.size} entries signed at ${from.at}`;
  return { verified: true, what };
}

const fails = (what: string): ProofVerdict => ({ verified: false, what });
const hex = (hashes: readonly Buffer[]): string[] => hashes.map((hash) => hash.toString('hex'));
const bytesOf = (hashes: readonly string[]): Buffer[] => hashes.map((hash) => Buffer.from(hash, 'hex'));
