/** How far the files of sources were read: small entries by key, JSON values. One process has it open. */
export interface PositionStore {
  /** Entries whose key begins with `prefix`, in the order of their keys. */
  all(prefix: string): readonly (readonly [key: string, value: unknown])[];
  /** All of it or nothing; durable when it resolves. Throws `POSITIONS_FULL` where the disk has no room. */
  save(put: ReadonlyMap<string, unknown>, drop?: readonly string[]): Promise<void>;
  close(): Promise<void>;
}
