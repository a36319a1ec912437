import { randomBytes, randomUUID } from 'node:crypto';
import { SYSTEM_TENANT } from '../../contracts/tenant.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import { sha256 } from '../../kernel/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StoredToken } from '../../ports/state/access.ts';
import type { StateStore } from '../../ports/state-store.ts';
import { type Permission, permissionNames, takesThePerson } from '../permissions.ts';

interface TokenDeps {
  readonly store: StateStore;
  readonly clock: Clock;
}

const DAY_MS = 24 * 3600 * 1000;
const MOST_TOKENS = 50;
/** Uses are noted once in a while: a write for each request would cost more than it tells. */
const NOTE_USE_EVERY_MS = 60_000;
const SHAPE = /^bw_[A-Za-z0-9_-]{43}$/;

/** Scopes a token may have. */
export const tokenScopes = permissionNames.filter((permission) => !takesThePerson.has(permission));

export interface TokenWish {
  readonly account: string;
  readonly name: string;
  readonly scopes: readonly Permission[];
  readonly tenant: string | null;
  readonly expiresInDays: number;
}

/**
 * Makes a token and returns it once: `bw_` and 256 random bits. Throws `TOKEN_SCOPE_REFUSED` (400), `TENANT_UNKNOWN` (404),
 * `TOKEN_TOO_MANY` (409).
 */
export async function makeToken(
  { store, clock }: TokenDeps,
  { account, name, scopes, tenant, expiresInDays }: TokenWish,
): Promise<{ stored: StoredToken; token: string }> {
  const refused = scopes.find((scope) => takesThePerson.has(scope));
  if (refused !== undefined) {
    throw new BridgewatchError(
      'TOKEN_SCOPE_REFUSED',
      `no token may ${refused}: it takes the person, signed in; choose among ${tokenScopes.join(', ')}`,
      400,
    );
  }
  if (tenant !== null && !(await store.memberships(account)).some((each) => each.tenant.id === tenant))
    throw new BridgewatchError('TENANT_UNKNOWN', `no tenant "${tenant}" that you belong to`, 404);
  const token = `bw_${randomBytes(32).toString('base64url')}`;
  const createdAt = clock.now();
  const stored: StoredToken = {
    id: randomUUID(),
    account,
    name,
    prefix: token.slice(0, 9),
    scopes: [...new Set(scopes)],
    tenant,
    createdAt,
    expiresAt: createdAt + expiresInDays * DAY_MS,
    revokedAt: null,
    lastUsedAt: null,
  };
  await store.withTenants([SYSTEM_TENANT], async (tx) => {
    const live = (await tx.access.tokensOf(account)).filter((each) => standing(each, createdAt));
    if (live.length >= MOST_TOKENS)
      throw new BridgewatchError('TOKEN_TOO_MANY', `you have ${live.length} tokens that hold; revoke one first`, 409);
    await tx.ledger.append(SYSTEM_TENANT, {
      actor: { kind: 'human', id: account, version: '' },
      onBehalfOf: null,
      type: 'token.creating',
      subject: { kind: 'token', id: stored.id, revision: null },
      payload: { account, name, prefix: stored.prefix, scopes: stored.scopes, tenant, expiresAt: stored.expiresAt },
    });
    await tx.access.addToken(stored, sha256(token));
  });
  return { stored, token };
}

/** Ends one of a person's own tokens. Throws `TOKEN_UNKNOWN` (404). */
export async function revokeToken({ store, clock }: TokenDeps, account: string, id: string): Promise<void> {
  await store.withTenants([SYSTEM_TENANT], async (tx) => {
    const known = (await tx.access.tokensOf(account)).some((each) => each.id === id && each.revokedAt === null);
    if (!known) throw new BridgewatchError('TOKEN_UNKNOWN', `you have no token "${id}" that could be revoked`, 404);
    await tx.ledger.append(SYSTEM_TENANT, {
      actor: { kind: 'human', id: account, version: '' },
      onBehalfOf: null,
      type: 'token.revoking',
      subject: { kind: 'token', id, revision: null },
      payload: { account },
    });
    await tx.access.revokeToken(account, id, clock.now());
  });
}

/** The token a Bearer credential is, where it holds right now; null for whatever is unknown, expired or revoked. */
export async function heldToken({ store, clock }: TokenDeps, credential: string): Promise<StoredToken | null> {
  if (!SHAPE.test(credential)) return null;
  return store.withTenants([], async (tx) => {
    const found = await tx.access.tokenOf(sha256(credential));
    const now = clock.now();
    if (found === null || !standing(found, now)) return null;
    if (now - (found.lastUsedAt ?? 0) >= NOTE_USE_EVERY_MS) await tx.access.noteTokenUse(found.id, now);
    return found;
  });
}

function standing({ revokedAt, expiresAt }: StoredToken, now: number): boolean {
  return revokedAt === null && now < expiresAt;
}
