import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from '../src/adapters/postgres/connection.ts';
import { homeFolder } from '../src/adapters/postgres/embedded/home.ts';
import { openStateStore, type PostgresStore } from '../src/adapters/postgres/store.ts';
import type { Clock } from '../src/ports/clock.ts';

/** A store of its own for one test file. */
export interface ThrowawayStore {
  readonly store: PostgresStore;
  /** Null where the store is not in a data folder. */
  readonly dataDir: string | null;
  /** A road in as the owner, for what the application may not do. */
  readonly owner: Connection;
  readonly clock: TestClock;
  /** Ends it and removes what it left. */
  close(): Promise<void>;
}

/** A clock that stands still until told otherwise. */
export interface TestClock extends Clock {
  set(now: number): void;
}

export function testClock(now = Date.UTC(2026, 0, 5, 9)): TestClock {
  let at = now;
  return {
    now: () => at,
    set(next) {
      at = next;
    },
  };
}

/** A folder for a test, which PostgreSQL's own user can pass where the tests run as root. */
export function throwawayFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bw-test-'));
  chmodSync(folder, 0o711);
  return folder;
}

/** An embedded store in a temporary folder, in well under a second. */
export async function openThrowawayStore(): Promise<ThrowawayStore> {
  const clock = testClock();
  const dataDir = throwawayFolder();
  const store = await openStateStore({ place: { dataDir }, clock, log: () => undefined });
  return {
    store,
    dataDir,
    owner: store.owner,
    clock,
    async close() {
      await store.close();
      removeFolder(dataDir);
    },
  };
}

/** Removes a data folder, and the store where it was staged elsewhere. */
export function removeFolder(dataDir: string): void {
  const home = homeFolder(dataDir);
  if (existsSync(home)) rmSync(home, { recursive: true, force: true });
  rmSync(dataDir, { recursive: true, force: true });
}
