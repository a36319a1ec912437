import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { press, stepUp } from '../../src/decide/index.ts';
import { ana, bea, DAY, type Desk, earn, HOUR, hosts, intoShadow, kim, lee, openDesk } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());

describe('a class that earns', () => {
  test('is off until a lead puts it into shadow; then its family is decided blind', async () => {
    const before = await desk.show('early', { host: 'ws-1' });
    expect(await desk.in((tx) => tx.review.blindAssignment(desk.tenant, before))).toBeNull();
    await desk.determine(before, 'benign');
    await intoShadow(desk);
    const after = await desk.show('blind', { host: 'ws-1' });
    expect(await desk.in((tx) => tx.review.blindAssignment(desk.tenant, after))).toMatchObject({ why: 'shadow' });
    expect(await desk.determine(after, 'benign')).toMatchObject({ blind: true });
    const { dossier } = await desk.view();
    // What was decided in sight of the AI's opinion, and before the shadow, is no case.
    expect(dossier.standing.cases.map((one) => one.case.finding)).toEqual(['blind']);
    expect(dossier.open).toEqual([]);
  });

  test('cannot be signed for before its record is there, and the refusal says what is missing', async () => {
    await expect(desk.sign(4)).rejects.toMatchObject({ code: 'AUTONOMY_NOT_EARNED', status: 409 });
    await expect(desk.sign(2)).rejects.toThrow(/more cases/);
  });

  test('earns every level with its record, threats planted and found, and two people', async () => {
    await earn(desk);
    const { dossier } = await desk.view();
    expect(dossier.requirements.filter(({ met }) => !met)).toEqual([]);
    expect(dossier.standing.figures).toMatchObject({ errors: 0, seeded: { threats: 59, misses: 0 } });
    expect(dossier.open).toEqual([2, 3, 4]);
  });

  test('is signed by a lead who saw this very record', async () => {
    const seen = '0'.repeat(64);
    const { signGrant } = await import('../../src/decide/index.ts');
    await expect(
      desk.in((tx) =>
        signGrant(tx, desk.parts, {
          tenant: desk.tenant,
          key: 'credential-access/close:benign',
          level: 4,
          seen,
          by: lee,
        }),
      ),
    ).rejects.toMatchObject({ code: 'AUTONOMY_RECORD_CHANGED' });
    const grant = await desk.sign(4);
    expect(grant).toMatchObject({ level: 4, signedBy: lee, expiresAt: desk.now() + 90 * DAY });
    expect(grant.coverage.entities).toEqual(hosts.map((host) => `host|${host}`).sort());
    expect(await desk.told('autonomy_grant', grant.id)).toEqual(['autonomy.granted']);
  });

  test('runs on a tenth of its findings, which are not blind; the others still are', async () => {
    for (let n = 0; n < 60; n++) await desk.show(`g${n}`, { host: hosts[n % hosts.length] ?? '' });
    const early = await desk.tick();
    expect(early.closed).toBe(0);
    desk.pass(HOUR);
    const round = await desk.tick();
    expect(round.closed).toBeGreaterThan(0);
    expect(round.closed).toBeLessThan(20);
    expect(round.closed + round.toPeople).toBe(60);
    const closures = await desk.in((tx) => tx.autonomy.closures(desk.tenant, {}, 100));
    for (const closure of closures) {
      expect(closure).toMatchObject({ state: 'closed', disposition: 'benign', signedBy: lee, sampled: true });
      expect(await desk.get(closure.finding)).toMatchObject({ status: 'closed', determination: null });
      const told = await desk.told('finding', closure.finding);
      expect(told).toContain('finding.closed');
      const [entry] = (await desk.in((tx) => tx.ledger.ofSubject(desk.tenant, 'finding', closure.finding))).filter(
        ({ entry: { type } }) => type === 'finding.closed',
      );
      expect(entry?.entry).toMatchObject({ actor: { kind: 'ai' }, onBehalfOf: lee.id });
    }
    const again = await desk.tick();
    expect(again).toMatchObject({ closed: 0, toPeople: 0 });
  });

  test('closures are no determinations and no cases; blind reviews of them are', async () => {
    const before = (await desk.view()).dossier.standing.figures.cases;
    const reviewed = await desk.answer(['audit'], 'benign');
    expect(reviewed).toBeGreaterThan(0);
    const view = await desk.view();
    expect(view.reviewed).toMatchObject({ errors: 0, reviews: reviewed });
    expect(view.dossier.standing.figures.cases).toBeGreaterThan(before);
    expect(await desk.in((tx) => tx.findings.counts(desk.tenant))).toMatchObject({ closed: reviewed });
  });

  test('takes its next step only with new cases, and by a lead', async () => {
    const step = () => desk.in((tx) => stepUp(tx, desk.parts, desk.tenant, 'credential-access/close:benign', kim));
    await expect(step()).rejects.toMatchObject({ code: 'AUTONOMY_STEP_NOT_EARNED' });
    for (let day = 0; day < 6; day++) {
      for (let n = 0; n < 13; n++) {
        const id = await desk.show(`s${day}-${n}`, { host: hosts[n] ?? '' });
        const blind = await desk.in((tx) => tx.review.blindAssignment(desk.tenant, id));
        if (blind !== null) await desk.determine(id, 'benign', n % 2 === 0 ? ana : bea);
      }
      desk.pass(DAY);
    }
    expect(await step()).toMatchObject({ exposure: 0.5, by: kim });
  });

  test('any analyst takes it back, and what ran since the last review found right is open again', async () => {
    // The reviews of what the steps closed come first: overdue ones would take it back as well.
    await desk.answer(['audit'], 'benign');
    desk.pass(HOUR);
    const round = await desk.tick();
    expect(round.demoted).toEqual([]);
    const running = await desk.in((tx) => tx.autonomy.closures(desk.tenant, { state: 'closed' }, 100));
    const unreviewed = running.filter(({ reviewedAs }) => reviewedAs === null).map(({ finding }) => finding);
    expect(unreviewed.length).toBeGreaterThan(0);
    const pressed = await desk.in((tx) =>
      press(tx, desk.parts, desk.tenant, 'credential-access/close:benign', ana, 'this looks wrong'),
    );
    expect(pressed).toBe(true);
    for (const id of unreviewed) expect(await desk.get(id)).toMatchObject({ status: 'open' });
    const view = await desk.view();
    expect(view).toMatchObject({ grant: null, class: { level: 1, epoch: 1, cusum: 0 } });
    expect(view.history[0]).toMatchObject({ cause: 'pressed', by: ana, from: 4, to: 1 });
    expect((await desk.tick()).closed).toBe(0);
    expect((await desk.room.store.verifyLedger()).problem).toBeNull();
  });
});
