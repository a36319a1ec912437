import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReviewTask } from '../../src/contracts/review.ts';
import { secondOpinions } from '../../src/decide/index.ts';
import { openReviewHouse, type ReviewHouse, type Who } from './review-house.ts';

let on: ReviewHouse;
let drawn = 0;
const heard: ReviewTask[] = [];
beforeAll(async () => {
  on = await openReviewHouse({
    decisionListeners: [secondOpinions(() => drawn)],
    reviewListeners: [{ reviewed: async (_tx, task) => void heard.push(task) }],
  });
});
afterAll(() => on.close());

const benign = { verdict: 'benign', reason: 'authorised administration' };
const threat = { verdict: 'threat', reason: 'compromised host' };

const mine = async (who: Who): Promise<{ id: string; kind: string; finding: string }[]> =>
  (await on.get(who, '/reviews')).json().items;
const taskOn = async (who: Who, finding: string) => (await mine(who)).find((task) => task.finding === finding);

/** A finding that ana has determined, with a second opinion asked. */
async function determined(body: object = benign): Promise<string> {
  const id = await on.shown();
  expect((await on.determine('ana', id, body)).statusCode).toBe(201);
  return id;
}

async function answer(who: Who, finding: string, body: object) {
  const task = await taskOn(who, finding);
  const { etag } = (await on.get(who, `/reviews/${task?.id}`)).json();
  return on.post(who, `/reviews/${task?.id}/opinions`, body, etag);
}

test('are asked of the share that the policy says, and of nobody beyond it', async () => {
  drawn = 0.1;
  const id = await determined();
  expect(await taskOn('lee', id)).toBeUndefined();
  drawn = 0.0999;
  const asked = await determined();
  const task = await taskOn('lee', asked);
  expect(task).toMatchObject({ kind: 'review' });
  const kept = await on.house.store.withTenants(['acme'], (tx) => tx.review.task('acme', task?.id ?? ''));
  expect(kept).toMatchObject({ kind: 'second', share: 0.1, against: 'benign', state: 'open' });
  drawn = 0;
});

describe('a second opinion', () => {
  test('is never asked of whoever determined, and they cannot give it', async () => {
    const id = await determined();
    expect(await taskOn('ana', id)).toBeUndefined();
    const task = await taskOn('lee', id);
    for (const refused of [
      await on.get('ana', `/reviews/${task?.id}`),
      await on.post('ana', `/reviews/${task?.id}/opinions`, benign, '"1"'),
    ]) {
      expect(refused.json()).toMatchObject({ status: 403, code: 'REVIEW_NOT_YOURS' });
    }
  });

  test('is given without sight of the first, of the AI, or of the record of either', async () => {
    const id = await determined();
    const task = await taskOn('lee', id);
    const page = (await on.get('lee', `/reviews/${task?.id}`)).json();
    expect(page.view).toMatchObject({ id, threatProbability: null, recommendation: null, reasons: [] });
    expect(page.opinions).toEqual([]);
    const finding = (await on.get('lee', `/findings/${id}`)).json();
    expect(finding).toMatchObject({ status: 'open', determination: null, history: [], blind: { why: 'review' } });
    const lists = await Promise.all(
      ['open', 'determined'].map((status) => on.get('lee', `/findings?status=${status}`)),
    );
    for (const list of lists) expect(list.body).not.toContain(id);
    const entries = (await on.get('lee', `/findings/${id}/ledger`)).json().items;
    expect(entries.map((item: { entry: { type: string } }) => item.entry.type)).toEqual(['withheld', 'withheld']);
    expect(entries.every((item: { payload: unknown }) => item.payload === null)).toBe(true);
    // Whoever has spoken sees all of it.
    expect((await on.get('ana', `/findings/${id}`)).json()).toMatchObject({ blind: null, status: 'determined' });
    expect((await answer('lee', id, benign)).statusCode).toBe(201);
    expect((await on.get('lee', `/findings/${id}`)).json()).toMatchObject({ blind: null, status: 'determined' });
  });

  test('that agrees ends there, and tells whoever listens', async () => {
    const id = await determined();
    heard.length = 0;
    await answer('lee', id, benign);
    expect(heard).toMatchObject([{ kind: 'second', finding: id, opinion: { verdict: 'benign', blind: true } }]);
    for (const who of ['lee', 'ada'] as const) expect(await taskOn(who, id)).toBeUndefined();
  });

  test('of somebody who had opened the finding with the opinion in sight is not called blind', async () => {
    const id = await on.shown();
    await on.house.store.withTenants(['acme'], async (tx) =>
      tx.review.acknowledge('acme', id, { id: await on.account('lee'), name: 'Lee', at: 1 }, false),
    );
    await on.determine('ana', id);
    heard.length = 0;
    await answer('lee', id, benign);
    expect(heard).toMatchObject([{ opinion: { blind: false } }]);
  });

  test('of a threat cannot be blind: its incident is in sight of all, and is hidden from nobody', async () => {
    const id = await determined(threat);
    expect((await on.get('lee', `/findings/${id}`)).json()).toMatchObject({ blind: null, status: 'determined' });
    heard.length = 0;
    await answer('lee', id, threat);
    expect(heard).toMatchObject([{ opinion: { verdict: 'threat', blind: false } }]);
  });

  test('is not asked any more once the finding is reopened', async () => {
    const id = await determined();
    const task = await taskOn('lee', id);
    const { etag } = (await on.get('ana', `/findings/${id}`)).json();
    await on.post('ana', `/findings/${id}/reopenings`, { reason: 'new facts' }, etag);
    expect(await taskOn('lee', id)).toBeUndefined();
    const late = await on.post('lee', `/reviews/${task?.id}/opinions`, benign, '"1"');
    expect(late.json()).toMatchObject({ status: 409, code: 'REVIEW_OVER' });
  });

  test('is given once, whoever comes first', async () => {
    const id = await determined();
    const task = await taskOn('lee', id);
    const answers = await Promise.all(
      (['lee', 'ada'] as const).map((who) => on.post(who, `/reviews/${task?.id}/opinions`, benign, '"1"')),
    );
    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([201, 409]);
  });
});

