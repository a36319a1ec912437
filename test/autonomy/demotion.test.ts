import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { setLevel } from '../../src/decide/index.ts';
import { openThrowawayStore, type ThrowawayStore } from '../store.ts';
import {
  ana,
  bea,
  benign,
  DAY,
  type Desk,
  family,
  granted,
  HOUR,
  hosts,
  intoShadow,
  key,
  kim,
  lee,
  openDesk,
  quiet,
  standing,
} from './desk.ts';

let room: ThrowawayStore;
let desk: Desk;
beforeAll(async () => {
  room = await openThrowawayStore();
});
afterAll(() => room.close());
beforeEach(async () => {
  desk = await openDesk(room);
  await granted(desk);
});

/** Closes so many findings under the grant, and gives their ids. */
async function run(count: number, prefix = 'r'): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) ids.push(await desk.show(`${prefix}${n}`, { host: hosts[n % hosts.length] ?? '' }));
  desk.pass(HOUR);
  expect((await desk.tick()).closed).toBe(count);
  return ids;
}

async function reviewOne(finding: string, verdict: 'benign' | 'threat' | 'inconclusive') {
  const [task] = await desk.in((tx) => tx.review.tasks(desk.tenant, { finding, state: 'open', kinds: ['audit'] }, 1));
  expect(task, `an audit of ${finding}`).toBeDefined();
  const others = await desk.in((tx) => tx.review.tasks(desk.tenant, { state: 'open', kinds: ['audit'] }, 500));
  // Only this one: the others are left as they are.
  const { recordOpinion, autonomyListeners } = await import('../../src/decide/index.ts');
  const listener = autonomyListeners(desk.parts);
  await desk.in((tx) =>
    recordOpinion(
      tx,
      desk.parts.clock,
      {
        tenant: desk.tenant,
        task: task?.id ?? '',
        expectedRevision: 1,
        verdict,
        reason: { benign: 'authorised administration', threat: 'compromised host', inconclusive: 'telemetry gap' }[
          verdict
        ],
        note: '',
        by: bea,
        reader: { account: bea.id, reviews: true, adjudicates: false },
      },
      { decision: [listener], review: [listener] },
    ),
  );
  return others.length;
}

const statuses = (ids: readonly string[]) => Promise.all(ids.map(async (id) => (await desk.get(id)).status));

async function expectDemoted(cause: string, epoch: number) {
  const each = await standing(desk);
  expect(each).toMatchObject({ level: 1, grant: null, cusum: 0, epoch });
  const [last] = await desk.in((tx) => tx.autonomy.changes(desk.tenant, key, 1));
  expect(last).toMatchObject({ cause, from: 4, to: 1 });
  const [grant] = await desk.in((tx) => tx.autonomy.grantsOf(desk.tenant, key));
  expect(grant?.endedAt).toBe(desk.now());
  expect(await desk.told('autonomy_class', key)).toContain('autonomy.level');
}

