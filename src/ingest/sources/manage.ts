import type { Actor } from '../../contracts/ledger-entry.ts';
import { type DoorName, Source, type SourceRef } from '../../contracts/source.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { StoredSource } from '../../ports/state/sources.ts';
import type { StateTx } from '../../ports/state-store.ts';
import { checkedFingerprints, checkedPeers, overlap, rangeOf } from './peers.ts';
import { addToken, liveSource, type MadeToken, type SourceParts } from './tokens.ts';

export interface SourceWish {
  readonly tenant: string;
  readonly id: string;
  readonly name: string;
  readonly door: DoorName;
  readonly peers?: readonly string[];
  readonly fingerprints?: readonly string[];
}

/** What people may change of a source. Its id and door are what shippers and event ids rest on. */
export interface SourceChange {
  readonly name?: string | undefined;
  readonly peers?: readonly string[] | undefined;
  readonly fingerprints?: readonly string[] | undefined;
}

/** Each is read by the doors every few seconds, and looked at by people. */
const MOST_SOURCES = 1000;
/** `/sources/health` is a place of its own in the API. */
const HEALTH = 'health';

/**
 * Adds a source with its first token, which is returned once. Throws `SOURCE_ID_BAD`, `SOURCE_NAME_BAD`, `SOURCE_PEER_BAD`, `SOURCE_FINGERPRINT_BAD`,
 * `SOURCE_PEERS_TOO_MANY`, `SOURCE_PEERS_UNUSED` (400), `SOURCE_EXISTS`, `SOURCE_PEER_TAKEN` and `SOURCE_TOO_MANY` (409).
 */
export function addSource({ store, clock }: SourceParts, wish: SourceWish, by: Actor) {
  const at = clock.now();
  const source: StoredSource = {
    tenant: wish.tenant,
    id: checkedId(wish.id),
    name: checkedName(wish.name),
    door: wish.door,
    createdAt: at,
    createdBy: by.id,
    endedAt: null,
    peers: checkedPeers(wish.peers ?? []),
    fingerprints: checkedFingerprints(wish.fingerprints ?? []),
    revision: 1,
  };
  demandSyslog(source);
  const { tenant, id, name, door, peers, fingerprints } = source;
  return store.withTenants([tenant], async (tx): Promise<{ source: StoredSource; made: MadeToken }> => {
    const live = await tx.sources.countLive(tenant);
    if (live >= MOST_SOURCES)
      throw new BridgewatchError('SOURCE_TOO_MANY', `there are ${live} sources; end one that is gone first`, 409);
    if ((await tx.sources.get(tenant, id)) !== null) throw taken(id);
    await tx.ledger.append(tenant, {
      actor: by,
      onBehalfOf: null,
      type: 'source.added',
      subject: { kind: 'source', id, revision: 1 },
      payload: { name, door, peers, fingerprints },
    });
    // After the ledger, whose chain only one transaction writes at a time: what another adds at once is seen here.
    await demandFreePeers(tx, source);
    if (!(await tx.sources.add(source))) throw taken(id);
    return { source, made: await addToken(tx, source, at, by) };
  });
}

/**
 * Changes a source that its changer saw at `seen`. Throws as `addSource`, and `SOURCE_UNKNOWN` (404), `SOURCE_ENDED` (409) and
 * `SOURCE_REVISION_STALE` (412).
 */
export function changeSource(
  { store }: SourceParts,
  of: SourceRef,
  seen: number,
  change: SourceChange,
  by: Actor,
): Promise<StoredSource> {
  const named = {
    ...(change.name === undefined ? {} : { name: checkedName(change.name) }),
    ...(change.peers === undefined ? {} : { peers: checkedPeers(change.peers) }),
    ...(change.fingerprints === undefined ? {} : { fingerprints: checkedFingerprints(change.fingerprints) }),
  };
  return store.withTenants([of.tenant], async (tx) => {
    const before = await liveSource(tx, of);
    const source = { ...before, ...named, revision: seen + 1 };
    demandSyslog(source);
    await tx.ledger.append(of.tenant, {
      actor: by,
      onBehalfOf: null,
      type: 'source.changed',
      subject: { kind: 'source', id: of.id, revision: source.revision },
      payload: {
        before: { name: before.name, peers: before.peers, fingerprints: before.fingerprints },
        after: named,
      },
    });
    await demandFreePeers(tx, source);
    await tx.sources.put(source);
    return source;
  });
}

