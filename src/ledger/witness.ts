import {
  type Checkpoint,
  checkSignature,
  type PublicKey,
  readCheckpoint,
  type SignedCheckpoint,
} from './checkpoint.ts';
import type { CompactTree } from './merkle.ts';
import type { Misfit } from './problem.ts';

/** A signed checkpoint and where it was found. */
export interface KeptCheckpoint {
  readonly signed: SignedCheckpoint;
  /** What a store keeps beside it, for look-ups and to go on from; null in an anchor or an export. */
  readonly columns: { readonly size: number; readonly tree: Uint8Array } | null;
  /** 'ledger_checkpoints', or the anchor's file and line. */
  readonly where: string;
  /** Kept outside of what it speaks of, so that nobody who changed that could change it too. */
  readonly anchored: boolean;
}

/** Whose signatures count. */
export interface Trust {
  readonly keys: readonly PublicKey[];
  /** What a checkpoint signed by another key is: a reason to fail, or only counted (as of a store's own key before a restore). */
  readonly strangers: 'refuse' | 'count';
}

/** A checkpoint whose signature was looked at, ready to be compared with a chain. */
export interface Witness {
  readonly kept: KeptCheckpoint;
  readonly checkpoint: Checkpoint;
  /** False where it is signed by a key that was not given. */
  readonly known: boolean;
}

/** The checkpoints of one chain by rising size, or the first one that is not to be believed. */
export function witnesses(tenant: string, kept: readonly KeptCheckpoint[], trust: Trust): Witness[] | Misfit {
  const found: Witness[] = [];
  for (const each of kept) {
    const { signed, columns, where } = each;
    const checkpoint = readCheckpoint(signed);
    const seq = columns?.size ?? checkpoint?.size ?? null;
    const forged = (what: string): Misfit => ({ kind: 'checkpoint-forged', table: where, seq, what });
    const signature = checkSignature(signed, trust.keys);
    if (signature === 'bad') return forged('has a signature that does not fit');
    if (checkpoint === null) return forged('is not canonical JSON of a checkpoint');
    if (checkpoint.tenant !== tenant) return forged(`is about ${checkpoint.tenant}`);
    if (columns !== null && columns.size !== checkpoint.size) return forged(`states size ${checkpoint.size}`);
    if (signature === 'stranger' && trust.strangers === 'refuse') {
      const what = `is signed with the key ${signed.key}, which was not given; give its public key too, if it is one of yours`;
      return { kind: 'checkpoint-stranger', table: where, seq, what };
    }
    found.push({ kept: each, checkpoint, known: signature === 'good' });
  }
  return found.toSorted((a, b) => a.checkpoint.size - b.checkpoint.size);
}

/** How the chain, read up to the witness's size, contradicts it. `agreed` is the size up to which an earlier one agreed. */
export function contradiction(
  { kept: { columns, where, anchored }, checkpoint }: Witness,
  tree: CompactTree,
  head: string,
  agreed: number,
): Misfit | null {
  const { size, root, at } = checkpoint;
  const there = tree.root().toString('hex');
  if (root !== there || checkpoint.head !== head) {
    const since = agreed === 0 ? 'No earlier checkpoint agrees' : `Up to seq ${agreed} they agree`;
    const also = anchored ? ', or an old copy was put back and written on' : '';
    return {
      kind: 'rewritten',
      table: where,
      seq: size,
      what: `of ${at} was signed over ${size} entries with root ${root}; those there have ${there}. ${since}; history was rewritten after that${also}`,
    };
  }
  if (columns !== null && Buffer.compare(columns.tree, tree.bytes()) !== 0) {
    return { kind: 'checkpoint-forged', table: where, seq: size, what: 'has another tree beside it' };
  }
  return null;
}

/** What a witness of more entries than there are says. */
export function beyondTheEnd({ kept, checkpoint }: Witness, entries: number): Misfit {
  const { size, at } = checkpoint;
  const what = `of ${at} was signed over ${size} entries; ${entries} are there`;
  return kept.anchored
    ? {
        kind: 'rolled-back',
        table: kept.where,
        seq: size,
        what: `${what}: an old copy was put back, or the end was cut off`,
      }
    : { kind: 'truncated', table: kept.where, seq: size, what };
}
