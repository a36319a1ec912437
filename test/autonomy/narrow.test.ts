import { afterAll, beforeAll, expect, test } from 'vitest';
import { stopAutomation } from '../../src/decide/index.ts';
import { openThrowawayStore, type ThrowawayStore } from '../store.ts';
import { ana, type Desk, granted, HOUR, lee, openDesk, quiet } from './desk.ts';

let room: ThrowawayStore;
let desk: Desk;
beforeAll(async () => {
  room = await openThrowawayStore();
  desk = await openDesk(room);
  await granted(desk);
});
afterAll(() => room.close());

/** What became of a finding under the grant, and why. */
async function outcome(id: string) {
  await desk.tick();
  const [last] = await desk.in((tx) => tx.autonomy.considerationsOf(desk.tenant, id));
  return last === undefined ? null : { outcome: last.outcome, why: last.why.join('; ') };
}

test('what the record knows through and through is closed', async () => {
  expect(await outcome(await quiet(desk, 'known'))).toMatchObject({ outcome: 'closed' });
});

test.each([
  ['a detector', { detectors: { d1: 'v1', d9: 'v1' } }, 'its detector d9 is absent from the record'],
  ['a technique', { techniques: ['T1003.001', 'T1550'] }, 'its technique T1550 is absent from the record'],
  ['a host', { host: 'dc-1' }, 'its entity host dc-1 is absent from the record'],
  [
    'an account',
    {
      part: {
        entities: [
          { kind: 'host' as const, value: 'ws-1' },
          { kind: 'user' as const, value: 'mallory' },
        ],
      },
    },
    'its entity user mallory is absent from the record',
  ],
  ['a source', { lens: 'linux' }, 'its source linux is absent from the record'],
  ['an event that is not kept', { part: { events: ['nowhere'] } }, 'it has more events than are kept'],
])('%s that the record does not know is for a person', async (what, shown, why) => {
  const found = await outcome(await quiet(desk, `new ${what}`, shown));
  expect(found?.outcome).toBe('person');
  expect(found?.why).toContain(why);
  expect((await desk.get(`new ${what}`)).status).toBe('open');
});

test('a process or file that the record does not know is more of the same', async () => {
  const entities = [
    { kind: 'host' as const, value: 'ws-1' },
    { kind: 'process' as const, value: 'p-77' },
  ];
  expect(await outcome(await quiet(desk, 'process', { part: { entities } }))).toMatchObject({ outcome: 'closed' });
});

test('a crown jewel is for a person, whatever the record knows of it', async () => {
  await desk.in((tx) =>
    tx.context.add({
      id: 'jewel',
      tenant: desk.tenant,
      entity: { kind: 'host', value: 'ws-2' },
      body: { kind: 'criticality', level: 'crown_jewel' },
      owner: 'Releases',
      text: 'signs releases',
      by: lee,
      at: desk.now(),
      until: null,
      withdrawnAt: null,
    }),
  );
  expect(await outcome(await quiet(desk, 'jewel', { host: 'ws-2' }))).toEqual({
    outcome: 'person',
    why: 'ws-2 is a crown jewel',
  });
});

test('one that is still growing waits until it is quiet', async () => {
  await desk.show('growing', { host: 'ws-1' });
  desk.pass(HOUR / 3);
  expect(await outcome('growing')).toBeNull();
  desk.pass(HOUR / 3);
  expect(await outcome('growing')).toMatchObject({ outcome: 'closed' });
});

test('another disposition than the class has is not considered', async () => {
  expect(await outcome(await quiet(desk, 'fp', { says: 'false_positive' }))).toBeNull();
  expect(await outcome(await quiet(desk, 'threat', { says: 'threat' }))).toBeNull();
});

test('one that was decided before is for a person', async () => {
  const id = await desk.show('twice', { host: 'ws-1' });
  await desk.determine(id, 'benign');
  await desk.in((tx) =>
    tx.determinations.reopen({
      tenant: desk.tenant,
      finding: id,
      revision: 1,
      reason: 'a doubt',
      by: { kind: 'human', ...ana },
      at: desk.now(),
    }),
  );
  desk.pass(HOUR);
  expect((await outcome(id))?.why).toContain('decided before');
});

test('one that somebody works on is theirs', async () => {
  const id = await desk.show('assigned', { host: 'ws-1' });
  await desk.in((tx) => tx.review.assign(desk.tenant, id, ana, { ...lee, at: desk.now() }));
  desk.pass(HOUR);
  expect((await outcome(id))?.why).toContain('Ana Analyst works on it');
});

test('what is closed opens again for whatever the grant did not see', async () => {
  const id = await quiet(desk, 'grows-later');
  expect(await outcome(id)).toMatchObject({ outcome: 'closed' });
  // More of the same stays closed.
  await desk.show(id, { host: 'ws-1', part: { title: 'the same, once more' } });
  expect((await desk.get(id)).status).toBe('closed');
  await desk.show(id, { host: 'ws-1', detectors: { d1: 'v1', d7: 'v1' } });
  expect((await desk.get(id)).status).toBe('open');
  const [closure] = await desk.in((tx) => tx.autonomy.closuresOf(desk.tenant, id));
  expect(closure).toMatchObject({ state: 'reopened', endedBy: null });
});

test('another word of the AI on what is closed opens it again', async () => {
  const id = await quiet(desk, 'turns');
  expect(await outcome(id)).toMatchObject({ outcome: 'closed' });
  await desk.show(id, { host: 'ws-1', says: 'threat' });
  expect((await desk.get(id)).status).toBe('open');
});

test('a share that the grant does not run on stays with people, and is blind', async () => {
  const small = await openDesk(room);
  await granted(small, 4, 0.1);
  const ids = await Promise.all(Array.from({ length: 30 }, (_, n) => small.show(`e${n}`, { host: 'ws-1' })));
  small.pass(HOUR);
  const round = await small.tick();
  expect(round.closed + round.toPeople).toBe(30);
  for (const id of ids) {
    const blind = await small.in((tx) => tx.review.blindAssignment(small.tenant, id));
    expect((await small.get(id)).status).toBe(blind === null ? 'closed' : 'open');
  }
});

test('under a stop nothing is done, and nothing is on record as considered', async () => {
  const id = await quiet(desk, 'stopped');
  await stopAutomation(room.store, room.clock, {
    scope: { stops: 'tenant', tenant: desk.tenant },
    via: 'console',
    viaTenant: desk.tenant,
    why: 'a doubt',
    by: ana,
  });
  expect(await outcome(id)).toBeNull();
  expect((await desk.get(id)).status).toBe('open');
});
