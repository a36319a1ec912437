import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pageOnce } from '../../src/decide/index.ts';
import type { Notice } from '../../src/ports/notifier.ts';
import { findingLike, show } from './finding.ts';
import { START } from './house.ts';
import { detectionLike, openReviewHouse, type ReviewHouse } from './review-house.ts';

let on: ReviewHouse;
const missed: string[] = [];
beforeAll(async () => {
  on = await openReviewHouse({
    decisionListeners: [{ missed: async (_tx, { finding }) => void missed.push(finding) }],
    eventsAtHand: (_tenant, ids) =>
      ids
        .filter((id) => id === 'at-hand')
        .map((id) => ({ id, time: START - 5000, lens: 'generic', file: 'f', line: 1, raw: '{}' })),
  });
});
afterAll(() => on.close());

const threat = { verdict: 'threat', reason: 'compromised host' };
const page = async (id: string) => (await on.get('ana', `/findings/${id}`)).json();
const typesOn = async (id: string): Promise<string[]> =>
  (await on.get('ana', `/findings/${id}/ledger`))
    .json()
    .items.map((item: { entry: { type: string } }) => item.entry.type);

describe('two people who decide at the same state', () => {
  test('at once: one is told who was first and when, and nothing of the first is lost', async () => {
    const id = await on.shown();
    const answers = await Promise.all([
      on.post('ana', `/findings/${id}/determinations`, threat, '"1.0"'),
      on.post(
        'lee',
        `/findings/${id}/determinations`,
        { verdict: 'benign', reason: 'authorised administration' },
        '"1.0"',
      ),
    ]);
    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([201, 412]);
    const refused = answers.find(({ statusCode }) => statusCode === 412)?.json();
    const { determination, history, etag } = await page(id);
    expect(history).toHaveLength(1);
    expect(refused.code).toBe('FINDING_REVIEWED_SINCE');
    expect(refused.detail).toContain(`${determination.by.name} determined it ${determination.verdict} at`);
    expect(etag).toBe('"1.1"');
  });

  test('the second reverses the first by naming it, or by having read it', async () => {
    const id = await on.shown();
    const first = (await on.determine('ana', id, threat)).json();
    const benign = { verdict: 'benign', reason: 'authorised administration' };
    const unaware = await on.post('lee', `/findings/${id}/determinations`, benign, '"1.0"');
    expect(unaware.statusCode).toBe(412);
    const aware = await on.post('lee', `/findings/${id}/determinations`, { ...benign, reverses: first.id }, '"1.0"');
    expect(aware.statusCode).toBe(201);
    expect((await on.determine('ana', id, threat)).statusCode).toBe(201);
  });
});

describe('a determination says', () => {
  test('how sure, how long, on which events, and when it began', async () => {
    const id = await on.shown();
    const said = { confidence: 'high', timeSpentMs: 61_000, evidence: ['e1'], activityStartedAt: START - 3_600_000 };
    const made = await on.determine('ana', id, { ...threat, ...said });
    expect(made.json()).toMatchObject({ ...said, blind: false });
    expect((await page(id)).determination).toEqual(made.json());
  });

  test('the first event as the start of a threat where nobody says otherwise, and nothing of it for others', async () => {
    const made = await on.determine('ana', await on.shown(), threat);
    expect(made.json()).toMatchObject({ activityStartedAt: START - 60_000, confidence: null, timeSpentMs: null });
    expect((await on.determine('ana', await on.shown())).json()).toMatchObject({ activityStartedAt: null });
  });

  test.each([
    [{ ...threat, evidence: ['not-its-own'] }, 'DECIDE_EVIDENCE_UNKNOWN'],
    [{ ...threat, activityStartedAt: START + 1e9 }, 'DECIDE_START_BAD'],
    [{ verdict: 'inconclusive', reason: 'telemetry gap', activityStartedAt: 1 }, 'DECIDE_START_BAD'],
  ])('nothing that cannot be: %o', async (body, code) => {
    const id = await on.shown();
    expect((await on.determine('ana', id, body)).json()).toMatchObject({ status: 400, code });
    expect((await page(id)).history).toEqual([]);
  });

  test("a reason of the tenant's own, once a lead has put it into the policy", async () => {
    const own = { verdict: 'benign', reason: 'backup window' };
    expect((await on.determine('ana', await on.shown(), own)).json()).toMatchObject({ code: 'DECIDE_REASON_UNKNOWN' });
    const { policy } = (await on.get('lee', '/policy')).json();
    const changed = { ...policy, extraReasons: { benign: ['backup window'] } };
    expect((await on.put('lee', '/policy', changed, '"0"')).json()).toMatchObject({ revision: 1 });
    expect((await on.put('ada', '/policy', policy, '"0"')).json()).toMatchObject({ code: 'POLICY_REVISION_STALE' });
    expect((await on.get('ana', '/verdict-reasons')).json().benign).toContain('backup window');
    expect((await on.determine('ana', await on.shown(), own)).statusCode).toBe(201);
  });
});