describe('a disagreement', () => {
  test('goes to a lead who has not spoken, who sees both, and whose verdict becomes the determination', async () => {
    const id = await determined();
    drawn = 1;
    await answer('lee', id, threat);
    for (const who of ['ana', 'lee'] as const) expect(await taskOn(who, id)).toBeUndefined();
    const task = await taskOn('ada', id);
    expect(task).toMatchObject({ kind: 'adjudication' });
    const page = (await on.get('ada', `/reviews/${task?.id}`)).json();
    expect(page.opinions).toMatchObject([
      { by: { name: 'Ana Analyst' }, verdict: 'benign' },
      { by: { name: 'Lee Lead' }, verdict: 'threat' },
    ]);
    expect(page.view).toMatchObject({ threatProbability: null, recommendation: null });
    expect((await answer('ada', id, threat)).statusCode).toBe(201);
    const now = (await on.get('ana', `/findings/${id}`)).json();
    expect(now.determination).toMatchObject({ verdict: 'threat', by: { name: 'Ada Administrator' } });
    expect(now.history).toMatchObject([{ verdict: 'benign' }, { verdict: 'threat', supersededAt: null }]);
    drawn = 0;
  });

  test('about a label is only one about harm', async () => {
    const ask = async (verdict: object) => {
      const id = await on.shown();
      await on.house.store.withTenants(['acme'], (tx) =>
        tx.review.openTask({
          id: `label-${id}`,
          tenant: 'acme',
          finding: id,
          revision: 1,
          kind: 'label',
          share: 1,
          against: 'benign',
          excludes: [],
          createdAt: 1,
          dueAt: 2,
        }),
      );
      await answer('ana', id, verdict);
      return taskOn('lee', id);
    };
    expect(await ask({ verdict: 'false_positive', reason: 'data error' })).toBeUndefined();
    expect(await ask({ verdict: 'inconclusive', reason: 'telemetry gap' })).toMatchObject({ kind: 'adjudication' });
  });
});

test('every step of it is in a ledger that verifies', async () => {
  const { items } = (await on.get('ana', '/ledger?limit=200')).json();
  const types = new Set(items.map(({ entry }: { entry: { type: string } }) => entry.type));
  for (const type of ['review.asked', 'review.answered', 'review.voided', 'incident.opened'])
    expect(types).toContain(type);
  expect((await on.post('ana', '/ledger/verifications', {})).json()).toMatchObject({ ok: true });
});
