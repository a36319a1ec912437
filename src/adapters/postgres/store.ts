import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { SYSTEM_TENANT } from '../../contracts/tenant.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { SignedCheckpoint, SigningKey } from '../../ledger/checkpoint.ts';
import type { WrappingKey } from '../../ledger/subject-key.ts';
import { type LedgerVerdict, nothingExpected } from '../../ledger/verify.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StateStore } from '../../ports/state-store.ts';
import { ensureSigningKey } from '../ledger-file/signing-key.ts';
import { ensureWrappingKey } from '../ledger-file/wrapping-key.ts';
import type { Change } from './changes.ts';
import { type Connection, clientConfig, connectionOf, type Queries } from './connection.ts';
import { type Log, startEmbedded } from './embedded/server.ts';
import { eraseSubject } from './erasure.ts';
import { stateError } from './faults.ts';
import { verifyStore } from './ledger-chains.ts';
import { makeCheckpoint } from './ledger-checkpoints.ts';
import { membershipsOf } from './memberships.ts';
import { prepareStore } from './prepare.ts';
import * as authSchema from './schema-auth.ts';
import { beginFor, requireTenantId } from './tenancy.ts';
import { createTenant, recordEarlierTenants } from './tenant-creation.ts';
import { runTransaction } from './transaction.ts';

/** Many more connections than two cores can use help nobody; a waiting transaction is cheaper than a thrashing one. */
const CONNECTIONS = 10;
/** How long a transaction may wait for a connection before its caller is told. */
const WAIT_MS = 30_000;

export interface PostgresStore extends StateStore {
  /** Accounts and sessions, outside tenants; for better-auth's drizzle adapter. Sees no tenant's rows. */
  readonly authDb: NodePgDatabase<typeof authSchema>;
  /** Recomputes every chain from the stored rows, as the owner. */
  verifyLedger(): Promise<LedgerVerdict>;
  /** Signs a tenant's chain (or `system`) as it stands. Throws `LEDGER_NO_KEY`, `LEDGER_CHAIN_EMPTY`, `LEDGER_DOES_NOT_FIT`. */
  checkpoint(tenant: string): Promise<SignedCheckpoint>;
  /** The owner's road in, for backup and restore. */
  readonly owner: Connection;
}

export interface StoreOptions {
  readonly place: { readonly dataDir: string } | { readonly databaseUrl: string };
  readonly clock: Clock;
  readonly log: Log;
  /** What signs the ledger's checkpoints. A data folder brings its own, made at its first start. */
  readonly signingKey?: SigningKey;
  /** What wraps the keys of data subjects. A data folder brings its own; without one nothing personal can be written. */
  readonly wrappingKey?: WrappingKey;
}

/**
 * Opens the store in a data folder (starting its own PostgreSQL) or at a PostgreSQL 15+ of yours, brought up to date.
 * Throws `EMBEDDED_*` and `STATE_*`.
 */
export async function openStateStore({
  place,
  clock,
  log,
  signingKey,
  wrappingKey,
}: StoreOptions): Promise<PostgresStore> {
  if ('databaseUrl' in place) {
    const keys = { signing: signingKey ?? null, wrapping: wrappingKey ?? null };
    return await openAt(connectionOf(place.databaseUrl), clock, log, keys, async () => undefined);
  }
  const server = await startEmbedded(place.dataDir, { log });
  try {
    const keys = {
      signing: signingKey ?? ensureSigningKey(place.dataDir),
      wrapping: wrappingKey ?? ensureWrappingKey(place.dataDir),
    };
    return await openAt(server.owner, clock, log, keys, server.stop);
  } catch (error) {
    await server.stop();
    throw error;
  }
}

interface Keys {
  readonly signing: SigningKey | null;
  readonly wrapping: WrappingKey | null;
}

/**
 * A store that somebody else runs, by the owner's road in (`withOwner`): for commands beside a server, whose listeners do not
 * hear of what is changed here. Closing it stops nothing but its own connections.
 */
export function openStoreAt(
  owner: Connection,
  { clock, log, wrappingKey }: Pick<StoreOptions, 'clock' | 'log' | 'wrappingKey'>,
) {
  return openAt(owner, clock, log, { signing: null, wrapping: wrappingKey ?? null }, async () => undefined);
}