test('comments and assignment are on record, and in the row', async () => {
  const id = await on.shown();
  await on.post('ana', `/findings/${id}/comments`, { text: 'asked the owner' });
  const me = { id: await on.account('lee'), name: 'Lee Lead' };
  const row = await on.post('ana', `/findings/${id}/assignments`, { to: me });
  expect(row.json().work).toMatchObject({ assignee: me, comments: 1 });
  expect((await on.post('ana', `/findings/${id}/assignments`, { to: { id: 'x', name: 'X' } })).statusCode).toBe(403);
  expect((await on.post('lee', `/findings/${id}/assignments`, { to: null })).json().work.assignee).toBeNull();
  const { items } = (await on.get('vera', `/findings/${id}/comments`)).json();
  expect(items).toMatchObject([{ text: 'asked the owner', by: { name: 'Ana Analyst' } }]);
  expect(await typesOn(id)).toEqual(['finding.surfaced', 'finding.commented', 'finding.assigned', 'finding.assigned']);
});

describe('the clock', () => {
  test('stands while the customer is asked, and moves the deadline by as long', async () => {
    const id = await on.shown();
    const { dueAt } = (await page(id)).work;
    expect(dueAt).toBe(START + 120 * 60_000);
    const waiting = (await on.post('ana', `/findings/${id}/waits`, { why: 'the owner is asked' })).json();
    expect(waiting.work.pausedSince).toBeGreaterThan(START);
    expect((await on.post('lee', `/findings/${id}/waits`, { why: 'again' })).json()).toMatchObject({
      code: 'FINDING_WAITS',
    });
    const after = (await on.post('ana', `/findings/${id}/waits/end`, {})).json();
    expect(after.work.pausedSince).toBeNull();
    expect(after.work.dueAt).toBeGreaterThan(dueAt);
    expect((await on.post('ana', `/findings/${id}/waits/end`, {})).json()).toMatchObject({
      code: 'FINDING_DOES_NOT_WAIT',
    });
    await on.determine('ana', id);
    expect((await page(id)).work).toMatchObject({ dueAt: null, late: false });
  });

  test('is late once its minutes are over', async () => {
    const id = await on.shown({ severity: 'critical' });
    const { policy, revision } = (await on.get('lee', '/policy')).json();
    const strict = { ...policy, determineWithin: { ...policy.determineWithin, critical: 1 } };
    await on.put('lee', '/policy', strict, `"${revision}"`);
    // The house's clock moves a second with each look: a minute is long gone.
    for (let look = 0; look < 30; look++) await on.get('ana', `/findings/${id}`);
    expect((await page(id)).work.late).toBe(true);
  });
});

