import type { Role } from '../../contracts/tenant.ts';

/** A token as kept: everything but the token itself, of which only a hash exists. */
export interface StoredToken {
  readonly id: string;
  readonly account: string;
  readonly name: string;
  /** The first characters, by which its owner tells it from others. */
  readonly prefix: string;
  readonly scopes: readonly string[];
  /** The one tenant it reaches; null reaches all of its owner's. */
  readonly tenant: string | null;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
  /** To the minute. */
  readonly lastUsedAt: number | null;
}

/** Somebody who may enter a tenant. Name and email are empty where the account is gone. */
export interface Member {
  readonly account: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly via: 'provider' | null;
}

/** What a transaction keeps of access. Providers and tokens stand outside tenants: any transaction reaches them. */
export interface AccessRows {
  addToken(token: StoredToken, hash: string): Promise<void>;
  /** By the SHA-256 of the token, whatever its state. */
  tokenOf(hash: string): Promise<StoredToken | null>;
  /** Newest first. */
  tokensOf(account: string): Promise<readonly StoredToken[]>;
  /** False where the account has no such token, or it was revoked before. */
  revokeToken(account: string, id: string, at: number): Promise<boolean>;
  noteTokenUse(id: string, at: number): Promise<void>;

  /** Direct members, then those of the tenant's provider. */
  members(tenant: string): Promise<readonly Member[]>;
  /** The role a direct member has, or null; locks the row. */
  memberRole(tenant: string, account: string): Promise<Role | null>;
  /** Direct members who are administrators; locks their rows, so that two of them cannot remove each other at once. */
  administrators(tenant: string): Promise<readonly string[]>;
  /** Adds, changes the role, or takes back who had left. */
  putMember(tenant: string, account: string, role: Role): Promise<void>;
  removeMember(tenant: string, account: string, at: number): Promise<void>;

  /** Throws `PROVIDER_EXISTS` (409). */
  addProvider(provider: { readonly id: string; readonly name: string }): Promise<void>;
  /** Who looks after a tenant from now on; null for nobody. Throws `PROVIDER_UNKNOWN` (404). */
  assignProvider(tenant: string, provider: string | null): Promise<void>;
  /** Throws `PROVIDER_UNKNOWN` (404). */
  putProviderMember(provider: string, account: string, role: Exclude<Role, 'customer'>): Promise<void>;
  removeProviderMember(provider: string, account: string, at: number): Promise<void>;
}
