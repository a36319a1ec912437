import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openThrowawayStore, type ThrowawayStore } from '../store.ts';
import { ana, bea, DAY, type Desk, earn, HOUR, hosts, intoShadow, kim, lee, openDesk } from './desk.ts';

let room: ThrowawayStore;
let desk: Desk;
beforeAll(async () => {
  room = await openThrowawayStore();
});
afterAll(() => room.close());
beforeEach(async () => {
  desk = await openDesk(room);
  await intoShadow(desk);
});

const figures = async () => (await desk.view()).dossier.standing;
const unmet = async (signer = lee.id) =>
  (await desk.view(signer)).dossier.requirements.filter(({ met }) => !met).map(({ name }) => name);

async function cases(count: number, verdict: 'benign' | 'threat' | 'false_positive' | 'inconclusive', prefix = 'k') {
  for (let n = 0; n < count; n++) {
    await desk.show(`${prefix}${n}`, { host: hosts[n % hosts.length] ?? '' });
    await desk.determine(`${prefix}${n}`, verdict, n % 2 === 0 ? ana : bea);
  }
}

describe('second readings', () => {
  test('every disagreement is read again, with as many random agreements, by somebody else', async () => {
    await cases(6, 'benign');
    expect(await desk.in((tx) => tx.review.tasks(desk.tenant, { kinds: ['label'] }, 100))).toEqual([]);
    await cases(2, 'inconclusive', 'x');
    const tasks = await desk.in((tx) => tx.review.tasks(desk.tenant, { kinds: ['label'] }, 100));
    expect(tasks).toHaveLength(4);
    expect(tasks.filter(({ finding }) => finding.startsWith('x'))).toHaveLength(2);
    for (const task of tasks) {
      const by = Number(task.finding.slice(1)) % 2 === 0 ? ana : bea;
      expect(task.excludes).toEqual([by.id]);
      expect(task.against).toBeNull();
    }
    expect((await figures()).adjudication).toMatchObject({
      disagreements: 2,
      disagreementsReread: 0,
      agreementsReread: 0,
    });
    await desk.answer(['label'], 'inconclusive', kim);
    expect((await figures()).adjudication).toMatchObject({
      disagreements: 2,
      disagreementsReread: 2,
      agreementsReread: 2,
    });
  });

  test('where two people differ it counts as an error until a lead has settled it', async () => {
    await cases(5, 'benign');
    await cases(1, 'inconclusive', 'x');
    expect((await figures()).figures).toMatchObject({ cases: 6, errors: 1 });
    // The second reader calls both benign: the agreement stands, the disagreement is disputed.
    await desk.answer(['label'], 'benign', kim);
    expect(await figures()).toMatchObject({ figures: { errors: 1 }, adjudication: { open: 1 } });
    expect(await desk.answer(['adjudication'], 'benign', lee)).toBe(1);
    expect(await figures()).toMatchObject({ figures: { errors: 0 }, adjudication: { open: 0 } });
  });

  test('a wrong label among the agreements becomes an error once it is settled against the AI', async () => {
    await cases(5, 'benign');
    await cases(1, 'inconclusive', 'x');
    await desk.answer(['label'], 'inconclusive', kim);
    expect(await figures()).toMatchObject({ figures: { errors: 2 }, adjudication: { open: 1 } });
    await desk.answer(['adjudication'], 'inconclusive', lee);
    expect(await figures()).toMatchObject({ figures: { errors: 2 }, adjudication: { open: 0 } });
  });

  test('a later verdict against the AI counts, one in its favour does not', async () => {
    await cases(3, 'benign');
    await desk.determine('k0', 'threat', kim);
    expect((await figures()).figures.errors).toBe(1);
    await cases(1, 'inconclusive', 'x');
    await desk.determine('x0', 'benign', kim);
    expect((await figures()).figures.errors).toBe(2);
  });

  test('taking benign for false positive is no error', async () => {
    await cases(3, 'false_positive');
    expect((await figures()).figures).toMatchObject({ cases: 3, errors: 0 });
    expect((await figures()).adjudication.disagreements).toBe(0);
  });
});