describe('many at once', () => {
  test('one reason for all that can be decided; blind ones and moved ones are refused by name', async () => {
    const [plain, other, moved] = [await on.shown(), await on.shown(), await on.shown()];
    const blind = await on.shown({}, 'sample');
    await on.determine('lee', moved);
    const items = [plain, other, moved, blind, 'no-such-finding'].map((id) => ({ id, etag: '"1.0"' }));
    const body = { verdict: 'benign', reason: 'authorised administration', note: 'patch night', items };
    const answer = (await on.post('ana', '/findings/determinations', body)).json();
    expect(answer.determined.map(({ id }: { id: string }) => id).toSorted()).toEqual([plain, other].toSorted());
    expect(new Map(answer.refused.map((each: { id: string; code: string }) => [each.id, each.code]))).toEqual(
      new Map([
        [moved, 'FINDING_REVIEWED_SINCE'],
        [blind, 'BULK_BLIND'],
        ['no-such-finding', 'FINDING_UNKNOWN'],
      ]),
    );
    expect(await page(blind)).toMatchObject({ status: 'open', history: [], blind: { why: 'sample' } });
    expect(await page(plain)).toMatchObject({ determination: { note: 'patch night', blind: false } });
  });

  test('at most 200, and a reason that is none changes nothing', async () => {
    const id = await on.shown();
    const items = Array.from({ length: 201 }, () => ({ id, etag: '"1.0"' }));
    const body = { verdict: 'benign', reason: 'authorised administration', items };
    expect((await on.post('ana', '/findings/determinations', body)).statusCode).toBe(400);
    const bad = { verdict: 'benign', reason: 'no reason', items: items.slice(0, 1) };
    expect((await on.post('ana', '/findings/determinations', bad)).json()).toMatchObject({
      code: 'DECIDE_REASON_UNKNOWN',
    });
    expect((await page(id)).history).toEqual([]);
  });
});

describe('a merge by a person', () => {
  test('keeps the older, leads the other to it, and asks again about the whole', async () => {
    const older = await on.shown({ id: 'merge-a', detections: [detectionLike('ma')] });
    const newer = await on.shown({ id: 'merge-b', detections: [detectionLike('mb')], events: ['e2'] });
    await on.determine('ana', older);
    const body = { with: { id: older, etag: '"1.1"' }, reason: 'the same logon' };
    const merged = await on.post('ana', `/findings/${newer}/merges`, body, '"1.0"');
    expect(merged.json()).toEqual({ into: older, merged: newer });
    const whole = await page(newer);
    expect(whole).toMatchObject({ status: 'open', finding: { id: older, revision: 2 }, determination: null });
    expect(whole.finding.detections.map(({ id }: { id: string }) => id).toSorted()).toEqual(['ma', 'mb']);
    expect(whole.history).toHaveLength(1);
    expect(await typesOn(older)).toEqual(expect.arrayContaining(['finding.absorbed', 'finding.reopened']));
    expect(
      (
        await on.post('ana', `/findings/${older}/merges`, { ...body, with: { id: newer, etag: '"2.2"' } }, '"2.2"')
      ).json(),
    ).toMatchObject({ code: 'FINDING_MERGE_BAD' });
  });
});

describe('a split by a person', () => {
  test('makes a finding of the chosen detections that claims what its rule alone claims', async () => {
    const detections = [
      detectionLike('sa', { level: 'high' }),
      detectionLike('sb', { level: 'medium', events: ['e2'] }),
    ];
    const from = await on.shown({ detections });
    const split = await on.post(
      'ana',
      `/findings/${from}/splits`,
      { detections: ['sb'], reason: 'another user' },
      '"1.0"',
    );
    const { into } = split.json();
    const [rest, part] = [await page(from), await page(into)];
    const ids = (finding: { detections: { id: string }[] }) => finding.detections.map(({ id }) => id);
    expect([ids(rest.finding), ids(part.finding)]).toEqual([['sa'], ['sb']]);
    const sum = part.finding.reasons.reduce(
      (total: number, { logOdds }: { logOdds: number }) => total + logOdds,
      part.finding.base,
    );
    expect(1 / (1 + Math.exp(-sum))).toBeCloseTo(part.finding.threatProbability, 12);
    expect(part).toMatchObject({ status: 'open', finding: { severity: 'medium', events: ['e2'] } });
    for (const all of [['sa'], ['nope']]) {
      const bad = await on.post('ana', `/findings/${from}/splits`, { detections: all, reason: 'r' }, '"2.0"');
      expect(bad.json()).toMatchObject({ code: 'FINDING_SPLIT_BAD' });
    }
  });

  test('of a blind finding is blind, too', async () => {
    const from = await on.shown({ detections: [detectionLike('ba'), detectionLike('bb')] }, 'shadow');
    const split = await on.post(
      'ana',
      `/findings/${from}/splits`,
      { detections: ['bb'], reason: 'another user' },
      '"1.0"',
    );
    expect(await page(split.json().into)).toMatchObject({
      blind: { why: 'shadow' },
      finding: { threatProbability: null },
    });
  });
});

