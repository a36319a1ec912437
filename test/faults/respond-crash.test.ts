import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openStateStore, type PostgresStore } from '../../src/adapters/postgres/store.ts';
import type { Action } from '../../src/contracts/response.ts';
import {
  crashPoints,
  createExecutor,
  planAction,
  recordApproval,
  recordProposal,
  recordUndoRequest,
} from '../../src/respond/index.ts';
import { findingLike, show } from '../http/finding.ts';
import { removeFolder, type TestClock, testClock, throwawayFolder } from '../store.ts';
import { fileConnector } from './respond-server.ts';

const server = fileURLToPath(import.meta.resolve('./respond-server.ts'));
let dataDir: string;
let file: string;
let clock: TestClock;
let store: PostgresStore;
const openAgain = async (): Promise<void> => {
  store = await openStateStore({ place: { dataDir }, clock, log: () => undefined });
};
beforeEach(async () => {
  dataDir = throwawayFolder();
  file = join(dataDir, 'system');
  clock = testClock();
  await openAgain();
  await store.createTenant({ id: 'acme', name: 'Acme' });
  await show(store, findingLike({ id: 'f1', tenant: 'acme' }));
});
afterEach(async () => {
  await store.close();
  removeFolder(dataDir);
});

const effects = (): string => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').join(' ') : '');

async function approved(blind: boolean): Promise<Action> {
  const plan = await planAction(
    {
      store,
      clock,
      connectorFor: async () => ({ id: 'file', connector: fileConnector(file, blind) }),
      reachOf: () => ({ said: [], affects: [] }),
    },
    {
      tenant: 'acme',
      finding: 'f1',
      kind: 'block_address',
      target: { kind: 'address', value: '203.0.113.9' },
      parameters: {},
    },
  );
  return store.withTenants(['acme'], async (tx) => {
    const by = { id: 'ana', name: 'Ana' };
    const why = 'C2';
    const action = await recordProposal(tx, clock, {
      plan,
      parameters: {},
      revision: 1,
      why,
      asked: null,
      by: { kind: 'human', ...by },
    });
    const { id, planHash } = action;
    return recordApproval(tx, clock, { tenant: 'acme', action: id, planHash, by: { ...by, speaksFor: 'provider' } });
  });
}

/** Another process carries out what is due and dies at `point`; then this one opens the store again. */
async function crashedAt(point: string, blind: boolean): Promise<void> {
  await store.close();
  const args = [server, dataDir, file, point, blind ? 'blind' : '', String(clock.now())];
  const { signal, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 });
  expect(signal, stderr).toBe('SIGKILL');
  await openAgain();
}

/** An executor of another process does what is due, as time goes by. */
async function settled({ id }: Action, blind: boolean): Promise<Action> {
  const executor = createExecutor({
    store,
    clock,
    connectorFor: async () => ({ id: 'file', connector: fileConnector(file, blind) }),
    tenants: async () => ['acme'],
    mayAct: () => false,
    listeners: [],
    holder: 'the one that goes on',
    warn: (message) => {
      throw new Error(message);
    },
    publicUrl: null,
  });
  for (let round = 0; round < 20; round++) {
    await executor.tick();
    const action = await store.withTenants(['acme'], (tx) => tx.response.get('acme', id));
    if (action === null) throw new Error('the action is gone');
    if (action.nextAt === null) return action;
    clock.set(clock.now() + 60_000);
  }
  throw new Error('the action does not come to rest');
}

describe('a server that dies while it carries an action out', () => {
  test.each(crashPoints)('%s: it is done once, and seen to be', async (point) => {
    const action = await approved(false);
    await crashedAt(point, false);
    const before = effects();
    expect(before).toBe(['before intent', 'after intent'].includes(point) ? '' : 'on');
    const after = await settled(action, false);
    expect(after).toMatchObject({ state: 'verified', phase: 'do', check: { outcome: 'yes' } });
    expect(effects()).toBe('on');
    expect((await store.verifyLedger()).problem).toBeNull();
    const entries = await store.withTenants(['acme'], (tx) => tx.ledger.ofSubject('acme', 'action', action.id));
    const verified = entries.filter(({ entry }) => entry.type === 'action.verified');
    expect(verified).toHaveLength(1);
    // Found by looking, and not done again, where the effect was there before its outcome was on record.
    if (point === 'after effect') expect(verified[0]?.payload).toMatchObject({ recovered: true, attempt: 1 });
  });

  test('is not waited for longer than its lease, nor taken from before that', async () => {
    const action = await approved(false);
    await crashedAt('after effect', false);
    const executor = createExecutor({
      store,
      clock,
      connectorFor: async () => ({ id: 'file', connector: fileConnector(file, false) }),
      tenants: async () => ['acme'],
      mayAct: () => false,
      listeners: [],
      holder: 'too early',
      warn: () => undefined,
      publicUrl: null,
    });
    clock.set(clock.now() + 60_000);
    await executor.tick();
    const held = await store.withTenants(['acme'], (tx) => tx.response.get('acme', action.id));
    expect(held).toMatchObject({ state: 'executing', step: 'begun' });
    expect(await settled(action, false)).toMatchObject({ state: 'verified' });
  });

  test.each(['after intent', 'after effect'])(
    '%s, where nothing can be read back: a person must look, never twice',
    async (point) => {
      const action = await approved(true);
      await crashedAt(point, true);
      const before = effects();
      expect(await settled(action, true)).toMatchObject({
        state: 'failed',
        reason: 'Outcome unknown: a person must look. nothing can be read back',
      });
      expect(effects()).toBe(before);
    },
  );

  test.each(['after intent', 'after effect', 'after receipt'])('%s of an undo: it is undone once', async (point) => {
    const action = await settled(await approved(false), false);
    expect(effects()).toBe('on');
    await store.withTenants(['acme'], (tx) =>
      recordUndoRequest(tx, clock, {
        tenant: 'acme',
        action: action.id,
        reason: 'wrong address',
        by: { id: 'ana', name: 'Ana' },
      }),
    );
    await crashedAt(point, false);
    expect(await settled(action, false)).toMatchObject({ state: 'undone', phase: 'undo' });
    expect(effects()).toBe('on off');
    rmSync(file);
  });
});
