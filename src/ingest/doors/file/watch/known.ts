import { createHash } from 'node:crypto';
import { basename, dirname } from 'node:path';
import type { SourceRef } from '../../../../contracts/source.ts';
import type { PositionStore } from '../../../../ports/positions.ts';
import { ANCHOR_BYTES } from '../../../identity.ts';
import { type Position, positionOf } from './position.ts';

/** Contents that no file holds any more and that are still told from new ones. */
const GONE = 10_000;

/** What is known of the files of one source: in memory, and kept. */
export class KnownContents {
  readonly #store: PositionStore;
  readonly #prefix: string;
  readonly #byNumber = new Map<number, Position>();
  readonly #byInode = new Map<string, Position>();
  readonly #starts = new Map<string, number>();
  readonly #byHead = new Map<string, Set<number>>();
  readonly #headLengths = new Map<number, number>();
  readonly #gone = new Set<number>();
  #last = 0;

  constructor(store: PositionStore, { tenant, id }: SourceRef) {
    this.#store = store;
    this.#prefix = `${tenant}|${id}|`;
    for (const [, value] of store.all(this.#prefix)) {
      const position = positionOf(value);
      if (position !== undefined) this.#enter(position);
    }
  }

  /** A number for a content that begins. */
  next(): number {
    this.#last += 1;
    return this.#last;
  }

  at(inode: string): Position | undefined {
    return this.#byInode.get(inode);
  }

  inodes(): ReadonlyMap<string, Position> {
    return this.#byInode;
  }

  /** Some content begins with this chain. */
  begins(start: string): boolean {
    return this.#starts.has(start);
  }

  /**
   * Contents that a new file at `path` with this beginning may be a copy of, those read farthest first. A full beginning tells by itself;
   * a shorter one says little (many logs begin with the same line), so there the name must be one that a rotation gives.
   */
  originals(head: Buffer, path: string, present: (inode: string) => boolean): readonly Position[] {
    const found: Position[] = [];
    const hash = createHash('sha256');
    let hashed = 0;
    for (const length of [...this.#headLengths.keys()].toSorted((a, b) => a - b)) {
      if (length > head.length) break;
      hash.update(head.subarray(hashed, length));
      hashed = length;
      for (const number of this.#byHead.get(hash.copy().digest('hex')) ?? []) {
        const known = this.#byNumber.get(number);
        if (known === undefined || known.headBytes !== length || known.records === 0) continue;
        // Renamed away and written anew under its old name: what begins alike there is new.
        if (known.home === path && known.inode !== null && present(known.inode)) continue;
        if (length >= ANCHOR_BYTES || isRotated(path, known.home)) found.push(known);
      }
    }
    return found.toSorted((a, b) => b.records - a.records);
  }

  /** Durable when it resolves. */
  async save(...positions: readonly Position[]): Promise<void> {
    const put = new Map<string, unknown>();
    for (const position of positions) {
      this.#enter(position);
      put.set(this.#key(position.number), position);
    }
    const drop: string[] = [];
    for (const number of this.#gone) {
      if (this.#gone.size <= GONE) break;
      drop.push(this.#key(number));
      put.delete(this.#key(number));
      this.#leave(number);
    }
    await this.#store.save(put, drop);
  }

  #key(number: number): string {
    return this.#prefix + String(number).padStart(16, '0');
  }

  #enter(position: Position): void {
    const { number, inode, start, head, headBytes } = position;
    this.#leave(number);
    this.#last = Math.max(this.#last, number);
    this.#byNumber.set(number, position);
    if (inode === null) this.#gone.add(number);
    else this.#byInode.set(inode, position);
    this.#starts.set(start, (this.#starts.get(start) ?? 0) + 1);
    this.#headLengths.set(headBytes, (this.#headLengths.get(headBytes) ?? 0) + 1);
    const heads = this.#byHead.get(head) ?? new Set();
    this.#byHead.set(head, heads.add(number));
  }

  #leave(number: number): void {
    const position = this.#byNumber.get(number);
    if (position === undefined) return;
    const { inode, start, head, headBytes } = position;
    this.#byNumber.delete(number);
    this.#gone.delete(number);
    if (inode !== null && this.#byInode.get(inode) === position) this.#byInode.delete(inode);
    less(this.#starts, start);
    less(this.#headLengths, headBytes);
    const heads = this.#byHead.get(head);
    heads?.delete(number);
    if (heads?.size === 0) this.#byHead.delete(head);
  }
}

function less<K>(counts: Map<K, number>, key: K): void {
  const left = (counts.get(key) ?? 0) - 1;
  if (left > 0) counts.set(key, left);
  else counts.delete(key);
}

/** What rotations add to a name: numbers, dates, what compressed or put it by. */
const added = /[-._]?(?:\d[-\dTZ_.]*|gz|old|bak|log|json|ndjson|txt|evtx)(?![a-z\d])/gi;

/** `app.log.1`, `app.log-20261125.gz`, `app-2026-11-25.log` of `app.log`: in the same folder, and the same but for that. */
function isRotated(path: string, home: string): boolean {
  return dirname(path) === dirname(home) && basename(path).replace(added, '') === basename(home).replace(added, '');
}
