import type { Source } from '../../contracts/source.ts';

/** A source as kept. Its revision counts what people have changed of it. */
export interface StoredSource extends Source {
  readonly revision: number;
}

/** A source's token as kept: everything but the token itself, of which only a hash exists. */
export interface SourceToken {
  readonly id: string;
  readonly tenant: string;
  readonly source: string;
  /** The first characters, by which people tell it from others. */
  readonly prefix: string;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly endedAt: number | null;
}

/** What a door needs to know who sends. */
export interface LiveSources {
  readonly sources: readonly Source[];
  /** SHA-256 (hex) of each token that holds, and whose it is. */
  readonly tokens: readonly { readonly hash: string; readonly tenant: string; readonly source: string }[];
}

/** What a transaction keeps of sources. */
export interface SourceRows {
  /** False where the tenant has, or ever had, a source of that id. */
  add(source: StoredSource): Promise<boolean>;
  /** Ended ones too. Locks the row when `forUpdate`: two who make tokens of one source meet here. */
  get(tenant: string, id: string, forUpdate?: boolean): Promise<StoredSource | null>;
  /** By id, at most 2,000; those that ended where asked for. */
  list(tenant: string, ended: boolean): Promise<readonly StoredSource[]>;
  countLive(tenant: string): Promise<number>;
  /** Writes what may change, over the revision before it. Throws `SOURCE_REVISION_STALE` (412). */
  put(source: StoredSource): Promise<void>;

  addToken(token: SourceToken, hash: string): Promise<void>;
  /** False where the source has no such token, or it ended before. */
  endToken(tenant: string, source: string, id: string, at: number): Promise<boolean>;
  /** Tokens that hold, oldest first; of one source, or of all. */
  tokens(tenant: string, source?: string): Promise<readonly SourceToken[]>;

  /** Of the tenants the transaction sees, always in the same order. */
  live(): Promise<LiveSources>;
}
