import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { approve, openNotice, stopAutomation, veto } from '../../src/decide/index.ts';
import { openThrowawayStore, type ThrowawayStore } from '../store.ts';
import { ana, bea, type Desk, granted, HOUR, openDesk, quiet } from './desk.ts';

let room: ThrowawayStore;
let desk: Desk;
beforeAll(async () => {
  room = await openThrowawayStore();
});
afterAll(() => room.close());
beforeEach(async () => {
  desk = await openDesk(room);
});

async function prepared(level: 2 | 3, id = 'f'): Promise<string> {
  await granted(desk, level);
  await quiet(desk, id);
  expect(await desk.tick()).toMatchObject({ closed: 0, waiting: 1 });
  const [closure] = await desk.in((tx) => tx.autonomy.closuresOf(desk.tenant, id));
  expect(closure).toMatchObject({ state: 'waiting', level });
  return closure?.id ?? '';
}

const word = (closure: string, by = ana) => ({ tenant: desk.tenant, closure, by });
const state = async (id: string) => (await desk.in((tx) => tx.autonomy.closure(desk.tenant, id)))?.state;
const onShift = (person = ana) =>
  desk.in((tx) =>
    tx.review.addShift({
      id: `shift-${person.id}`,
      tenant: desk.tenant,
      account: person.id,
      name: person.name,
      duty: 'on_call',
      startsAt: desk.now() - HOUR,
      endsAt: desk.now() + 1000 * HOUR,
      contact: 'ana@acme.example',
      withdrawnAt: null,
    }),
  );

describe('level 2', () => {
  test('waits for a person however long it takes, and closes on their word and in their name', async () => {
    const id = await prepared(2);
    desk.pass(30 * 24 * HOUR);
    await desk.tick();
    expect((await desk.get('f')).status).toBe('open');
    await desk.in((tx) => approve(tx, desk.parts, word(id)));
    expect((await desk.get('f')).status).toBe('closed');
    expect(await desk.in((tx) => tx.autonomy.closure(desk.tenant, id))).toMatchObject({
      state: 'closed',
      approvedBy: ana,
    });
    const entries = await desk.in((tx) => tx.ledger.ofSubject(desk.tenant, 'finding', 'f'));
    expect(entries.find(({ entry }) => entry.type === 'finding.closed')?.entry.onBehalfOf).toBe(ana.id);
    // Whoever approved does not review it.
    const [task] = await desk.in((tx) => tx.review.tasks(desk.tenant, { finding: 'f', kinds: ['audit'] }, 1));
    expect(task?.excludes).toEqual([ana.id]);
  });

  test('cannot be approved once its grant has ended', async () => {
    const id = await prepared(2);
    await desk.in(async (tx) => {
      const each = await tx.autonomy.class(desk.tenant, 'credential-access/close:benign');
      if (each?.grant == null) throw new Error('no grant');
      await tx.autonomy.putClass({ ...each, level: 1, grant: null });
      await tx.autonomy.endGrant(desk.tenant, each.grant, desk.now(), 'a test');
    });
    await expect(desk.in((tx) => approve(tx, desk.parts, word(id)))).rejects.toThrow('its grant has ended');
  });

  test('lapses when the finding changes, and when a person decides', async () => {
    const id = await prepared(2);
    await desk.show('f', { host: 'ws-1', part: { title: 'it has grown' } });
    expect(await state(id)).toBe('lapsed');
    await expect(desk.in((tx) => approve(tx, desk.parts, word(id)))).rejects.toMatchObject({
      code: 'AUTONOMY_CLOSURE_OVER',
    });
    await quiet(desk, 'g');
    await desk.tick();
    const [other] = await desk.in((tx) => tx.autonomy.closuresOf(desk.tenant, 'g'));
    await desk.determine('g', 'threat', bea);
    expect(await state(other?.id ?? '')).toBe('lapsed');
  });

  test('under a stop, nobody can approve: what they think of it they determine themselves', async () => {
    const id = await prepared(2);
    const scope = { stops: 'class', tenant: desk.tenant, classKey: 'credential-access/close:benign' } as const;
    await stopAutomation(room.store, room.clock, { scope, via: 'console', viaTenant: desk.tenant, why: '', by: bea });
    await expect(desk.in((tx) => approve(tx, desk.parts, word(id)))).rejects.toMatchObject({
      code: 'AUTONOMY_STOPPED',
    });
    expect(await state(id)).toBe('waiting');
    expect(await desk.determine('f', 'benign')).toMatchObject({ verdict: 'benign' });
  });
});

describe('level 3', () => {
  test('no window runs before a person on shift has opened the notice: until then it is level 2', async () => {
    const id = await prepared(3);
    desk.pass(30 * 24 * HOUR);
    await desk.tick();
    expect(await state(id)).toBe('waiting');
    // Opened by somebody who is not on shift: shown, and nothing begins.
    expect(await desk.in((tx) => openNotice(tx, desk.parts, word(id)))).toMatchObject({
      openedBy: null,
      windowEndsAt: null,
    });
    desk.pass(30 * 24 * HOUR);
    await desk.tick();
    expect((await desk.get('f')).status).toBe('open');
  });

  test('opened by a person on shift, it closes when the window has passed without a veto', async () => {
    const id = await prepared(3);
    await onShift();
    const opened = await desk.in((tx) => openNotice(tx, desk.parts, word(id)));
    expect(opened).toMatchObject({ openedBy: ana, windowEndsAt: desk.now() + HOUR });
    desk.pass(HOUR - 1);
    await desk.tick();
    expect(await state(id)).toBe('waiting');
    desk.pass(1);
    expect(await desk.tick()).toMatchObject({ closed: 1 });
    expect((await desk.get('f')).status).toBe('closed');
  });

  test('a veto keeps the finding open, for people', async () => {
    const id = await prepared(3);
    await onShift();
    await desk.in((tx) => openNotice(tx, desk.parts, word(id)));
    await desk.in((tx) => veto(tx, desk.parts, word(id, bea), 'I know this host'));
    desk.pass(10 * HOUR);
    expect(await desk.tick()).toMatchObject({ closed: 0 });
    expect(await state(id)).toBe('vetoed');
    expect((await desk.get('f')).status).toBe('open');
  });

  test('what the grant does not reach any more lapses at the end of the window', async () => {
    const id = await prepared(3);
    await onShift();
    await desk.in((tx) => openNotice(tx, desk.parts, word(id)));
    await desk.in((tx) =>
      tx.context.add({
        id: 'jewel',
        tenant: desk.tenant,
        entity: { kind: 'host', value: 'ws-1' },
        body: { kind: 'criticality', level: 'crown_jewel' },
        owner: 'Releases',
        text: 'signs releases',
        by: bea,
        at: desk.now(),
        until: null,
        withdrawnAt: null,
      }),
    );
    desk.pass(HOUR);
    await desk.tick();
    expect(await state(id)).toBe('lapsed');
    expect((await desk.get('f')).status).toBe('open');
  });

  test('a demotion lets what waits lapse', async () => {
    const id = await prepared(3);
    desk.machine.model = 'another';
    await desk.tick();
    expect(await state(id)).toBe('lapsed');
  });
});
