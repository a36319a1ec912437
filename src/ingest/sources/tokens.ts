import { randomBytes, randomUUID } from 'node:crypto';
import type { Actor } from '../../contracts/ledger-entry.ts';
import type { SourceRef } from '../../contracts/source.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import { sha256 } from '../../kernel/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SourceToken, StoredSource } from '../../ports/state/sources.ts';
import type { StateStore, StateTx } from '../../ports/state-store.ts';

export interface SourceParts {
  readonly store: StateStore;
  readonly clock: Clock;
}

/** A token and what is kept of it. The token itself is nowhere else. */
export interface MadeToken {
  readonly kept: SourceToken;
  readonly token: string;
}

/** The one in use and the one that takes its place: with both, no event is turned away while a shipper is changed over. */
const MOST_TOKENS = 2;
const SHAPE = /^bws_[A-Za-z0-9_-]{43}$/;

/** What is kept of a presented token; undefined for what cannot be one, so that nothing of any length is hashed. */
export function sourceTokenHash(presented: string): string | undefined {
  return SHAPE.test(presented) ? sha256(presented) : undefined;
}

/**
 * Makes a source another token, beside the one it has. Throws `SOURCE_UNKNOWN` (404), `SOURCE_ENDED` (409) and
 * `SOURCE_TOKENS_TOO_MANY` (409).
 */
export function makeSourceToken({ store, clock }: SourceParts, source: SourceRef, by: Actor): Promise<MadeToken> {
  return store.withTenants([source.tenant], async (tx) => {
    await liveSource(tx, source);
    const held = await tx.sources.tokens(source.tenant, source.id);
    if (held.length >= MOST_TOKENS) {
      throw new BridgewatchError(
        'SOURCE_TOKENS_TOO_MANY',
        `source ${source.id} has ${held.length} tokens that hold (${held.map(({ id }) => id).join(', ')}); end the one no shipper uses any more first`,
        409,
      );
    }
    return addToken(tx, source, clock.now(), by);
  });
}

/** Ends one token of a source; what is sent with it is refused from then on. Throws `SOURCE_TOKEN_UNKNOWN` (404). */
export async function endSourceToken(
  { store, clock }: SourceParts,
  { tenant, id: source }: SourceRef,
  token: string,
  by: Actor,
): Promise<void> {
  await store.withTenants([tenant], async (tx) => {
    await tx.sources.get(tenant, source, true);
    const held = (await tx.sources.tokens(tenant, source)).find(({ id }) => id === token);
    if (held === undefined)
      throw new BridgewatchError('SOURCE_TOKEN_UNKNOWN', `source ${source} has no token "${token}" that holds`, 404);
    await tx.ledger.append(tenant, {
      actor: by,
      onBehalfOf: null,
      type: 'source.token_ended',
      subject: { kind: 'source', id: source, revision: null },
      payload: { token, prefix: held.prefix },
    });
    await tx.sources.endToken(tenant, source, token, clock.now());
  });
}

/** `bws_` and 256 random bits, on record first. The caller holds the source. */
export async function addToken(tx: StateTx, { tenant, id: source }: SourceRef, at: number, by: Actor) {
  const token = `bws_${randomBytes(32).toString('base64url')}`;
  const kept: SourceToken = {
    id: randomUUID(),
    tenant,
    source,
    prefix: token.slice(0, 10),
    createdAt: at,
    createdBy: by.id,
    endedAt: null,
  };
  await tx.ledger.append(tenant, {
    actor: by,
    onBehalfOf: null,
    type: 'source.token_made',
    subject: { kind: 'source', id: source, revision: null },
    payload: { token: kept.id, prefix: kept.prefix },
  });
  await tx.sources.addToken(kept, sha256(token));
  return { kept, token };
}

/** A source that has not ended, locked. Throws `SOURCE_UNKNOWN` (404) and `SOURCE_ENDED` (409). */
export async function liveSource(tx: StateTx, { tenant, id }: SourceRef): Promise<StoredSource> {
  const source = await tx.sources.get(tenant, id, true);
  if (source === null) throw new BridgewatchError('SOURCE_UNKNOWN', `there is no source ${id}`, 404);
  if (source.endedAt !== null)
    throw new BridgewatchError('SOURCE_ENDED', `source ${id} has ended; add another, under an id of its own`, 409);
  return source;
}