describe('what keeps a class from a grant', () => {
  test('a person alone: the grants of a tenant of one stop at level 2', async () => {
    await earn(desk, [lee]);
    expect(await unmet()).toEqual(['separation']);
    expect((await desk.view()).dossier.open).toEqual([2]);
    await expect(desk.sign(3)).rejects.toMatchObject({ code: 'AUTONOMY_NOT_EARNED' });
    expect(await desk.sign(2)).toMatchObject({ level: 2, signedBy: lee });
    for (let n = 0; n < 40; n++) await desk.show(`w${n}`, { host: hosts[n % hosts.length] ?? '' });
    desk.pass(HOUR);
    const { waiting } = await desk.tick();
    expect(waiting).toBeGreaterThan(0);
    // Another lead, who determined nothing of it, may sign for more.
    expect((await desk.view(kim.id)).dossier.open).toEqual([2, 3, 4]);
    expect(await desk.sign(4, kim)).toMatchObject({ level: 4, signedBy: kim });
    // What waited under the lower grant lapses with it.
    expect(await desk.in((tx) => tx.autonomy.closures(desk.tenant, { state: 'lapsed' }, 100))).toHaveLength(waiting);
  });

  test('no known threats to find; one missed asks for more of them', async () => {
    await earn(desk, [ana, bea], 16, 58);
    expect(await unmet()).toEqual(['seeded-recall']);
    await desk.show('missed', { host: 'ws-1', says: 'benign' });
    await desk.plant('missed');
    await desk.determine('missed', 'threat');
    expect((await figures()).figures.seeded).toEqual({ threats: 59, misses: 1 });
    expect(await unmet()).toContain('seeded-recall');
    // A planted threat is no case: it measures recall, not the error rate of the stream.
    expect((await figures()).figures.errors).toBe(0);
  });

  test('a real threat that was never shown; a new record begins only when a lead says so', async () => {
    await earn(desk);
    expect(await unmet()).toEqual([]);
    await desk.show('call', {
      host: 'ws-1',
      part: { openedBy: { ...ana, origin: 'customer', note: 'they called', at: desk.now() } },
    });
    await desk.determine('call', 'threat');
    expect(await unmet()).toEqual(['real-misses']);
  });

  test('a technique of which no threat was found', async () => {
    await earn(desk);
    await desk.show('odd', { host: 'ws-1', techniques: ['T1555'] });
    await desk.determine('odd', 'threat');
    expect(await unmet()).toContain('techniques');
  });

  test('blind findings that nobody has decided', async () => {
    await earn(desk);
    await desk.show('waits', { host: 'ws-1' });
    expect(await unmet()).toEqual([]);
    desk.pass(4 * DAY);
    expect(await unmet()).toEqual(['adjudication']);
  });
});

test('the ledger does not tell which finding is planted before somebody has determined it', async () => {
  await desk.show('bird', { host: 'ws-1', says: 'threat' });
  await desk.plant('bird');
  const before = await desk.in((tx) => tx.ledger.list(desk.tenant, 0, 1000));
  const planted = before.filter(({ entry }) => entry.type === 'canary.planted');
  expect(planted).toHaveLength(1);
  expect(JSON.stringify(planted)).not.toContain('bird');
  await desk.determine('bird', 'threat');
  const [told] = (await desk.in((tx) => tx.ledger.ofSubject(desk.tenant, 'finding', 'bird'))).filter(
    ({ entry }) => entry.type === 'canary.caught',
  );
  expect(told?.payload).toMatchObject({ opens: planted[0]?.entry.subject.id });
  // No incident, no case, nothing learnt.
  expect(await desk.in((tx) => tx.review.liveIncident(desk.tenant, 'bird'))).toBeNull();
  expect(await desk.in((tx) => tx.autonomy.casesOf(desk.tenant, 'bird'))).toEqual([]);
});