async function openAt(
  owner: Connection,
  clock: Clock,
  log: Log,
  keys: Keys,
  release: () => Promise<void>,
): Promise<PostgresStore> {
  const { app, applied } = await prepareStore(owner);
  const pool = new pg.Pool({
    ...clientConfig(app, 'bridgewatch'),
    max: CONNECTIONS,
    connectionTimeoutMillis: WAIT_MS,
    pipeline: true,
  });
  let closing: Promise<void> | null = null;
  const broke = (error: Error): void => {
    if (closing === null) log(`a database connection broke: ${error.message}`);
  };
  // A broken connection is replaced at the next query. Unheard, the error would end the process: the pool hears it of
  // idle connections only, the client itself also between two queries of a transaction.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', broke));
  const close = (): Promise<void> => {
    closing ??= pool.end().then(release);
    return closing;
  };
  const store = postgresStore(pool, owner, clock, log, keys, close);
  await recordEarlierTenants(owner, clock);
  if (applied.length > 0) {
    await store.withTenants([SYSTEM_TENANT], async ({ ledger }) => {
      await ledger.append(SYSTEM_TENANT, {
        actor: { kind: 'system', id: 'state-store', version: '' },
        onBehalfOf: null,
        type: 'store.migrated',
        subject: { kind: 'store', id: owner.database, revision: null },
        payload: { migrations: applied },
      });
    });
  }
  return store;
}

function postgresStore(
  pool: pg.Pool,
  owner: Connection,
  clock: Clock,
  log: Log,
  { signing: signingKey, wrapping }: Keys,
  close: () => Promise<void>,
): PostgresStore {
  const listeners = new Set<(change: Change) => void>();

  /** What is committed is committed: a listener that fails must not make it look undone. */
  const tell = (listener: (change: Change) => void, change: Change): void => {
    try {
      listener(change);
    } catch (error) {
      log(
        `a listener failed on ${change.kind} ${change.id}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  };

  const transaction = async <T>(visible: readonly string[], work: (queries: Queries) => Promise<T>): Promise<T> => {
    visible.forEach(requireTenantId);
    try {
      const client = await pool.connect();
      try {
        // The beginning travels with the first statement of `work`. Where it fails no tenant is visible, so that none of them does anything.
        const [begun, done] = await Promise.allSettled([beginFor(client, visible), work(drizzle(client))]);
        if (begun.status === 'rejected') throw begun.reason;
        if (done.status === 'rejected') throw done.reason;
        await client.query('COMMIT');
        return done.value;
      } catch (error) {
        // A broken connection has rolled back by itself, and the first error is the one that tells.
        await client.query('ROLLBACK').catch(() => undefined);
        throw error;
      } finally {
        client.release();
      }
    } catch (error) {
      throw stateError(error);
    }
  };

  const withTenants: StateStore['withTenants'] = async (visible, work) => {
    const { result, changes } = await transaction(visible, (queries) => runTransaction(queries, clock, wrapping, work));
    for (const change of changes) for (const listener of listeners) tell(listener, change);
    return result;
  };

  return {
    owner,
    authDb: drizzle(pool, { schema: authSchema }),

    withTenants,

    createTenant: (tenant) =>
      transaction([SYSTEM_TENANT, requireTenantId(tenant.id)], (queries) => createTenant(queries, clock, tenant)),

    addMember: (tenant, account, role) => withTenants([tenant], (tx) => tx.access.putMember(tenant, account, role)),

    memberships: (account) => transaction([], (queries) => membershipsOf(queries, account)),

    eraseSubject: (tenant, subject, by) =>
      transaction([tenant], async (queries) => (await eraseSubject(queries, clock, tenant, subject, by)).keys),

    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    verifyLedger: () =>
      verifyStore(owner, { ...nothingExpected, keys: signingKey === null ? [] : [signingKey.publicKey] }),

    async checkpoint(tenant) {
      if (signingKey === null) {
        throw new BridgewatchError('LEDGER_NO_KEY', 'There is no key to sign the ledger with; open the store with one');
      }
      return await transaction([tenant], (queries) => makeCheckpoint(queries, tenant, signingKey, clock));
    },

    close,
  };
}
