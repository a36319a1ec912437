import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { inMaintenance } from '../src/adapters/postgres/maintenance.ts';
import { openPostgres15Store, postgres15Missing } from './postgres15.ts';
import { openThrowawayStore, type ThrowawayStore } from './store.ts';

const missing = postgres15Missing();
if (missing !== null) console.warn(`store suite on PostgreSQL 15 skipped: ${missing}`);

type Row = Record<string, unknown>;

/** What a suite that runs on every kind of store is given. */
export interface Backend {
  readonly room: () => ThrowawayStore;
  /** False where the owner is a superuser, whom no policy binds: the embedded one is. */
  readonly ownerIsBound: boolean;
  /** Id of a tenant made now. */
  readonly newTenant: () => Promise<string>;
  /** Runs SQL as the application's role, those tenants visible (null: none was ever set), and rolls it back. */
  readonly asApp: (visible: string | null, query: string) => Promise<readonly Row[]>;
  /** Runs SQL as the owner, every tenant visible. */
  readonly asOwner: <T extends Row>(query: string, values?: unknown[]) => Promise<T[]>;
}

const kinds = [
  { name: 'embedded', open: openThrowawayStore, skip: false, ownerIsBound: false },
  { name: 'PostgreSQL 15', open: openPostgres15Store, skip: missing !== null, ownerIsBound: true },
];

/** Matches an error by its stable code. */
export const code = (expected: string): unknown => expect.objectContaining({ code: expected });

/** The same tests on the embedded server and on Debian's PostgreSQL 15, each with a store of its own. */
export function onEveryStore(suite: string, tests: (backend: Backend) => void): void {
  for (const { name, open, skip, ownerIsBound } of kinds) {
    describe.skipIf(skip)(`${suite}, ${name}`, () => {
      let opened: ThrowawayStore | undefined;
      let tenants = 0;
      beforeAll(async () => {
        opened = await open();
      });
      afterAll(async () => {
        await opened?.close();
      });
      const room = (): ThrowawayStore => {
        if (opened === undefined)
          throw new Error('the store is opened before the first test, not while tests are listed');
        return opened;
      };
      tests({
        room,
        ownerIsBound,
        async newTenant() {
          const id = `t${++tenants}`;
          await room().store.createTenant({ id, name: `Tenant ${id}` });
          return id;
        },
        async asApp(visible, query) {
          const rolledBack = new Error('rolled back');
          let rows: readonly Row[] = [];
          const outcome = room().store.authDb.transaction(async (tx) => {
            if (visible !== null) await tx.execute(sql`SELECT set_config('bridgewatch.tenants', ${visible}, true)`);
            rows = (await tx.execute(sql.raw(query))).rows;
            throw rolledBack;
          });
          await outcome.catch((error: unknown) => {
            if (error !== rolledBack) throw error;
          });
          return rows;
        },
        asOwner: <T extends Row>(query: string, values: unknown[] = []) =>
          inMaintenance(room().owner, 'write', async (client) => (await client.query<T>(query, values)).rows),
      });
    });
  }
}
