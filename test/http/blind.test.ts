import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../src/contracts/finding.ts';
import { detectionLike, openReviewHouse, type ReviewHouse } from './review-house.ts';
import { served } from './routes.ts';

let on: ReviewHouse;
beforeAll(async () => {
  on = await openReviewHouse();
});
afterAll(() => on.close());

/** A finding with an opinion whose every value is found nowhere else, so that an answer which holds one has told it. */
function opinionated(mark = 0) {
  const advice = `RECOMMENDED BECAUSE ${mark}`;
  const values = {
    threatProbability: 0.913377 + mark / 100,
    base: -3.717171 - mark,
    weight: 6.242424 + mark,
    step: 1.515151 + mark,
    reason: `ARGUES FOR A THREAT ${mark}`,
    advice,
    action: `isolate_${mark}`,
  };
  const finding: Partial<Finding> = {
    threatProbability: values.threatProbability,
    severity: 'critical',
    base: values.base,
    techniques: ['T1078', 'T1003.001'],
    reasons: [{ term: 'detector', text: values.reason, logOdds: values.weight, evidence: ['e1'] }],
    detections: [detectionLike('d1', { level: 'medium' })],
    investigation: {
      playbook: 'credential-access',
      steps: [
        {
          tool: 'prevalence',
          question: 'seen before?',
          query: {},
          answer: 'on 1 host',
          logOdds: values.step,
          evidence: [],
        },
      ],
      openQuestions: [],
    },
    recommendation: {
      disposition: 'threat',
      for: [advice],
      against: [],
      notChecked: [],
      actions: [{ kind: values.action, target: 'ws-7', impact: 'high', reversible: true, why: advice }],
    },
  };
  return { finding, secrets: Object.values(values).map((value) => String(value).replace('-', '')) };
}

/** Every GET route with a tenant, asked as somebody who may decide; the stream has no end to wait for. */
async function everything(id: string): Promise<Map<string, string>> {
  const gets = served(on.house.app.printRoutes({ commonPrefix: false }))
    .filter((route) => route.startsWith('GET /api/v1/tenants/:t/') && !route.endsWith('/live'))
    .map((route) => route.replace('GET /api/v1/tenants/:t', '').replace(':id', id).replace(/:\w+/g, id));
  const answers = new Map<string, string>();
  for (const path of gets) answers.set(path, (await on.get('ana', path)).body);
  return answers;
}

const leaks = (answers: Map<string, string>, secrets: readonly string[]) =>
  [...answers].flatMap(([path, body]) => secrets.filter((secret) => body.includes(secret)).map((s) => `${path}: ${s}`));

describe.each([
  ['sample', 1],
  ['shadow', 2],
] as const)('a finding that is decided blind (%s)', (why, mark) => {
  test('tells nobody what the AI thinks, on any route, until it is decided; then it tells all', async () => {
    const { finding, secrets } = opinionated(mark);
    const id = await on.shown(finding, why);
    const before = await everything(id);
    expect(before.size).toBeGreaterThan(8);
    expect(leaks(before, secrets)).toEqual([]);

    const page = (await on.get('ana', `/findings/${id}`)).json();
    expect(page).toMatchObject({
      blind: { why },
      firstSeen: null,
      finding: {
        threatProbability: null,
        base: null,
        recommendation: null,
        reasons: [],
        severity: 'medium',
        techniques: ['T1003.001', 'T1078'],
      },
    });
    expect(page.finding.investigation.steps).toMatchObject([{ answer: 'on 1 host', logOdds: null }]);
    const row = (await on.get('ana', '/findings?status=open'))
      .json()
      .items.find((item: { id: string }) => item.id === id);
    expect(row).toMatchObject({ blind: { why }, threatProbability: null, recommendation: null, severity: 'medium' });

    const made = await on.determine('ana', id, { verdict: 'benign', reason: 'authorised administration' });
    expect(made.json()).toMatchObject({ blind: true, recommended: 'threat' });
    const after = await everything(id);
    const shownNow = [...after.values()].join();
    expect(secrets.filter((secret) => !shownNow.includes(secret))).toEqual([]);
    expect((await on.get('ana', `/findings/${id}`)).json()).toMatchObject({ blind: null, status: 'determined' });
  });
});

test('the place in the queue follows the detectors, whatever the AI thinks', async () => {
  const rank = async (threatProbability: number) => {
    const id = await on.shown({ ...opinionated().finding, threatProbability }, 'sample');
    return { id, threatProbability };
  };
  const [sure, unsure] = [await rank(0.999), await rank(0.001)];
  const plain = await on.shown({ threatProbability: 0.5 });
  const ids = async () =>
    (await on.get('ana', '/findings?status=open&limit=200')).json().items.map((item: { id: string }) => item.id);
  const order = await ids();
  const places = [sure.id, unsure.id].map((id) => order.indexOf(id));
  // A rule of level medium alone claims 0.14: both stand below an open finding of 0.5, side by side by id.
  expect(Math.min(...places)).toBeGreaterThan(order.indexOf(plain));
  expect(order.filter((id: string) => id === sure.id || id === unsure.id)).toEqual([sure.id, unsure.id].toSorted());
  // A revision does not move it either.
  await on.house.store.withTenants(['acme'], async (tx) => {
    const stored = await tx.findings.get('acme', unsure.id);
    if (stored === null) throw new Error('gone');
    await tx.findings.put({ ...stored, finding: { ...stored.finding, revision: 2, threatProbability: 0.97 } });
  });
  expect(await ids()).toEqual(order);
});

test('a determination made with the opinion in sight is not blind', async () => {
  const id = await on.shown(opinionated().finding);
  expect((await on.determine('ana', id)).json()).toMatchObject({ blind: false });
});

test('a deadline follows the severity that is shown', async () => {
  const [blind, open] = [await on.shown(opinionated().finding, 'sample'), await on.shown(opinionated().finding)];
  const due = async (id: string) => {
    const { work, visibleAt } = (await on.get('ana', `/findings/${id}`)).json();
    return (work.dueAt - visibleAt) / 60_000;
  };
  expect([await due(blind), await due(open)]).toEqual([480, 30]);
});