/** Takes nothing from a source any more, and ends its tokens. Throws `SOURCE_UNKNOWN` (404) and `SOURCE_ENDED` (409). */
export async function endSource({ store, clock }: SourceParts, of: SourceRef, by: Actor): Promise<void> {
  await store.withTenants([of.tenant], async (tx) => {
    const source = await liveSource(tx, of);
    const tokens = await tx.sources.tokens(of.tenant, of.id);
    const at = clock.now();
    const revision = source.revision + 1;
    await tx.ledger.append(of.tenant, {
      actor: by,
      onBehalfOf: null,
      type: 'source.ended',
      subject: { kind: 'source', id: of.id, revision },
      payload: { tokens: tokens.map(({ id, prefix }) => ({ id, prefix })) },
    });
    for (const { id } of tokens) await tx.sources.endToken(of.tenant, of.id, id, at);
    await tx.sources.put({ ...source, endedAt: at, revision });
  });
}

/** By address or certificate a sender is known to syslog only; elsewhere it would be read as a limit that nothing keeps. */
function demandSyslog({ door, peers, fingerprints }: StoredSource): void {
  if (door === 'syslog' || peers.length + fingerprints.length === 0) return;
  throw new BridgewatchError(
    'SOURCE_PEERS_UNUSED',
    `the door ${door} knows a sender by its token alone; addresses and certificates are for syslog`,
    400,
  );
}

/** What fits two sources is neither's: better said to whoever sets it up than found out in silence. */
async function demandFreePeers(tx: StateTx, { tenant, id, peers, fingerprints }: StoredSource): Promise<void> {
  if (peers.length + fingerprints.length === 0) return;
  const ranges = (texts: readonly string[]) => texts.flatMap((text) => rangeOf(text) ?? []);
  const own = ranges(peers);
  for (const other of await tx.sources.list(tenant, false)) {
    if (other.id === id) continue;
    const shared =
      fingerprints.find((each) => other.fingerprints.includes(each)) ??
      own.find((each) => ranges(other.peers).some((its) => overlap(each, its)));
    if (shared === undefined) continue;
    const what = typeof shared === 'string' ? shared : `${shared.address.toString()}/${shared.bits}`;
    throw new BridgewatchError('SOURCE_PEER_TAKEN', `${what} is source ${other.id} already; take it from there`, 409);
  }
}

function checkedId(id: string): string {
  if (id === HEALTH)
    throw new BridgewatchError(
      'SOURCE_ID_BAD',
      `${HEALTH} cannot be an id: its address tells how all sources are; add something to it`,
      400,
    );
  if (Source.shape.id.safeParse(id).success) return id;
  throw new BridgewatchError(
    'SOURCE_ID_BAD',
    `"${id.slice(0, 80)}" is no id of a source: 1 to 63 lower-case letters, digits and -, not beginning with -`,
    400,
  );
}

function checkedName(text: string): string {
  const name = text.trim();
  if (name.length >= 1 && name.length <= 200 && name.isWellFormed() && !name.includes('\0')) return name;
  throw new BridgewatchError('SOURCE_NAME_BAD', `a source is called something of 1 to 200 characters`, 400);
}

function taken(id: string): BridgewatchError {
  return new BridgewatchError(
    'SOURCE_EXISTS',
    `there is, or was, a source ${id}; an id is never used twice, since it is part of the ids of events`,
    409,
  );
}