describe('a finding that a person opens', () => {
  const call = {
    title: 'Payroll called: invoices paid to a strange account',
    family: 'collection',
    entities: [{ kind: 'user', value: 'payroll' }],
    events: ['at-hand'],
    origin: 'customer',
    note: 'they noticed on Monday',
  };

  test('claims nothing in the AI’s name, stands first, and is a miss once it is a threat', async () => {
    const opened = (await on.post('ana', '/findings', call)).json();
    const { id } = opened.finding;
    expect(opened).toMatchObject({
      status: 'open',
      firstSeen: null,
      blind: null,
      finding: {
        threatProbability: null,
        recommendation: null,
        base: null,
        openedBy: { name: 'Ana Analyst', origin: 'customer' },
        firstEventAt: START - 5000,
      },
    });
    const [first] = (await on.get('ana', '/findings?status=open')).json().items;
    expect(first).toMatchObject({ id, threatProbability: null, openedBy: { origin: 'customer' } });
    expect((await on.get('ana', `/findings/${id}/events`)).json().total).toBe(1);
    expect(missed).toEqual([]);
    const made = (await on.determine('ana', id, threat)).json();
    expect(made).toMatchObject({ recommended: null, blind: false });
    expect(missed).toEqual([id]);
    expect((await typesOn(id))[0]).toBe('finding.opened_by_person');
  });

  test('may rest on nothing but a call, and on no event that nobody has', async () => {
    expect((await on.post('ana', '/findings', { ...call, events: [] })).statusCode).toBe(201);
    expect((await on.post('ana', '/findings', { ...call, events: ['nowhere'] })).json()).toMatchObject({
      status: 400,
      code: 'FINDING_EVENT_UNKNOWN',
    });
  });
});

describe('an incident', () => {
  const incidentOn = async (finding: string) =>
    (await on.get('cora', '/incidents')).json().items.find((each: { finding: string }) => each.finding === finding);

  test('comes of a threat, is seen by the customer without the AI’s workings, and asks three things to be closed', async () => {
    const id = await on.shown();
    await on.determine('ana', id, { ...threat, activityStartedAt: START - 7_200_000 });
    const incident = await incidentOn(id);
    expect(incident).toMatchObject({ state: 'open', beganAt: START - 7_200_000, timeToDetect: 7_200_000 });
    await on.house.store.withTenants(['acme'], (tx) => tx.review.containIncident('acme', id, START + 600_000));
    const body = (await on.get('cora', `/incidents/${incident.id}`)).body;
    expect(JSON.parse(body)).toMatchObject({ state: 'contained', timeToRespond: 600_000 });
    for (const inner of ['threatProbability', 'logOdds', 'recommend', 'detector', 'rule'])
      expect(body).not.toContain(inner);
    const closing = { rootCause: 'phished password', beganAt: START - 9_000_000, shouldHaveFired: 'none exists' };
    expect((await on.post('cora', `/incidents/${incident.id}/closures`, closing)).statusCode).toBe(403);
    const { rootCause: _, ...less } = closing;
    expect((await on.post('ana', `/incidents/${incident.id}/closures`, less)).statusCode).toBe(400);
    const closed = await on.post('ana', `/incidents/${incident.id}/closures`, closing);
    expect(closed.json()).toMatchObject({ state: 'closed', ...closing, closedBy: { name: 'Ana Analyst' } });
    const again = await on.post('lee', `/incidents/${incident.id}/closures`, closing);
    expect(again.json()).toMatchObject({ status: 409, code: 'INCIDENT_OVER' });
    expect(again.json().detail).toContain('Ana Analyst');
    expect((await on.get('cora', `/incidents/${incident.id}`)).json()).toMatchObject({ shouldHaveFired: null });
  });

  test('is one a finding however often it is called a threat, and is withdrawn on record when the verdict is reversed', async () => {
    const id = await on.shown();
    await on.determine('ana', id, threat);
    await on.determine('lee', id, threat);
    const { items } = (await on.get('ana', '/incidents')).json();
    expect(items.filter((each: { finding: string }) => each.finding === id)).toHaveLength(1);
    await on.determine('lee', id);
    expect(await incidentOn(id)).toMatchObject({ state: 'withdrawn' });
    await on.determine('ana', id, threat);
    expect(await incidentOn(id)).toMatchObject({ state: 'open' });
  });
});