describe('demotion', () => {
  test('by the watch: three wrong closures close together; the window back to the last right one is open again', async () => {
    const ids = await run(8);
    await reviewOne('r0', 'benign');
    desk.pass(HOUR);
    const later = await run(4, 'l');
    await reviewOne('l0', 'inconclusive');
    await reviewOne('l1', 'inconclusive');
    expect((await standing(desk))?.level).toBe(4);
    // What a review found wrong is open at once.
    expect(await statuses(['l0', 'l1', 'l2'])).toEqual(['open', 'open', 'closed']);
    await reviewOne('l2', 'inconclusive');
    await expectDemoted('watch', 2);
    expect(await statuses(later)).toEqual(['open', 'open', 'open', 'open']);
    // r0 was found right; the others of its hour have its time, and nobody looked at them.
    expect(await statuses(ids)).toEqual(['closed', ...Array(7).fill('open')]);
  });

  test('by a confirmed miss: a person determines a threat that the grant had closed', async () => {
    await run(3);
    await reviewOne('r1', 'threat');
    expect((await standing(desk))?.level).toBe(4);
    await desk.determine('r1', 'threat');
    await expectDemoted('miss', 2);
    expect(await statuses(['r0', 'r2'])).toEqual(['open', 'open']);
  });

  test('by a miss that a person opened by hand', async () => {
    const openedBy = { ...ana, origin: 'customer' as const, note: 'they called', at: desk.now() };
    await desk.show('call', { host: 'ws-1', part: { openedBy } });
    await desk.determine('call', 'threat');
    await expectDemoted('miss', 2);
  });

  test('by a canary that the grant closes, in the same transaction', async () => {
    await run(2);
    await desk.show('bird', { host: 'ws-3' });
    await desk.plant('bird');
    desk.pass(HOUR);
    await desk.tick();
    await expectDemoted('canary', 2);
    expect(await statuses(['r0', 'r1', 'bird'])).toEqual(['open', 'open', 'closed']);
    expect(await desk.told('finding', 'bird')).toContain('canary.missed');
  });

  test('by a canary that the AI would have closed and a person caught', async () => {
    await desk.show('bird', { host: 'dc-unknown' });
    await desk.plant('bird');
    await desk.determine('bird', 'threat');
    await expectDemoted('canary', 2);
  });

  test.each([['model'], ['playbook'], ['prompts']] as const)('by another %s', async (part) => {
    await run(1);
    desk.machine[part] = 'another';
    expect((await desk.tick()).demoted).toEqual([{ key, cause: 'versions' }]);
    await expectDemoted('versions', 2);
  });

  test('by another version of a detector of the record, in use or in a finding', async () => {
    desk.machine.detectors.d1 = 'v2';
    expect((await desk.tick()).demoted).toEqual([{ key, cause: 'versions' }]);
    await expectDemoted('versions', 2);
    const other = await openDesk(room);
    await granted(other);
    await quiet(other, 'newer', { detectors: { d1: 'v9' } });
    expect((await other.tick()).closed).toBe(0);
    expect(await standing(other)).toMatchObject({ level: 1, epoch: 2 });
  });

  test('not by a detector that the record does not hold', async () => {
    desk.machine.detectors.d5 = 'v5';
    expect((await desk.tick()).demoted).toEqual([]);
  });

  test('when its signer is no lead any more', async () => {
    await room.store.addMember(desk.tenant, lee.id, 'analyst');
    expect((await desk.tick()).demoted).toEqual([{ key, cause: 'signer' }]);
    await expectDemoted('signer', 1);
  });

  test('when a source of the record falls silent', async () => {
    desk.machine.silent.push('windows');
    expect((await desk.tick()).demoted).toEqual([{ key, cause: 'silence' }]);
    await expectDemoted('silence', 1);
  });

  test('when a blind review is overdue', async () => {
    await run(1);
    desk.pass(7 * DAY);
    expect((await desk.tick()).demoted).toEqual([]);
    desk.pass(1);
    expect((await desk.tick()).demoted).toEqual([{ key, cause: 'overdue' }]);
    await expectDemoted('overdue', 1);
    expect(await statuses(['r0'])).toEqual(['open']);
  });

  test('when what comes in is not what the record was made of', async () => {
    for (let n = 0; n < 25; n++) await desk.show(`d${n}`, { host: `stranger-${n}` });
    expect((await desk.tick()).demoted).toEqual([{ key, cause: 'drift' }]);
    await expectDemoted('drift', 2);
  });

  test('at the end of its term', async () => {
    desk.pass(90 * DAY - 1);
    expect((await desk.tick()).demoted).toEqual([]);
    desk.pass(1);
    expect((await desk.tick()).demoted).toEqual([{ key, cause: 'expired' }]);
    await expectDemoted('expired', 1);
  });

  test('by a lead who takes it back or switches it off; in shadow again its record begins anew', async () => {
    await run(1);
    const request = { tenant: desk.tenant, family, subject: benign, by: kim };
    await desk.in((tx) => setLevel(tx, desk.parts, { ...request, level: 0 }));
    expect(await standing(desk)).toMatchObject({ level: 0, grant: null });
    expect(await statuses(['r0'])).toEqual(['open']);
    await intoShadow(desk);
    expect(await standing(desk)).toMatchObject({ level: 1, epoch: 2 });
  });

  test('leaves the old record on show', async () => {
    desk.machine.model = 'another';
    await desk.tick();
    const view = await desk.view();
    expect(view.earlier).toEqual([{ epoch: 1, cases: 0 }]);
    expect(view.class.versions?.model).toBe('another');
  });
});
