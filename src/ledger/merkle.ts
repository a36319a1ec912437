import { hash } from 'node:crypto';

/** Bytes of one hash. */
export const HASH_BYTES = 32;

const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

/** Hash of one leaf: SHA-256(0x00 || entry). RFC 9162, section 2.1.1. */
export function leafHash(entry: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([LEAF, entry]), 'buffer');
}

/** Hash of an inner node: SHA-256(0x01 || left || right). RFC 9162, section 2.1.1. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([NODE, left, right]), 'buffer');
}

/**
 * The Merkle tree over the leaves 0 to `size`, kept as a compact range: the roots of the complete subtrees that `size` in
 * binary names, largest first, so at most 53 hashes however long the chain. More leaves can be added, never taken away.
 */
export class CompactTree {
  #size = 0;
  readonly #roots: Uint8Array[] = [];

  get size(): number {
    return this.#size;
  }

  /** Adds the next leaf, by its `leafHash`. */
  add(leaf: Uint8Array): void {
    let root = leaf;
    // Every complete pair below the new leaf's place becomes one subtree: as many as `size` has trailing ones.
    for (let rest = this.#size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      root = nodeHash(this.#roots.pop() ?? root, root);
    }
    this.#roots.push(root);
    this.#size++;
  }

  /** Root of the tree as it stands; of no leaves, SHA-256 of nothing. RFC 9162, section 2.1.1. */
  root(): Buffer {
    const [last, ...larger] = this.#roots.toReversed();
    if (last === undefined) return hash('sha256', '', 'buffer');
    return Buffer.from(larger.reduce((right, left) => nodeHash(left, right), last));
  }

  /** The subtree roots one after the other, `HASH_BYTES` each. */
  bytes(): Buffer {
    return Buffer.concat(this.#roots);
  }

  /** The tree that `bytes` was taken of; null where that cannot be a tree of `size` leaves. */
  static from(size: number, bytes: Uint8Array): CompactTree | null {
    let subtrees = 0;
    for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) subtrees += rest % 2;
    if (!Number.isSafeInteger(size) || size < 0 || bytes.length !== subtrees * HASH_BYTES) return null;
    const tree = new CompactTree();
    tree.#size = size;
    for (let n = 0; n < subtrees; n++) tree.#roots.push(hashAt(bytes, n));
    return tree;
  }
}

/** Leaf hashes one after the other, `HASH_BYTES` each: a million of them are one block of 32 MB. */
export type LeafHashes = Uint8Array;

function hashAt(leaves: LeafHashes, index: number): Uint8Array {
  return leaves.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
}

/** Root over the leaves `from` (inclusive) to `to` (exclusive). */
function rangeRoot(leaves: LeafHashes, from: number, to: number): Buffer {
  const tree = new CompactTree();
  for (let n = from; n < to; n++) tree.add(hashAt(leaves, n));
  return tree.root();
}

/** Root over all of `leaves`. */
export function merkleRoot(leaves: LeafHashes): Buffer {
  return rangeRoot(leaves, 0, leaves.length / HASH_BYTES);
}

/** Where a tree of `size` (at least 2) leaves parts: the largest power of two below `size`. */
function split(size: number): number {
  let left = 1;
  while (left * 2 < size) left *= 2;
  return left;
}

/**
 * The hashes that lead from leaf `index` (from 0) to the root over all of `leaves`, lowest first.
 * RFC 9162, section 2.1.3.1: PATH(m, D_n).
 */
export function inclusionProof(leaves: LeafHashes, index: number): Buffer[] {
  const path: Buffer[] = [];
  let [from, to] = [0, leaves.length / HASH_BYTES];
  while (to - from > 1) {
    const middle = from + split(to - from);
    if (index < middle) {
      path.push(rangeRoot(leaves, middle, to));
      to = middle;
    } else {
      path.push(rangeRoot(leaves, from, middle));
      from = middle;
    }
  }
  return path.reverse();
}

/**
 * The hashes that show the tree over the first `first` leaves (at least 1) to be the beginning of the tree over all.
 * RFC 9162, section 2.1.4.1: PROOF(m, D_n).
 */
export function consistencyProof(leaves: LeafHashes, first: number): Buffer[] {
  const path: Buffer[] = [];
  let [from, to] = [0, leaves.length / HASH_BYTES];
  // The old tree's own root needs no telling, as long as it is a subtree of the new one.
  let whole = true;
  while (first !== to) {
    const middle = from + split(to - from);
    if (first <= middle) {
      path.push(rangeRoot(leaves, middle, to));
      to = middle;
    } else {
      path.push(rangeRoot(leaves, from, middle));
      from = middle;
      whole = false;
    }
  }
  if (!whole) path.push(rangeRoot(leaves, from, to));
  return path.reverse();
}