test('a customer says what it knows, and takes it back', async () => {
  const fact = {
    entity: { kind: 'host', value: 'ws-7' },
    body: { kind: 'criticality', level: 'crown_jewel' },
    text: 'signs our releases',
  };
  const said = (await on.post('cora', '/context', fact)).json();
  expect(said).toMatchObject({ ...fact, by: { name: 'Cora Customer' } });
  expect((await on.get('vera', '/context')).json().items).toEqual([said]);
  expect((await on.post('cora', `/context/${said.id}/withdrawals`, {})).statusCode).toBe(200);
  expect((await on.get('vera', '/context')).json().items).toEqual([]);
  expect((await on.post('cora', '/context', { ...fact, until: 5 })).json()).toMatchObject({ code: 'CONTEXT_ENDED' });
});

test('whoever is on call is paged once, again where sending failed, and no more once somebody opened the finding', async () => {
  const { store } = on.house;
  await on.house.store.createTenant({ id: 'paged', name: 'Paged' });
  let now = START;
  const clock = { now: () => now };
  const sent: { to: string; notice: Notice; key: string }[] = [];
  let broken = true;
  const parts = {
    store,
    clock,
    notifier: {
      async send(to: string, notice: Notice, key: string) {
        if (broken) throw new Error('no line');
        sent.push({ to, notice, key });
      },
    },
    linkTo: (tenant: string, id: string) => `https://soc.example/t/${tenant}/findings/${id}`,
    warn: () => undefined,
  };
  const shift = { tenant: 'paged', endsAt: START + 1e9, withdrawnAt: null };
  await show(store, findingLike({ id: 'p1', tenant: 'paged', title: 'evil\u202etitle' }));
  await store.withTenants(['paged'], async (tx) => {
    for (const [id, duty] of [
      ['ana', 'on_call'],
      ['lee', 'escalation'],
    ] as const)
      await tx.review.addShift({ ...shift, id, account: id, name: id, duty, startsAt: START - 1, contact: `${id}@x` });
  });
  const minutes = async (count: number) => {
    now += count * 60_000;
    return pageOnce(parts, 'paged');
  };
  expect(await minutes(29)).toEqual({ sent: 0, failed: 0 });
  expect(await minutes(2)).toEqual({ sent: 0, failed: 1 });
  broken = false;
  expect(await minutes(0)).toEqual({ sent: 1, failed: 0 });
  expect(await minutes(0)).toEqual({ sent: 0, failed: 0 });
  expect(await minutes(30)).toEqual({ sent: 1, failed: 0 });
  expect(sent.map(({ to }) => to)).toEqual(['ana@x', 'lee@x']);
  expect(sent[0]?.notice.subject).not.toContain('\u202e');
  expect(sent[0]?.notice.link).toBe('https://soc.example/t/paged/findings/p1');
  await show(store, findingLike({ id: 'p2', tenant: 'paged' }));
  await store.withTenants(['paged'], (tx) =>
    tx.review.acknowledge('paged', 'p2', { id: 'ana', name: 'Ana', at: now }, false),
  );
  expect(await minutes(500)).toEqual({ sent: 0, failed: 0 });
});
