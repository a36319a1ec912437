import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openThrowawayStore, type ThrowawayStore } from '../../test/store.ts';
import { openStoreAt } from '../adapters/postgres/store.ts';
import { setup } from '../http/auth/accounts.ts';
import { addSource, changeSource, endSource, endSourceToken, makeSourceToken } from '../ingest/index.ts';
import type { StateStore } from '../ports/state-store.ts';
import { type HeldSources, openSourceDirectory } from './source-directory.ts';

const HOUR_MS = 3_600_000;

describe('the directory of sources', () => {
  let room: ThrowawayStore;
  let directory: HeldSources;
  /** The store as the directory has it: it can be taken away. */
  let down = false;
  const said: string[] = [];
  let tenants = 0;
  let tenant = '';

  beforeAll(async () => {
    room = await openThrowawayStore();
    for (const id of ['t1', 't2', 't3', 't4', 't5', 't6']) await room.store.createTenant({ id, name: id });
    const store: Pick<StateStore, 'withTenants' | 'onChange'> = {
      onChange: room.store.onChange,
      withTenants: (visible, work) =>
        down ? Promise.reject(new Error('no route to host')) : room.store.withTenants(visible, work),
    };
    directory = await openSourceDirectory({
      store,
      clock: room.clock,
      tenants: () => ['t1', 't2', 't3', 't4', 't5'],
      warn: (message) => said.push(message),
    });
  });
  afterAll(async () => {
    await directory?.close();
    await room?.close();
  });
  beforeEach(() => {
    tenants += 1;
    tenant = `t${tenants}`;
  });

  const add = (id: string, part: object = {}, parts: { store: StateStore } = room) =>
    addSource({ store: parts.store, clock: room.clock }, { tenant, id, name: id, door: 'syslog', ...part }, setup);

  test('knows at once what is added, changed and ended in this process', async () => {
    const parts = { store: room.store, clock: room.clock };
    const { made } = await add('fw', { peers: ['10.1.0.0/16'] });
    const ref = { tenant, id: 'fw' };
    await expect.poll(() => directory.byToken(made.token), { interval: 5, timeout: 1000 }).toEqual(ref);
    expect(directory.byPeer({ address: '10.1.2.3' })).toEqual(ref);

    const second = await makeSourceToken(parts, ref, setup);
    await directory.refresh();
    expect([made.token, second.token].map((token) => directory.byToken(token))).toEqual([ref, ref]);
    await endSourceToken(parts, ref, made.kept.id, setup);
    await changeSource(parts, ref, 1, { peers: ['10.2.0.0/16'] }, setup);
    await directory.refresh();
    expect(directory.byToken(made.token)).toBeUndefined();
    expect(directory.byToken(second.token)).toEqual(ref);
    expect(directory.byPeer({ address: '10.1.2.3' })).toBeUndefined();
    expect(directory.byPeer({ address: '10.2.2.3' })).toEqual(ref);

    await endSource(parts, ref, setup);
    await directory.refresh();
    expect(directory.byToken(second.token)).toBeUndefined();
    expect(directory.byPeer({ address: '10.2.2.3' })).toBeUndefined();
  });

  test('hears within seconds of what another process did', async () => {
    // A store of its own, as the command line opens one: its changes are told to no listener here.
    const other = await openStoreAt(room.owner, { clock: room.clock, log: () => undefined });
    try {
      const { made } = await add('remote', {}, { store: other });
      await expect.poll(() => directory.byToken(made.token), { timeout: 5000 }).toEqual({ tenant, id: 'remote' });
      await endSource({ store: other, clock: room.clock }, { tenant, id: 'remote' }, setup);
      await expect.poll(() => directory.byToken(made.token), { timeout: 5000 }).toBeUndefined();
    } finally {
      await other.close();
    }
  });

  test('holds what it knew while the database is away, a day long, and says so once', async () => {
    const { made } = await add('kept');
    await directory.refresh();
    down = true;
    said.length = 0;
    const begun = room.clock.now();
    try {
      await directory.refresh();
      await directory.refresh();
      expect(said).toEqual([expect.stringContaining('no route to host')]);
      room.clock.set(begun + 24 * HOUR_MS);
      expect(directory.byToken(made.token)).toEqual({ tenant, id: 'kept' });
      room.clock.set(begun + 24 * HOUR_MS + 1);
      expect(directory.byToken(made.token)).toBeUndefined();
    } finally {
      down = false;
    }
    await directory.refresh();
    expect(directory.byToken(made.token)).toEqual({ tenant, id: 'kept' });
    expect(said).toHaveLength(2);
  });

  test('a refresh asked for during another sees what was committed before it was asked', async () => {
    const early = directory.refresh();
    const { made } = await add('late');
    await Promise.all([early, directory.refresh()]);
    expect(directory.byToken(made.token)).toEqual({ tenant, id: 'late' });
  });

  test('knows nothing of tenants that are not of this host', async () => {
    tenant = 't6';
    const { made } = await add('stranger');
    await directory.refresh();
    expect(directory.byToken(made.token)).toBeUndefined();
  });
});
