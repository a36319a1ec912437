/** How far one content was read, and what it is known by. Plain JSON: it is kept. */
export interface Position {
  /** Of the contents of a source, in the order begun. */
  readonly number: number;
  /** `dev:ino:born` of the file that holds it; null where none does any more (truncated, gone). */
  readonly inode: string | null;
  /** Where that file was last seen, from the watched folder. */
  readonly path: string;
  /** Where the content first stood: a file of that name with the same beginning is new content, one of another name may be a copy. */
  readonly home: string;
  /** `lines` is followed as it grows; `whole` is read as a whole when it has come to rest. */
  readonly mode: 'lines' | 'whole';
  /** Digest that its chain began with. */
  readonly start: string;
  /** Records read, and the chain after them. */
  readonly records: number;
  readonly chain: string;
  /** Bytes read, up to the end of a line; of `whole`, what its size was. */
  readonly offset: number;
  /** SHA-256 of its first bytes, 4 KiB at most, and of those before `offset`, 1 KiB at most (`lines` only). */
  readonly headBytes: number;
  readonly head: string;
  readonly lastBytes: number;
  readonly last: string;
  /** Of `whole`: its modification time when it was read to its end; 0 before. */
  readonly readAt: number;
}

const strings = ['path', 'home', 'start', 'chain', 'head', 'last'] as const;
const numbers = ['number', 'records', 'offset', 'headBytes', 'lastBytes', 'readAt'] as const;

/** A kept entry; undefined where it is none of ours. */
export function positionOf(value: unknown): Position | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const entry = value as Record<string, unknown>;
  const whole =
    strings.every((name) => typeof entry[name] === 'string') &&
    numbers.every((name) => typeof entry[name] === 'number') &&
    (entry.inode === null || typeof entry.inode === 'string') &&
    (entry.mode === 'lines' || entry.mode === 'whole');
  return whole ? (value as Position) : undefined;
}
