import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dryRunConnector } from '../../src/adapters/connectors/dry-run/dry-run.ts';
import { createExecutor } from '../../src/respond/index.ts';
import { findingLike, show } from './finding.ts';
import { fromPage, type House, openHouse, START } from './house.ts';

let house: House;
const cookies: Record<string, string> = {};
beforeAll(async () => {
  house = await openHouse();
  for (const name of ['vera', 'ana', 'lee', 'ada', 'cora']) cookies[name] = await house.signIn(`${name}@acme.example`);
  cookies.bob = await house.signIn('bob@bolt.example');
});
afterAll(() => house.close());

const base = '/api/v1/tenants/acme';
async function shown(): Promise<string> {
  const id = randomUUID().replaceAll('-', '');
  const actions = [
    { kind: 'isolate_host', target: 'ws-7', impact: 'high', reversible: true, why: 'It encrypts' } as const,
  ];
  const finding = findingLike({ id, tenant: 'acme' });
  await show(house.store, { ...finding, recommendation: { ...finding.recommendation, actions } });
  return id;
}
const post = (who: string, url: string, payload?: object, headers: Record<string, string> = {}) =>
  house.app.inject({
    method: 'POST',
    url: `${base}${url}`,
    headers: { ...fromPage(cookies[who] ?? ''), 'idempotency-key': randomUUID(), ...headers },
    ...(payload === undefined ? {} : { payload }),
  });
const get = async (who: string, url: string) =>
  house.app.inject({ url: `${base}${url}`, headers: { cookie: cookies[who] ?? '' } });
const block = {
  kind: 'block_address',
  target: { kind: 'address', value: '203.0.113.9' },
  why: 'Command and control',
};
async function proposed(payload: object = block, who = 'ana') {
  const answer = await post(who, `/findings/${await shown()}/actions`, payload, { 'if-match': '"1"' });
  expect(answer.statusCode, answer.body).toBe(201);
  return answer.json();
}

describe('a proposal', () => {
  test('of what the AI recommended takes target and impact from the finding', async () => {
    expect(await proposed({ recommended: 0 })).toMatchObject({
      kind: 'isolate_host',
      target: { kind: 'host', value: 'ws-7' },
      why: 'It encrypts',
      state: 'proposed',
      approvalsNeeded: 2,
      proposedBy: { kind: 'human', name: 'Ana Analyst' },
      plan: { connector: 'dry-run', impact: 'high', blastRadius: { affects: [{ kind: 'user', value: 'mia' }] } },
    });
    const answer = await post('ana', `/findings/${await shown()}/actions`, { recommended: 7 }, { 'if-match': '"1"' });
    expect(answer.json()).toMatchObject({ status: 404, code: 'ACTION_NOT_RECOMMENDED' });
  });

  test('says what it needs: the revision seen, a key, and that it counts once', async () => {
    const url = `/findings/${await shown()}/actions`;
    expect((await post('ana', url, block)).statusCode).toBe(428);
    expect((await post('ana', url, block, { 'if-match': '"9"' })).statusCode).toBe(412);
    const key = { 'if-match': '"1"', 'idempotency-key': 'once' };
    const [first, second] = [await post('ana', url, block, key), await post('ana', url, block, key)];
    expect(second.json()).toEqual(first.json());
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect((await post('ana', url, { ...block, why: 'other' }, key)).json().code).toBe('HTTP_IDEMPOTENCY_KEY_REUSED');
    expect((await post('ana', url, block, { 'if-match': '"1"' })).json().code).toBe('ACTION_OPEN_ALREADY');
  });

  test.each([
    ['nested parameters', { ...block, parameters: { a: { b: 1 } } }],
    ['a NUL', { ...block, target: { kind: 'address', value: 'a\0' } }],
    ['no reason', { ...block, why: '' }],
    ['both ways at once', { ...block, recommended: 0 }],
    ['a target of no known kind', { ...block, target: { kind: 'planet', value: 'x' } }],
  ])('with %s is refused', async (_what, payload) => {
    const answer = await post('ana', `/findings/${await shown()}/actions`, payload, { 'if-match': '"1"' });
    expect(answer.json()).toMatchObject({ status: 400, code: 'HTTP_REQUEST_INVALID' });
  });

  test('is for those who decide', async () => {
    const url = `/findings/${await shown()}/actions`;
    for (const who of ['vera', 'cora'])
      expect((await post(who, url, block, { 'if-match': '"1"' })).statusCode).toBe(403);
    expect((await post('bob', url, block, { 'if-match': '"1"' })).statusCode).toBe(404);
  });
});

test('from proposal to undo, every step in what the page of the action shows', async () => {
  const action = await proposed({ recommended: 0 });
  const url = `/actions/${action.id}`;
  const yes = { planHash: action.planHash };
  expect((await post('ana', `${url}/approvals`, yes)).json()).toMatchObject({
    status: 403,
    code: 'ACTION_OWN_REQUEST',
  });
  expect((await post('lee', `${url}/approvals`, { planHash: 'a'.repeat(64) })).json()).toMatchObject({
    status: 409,
    code: 'ACTION_PLAN_CHANGED',
  });
  expect((await post('lee', `${url}/approvals`, yes)).json().state).toBe('proposed');
  expect((await post('ada', `${url}/approvals`, yes)).json().state).toBe('approved');

  const connector = dryRunConnector(['isolate_host']);
  let now = START + 3_600_000;
  const executor = createExecutor({
    store: house.store,
    clock: { now: () => (now += 1) },
    connectorFor: async () => ({ id: 'dry-run', connector }),
    tenants: async () => ['acme'],
    mayAct: () => false,
    listeners: [],
    holder: 'test',
    warn: (message) => {
      throw new Error(message);
    },
    publicUrl: null,
  });
  await executor.tick();
  const detail = (await get('vera', url)).json();
  expect(detail).toMatchObject({
    action: {
      state: 'verified',
      title: 'Isolate host',
      contains: true,
      d3fend: { id: 'D3-NI', url: 'https://d3fend.mitre.org/technique/d3f:NetworkIsolation/' },
      receipt: { dryRun: true },
    },
    approvals: [{ by: { name: 'Lee Lead' } }, { by: { name: 'Ada Administrator' } }],
    notes: [{ event: 'intent' }, { event: 'receipt' }, { event: 'check' }],
  });
  expect((await post('ana', `${url}/undos`, { reason: 'wrong host' })).json()).toMatchObject({
    state: 'executing',
    phase: 'undo',
  });
  await executor.tick();
  const after = (await get('vera', url)).json();
  expect(after.action).toMatchObject({ state: 'undone', undoneAt: expect.any(Number) });
  expect(after.history.map(({ entry }: { entry: { type: string } }) => entry.type)).toEqual([
    'action.proposed',
    'action.approved',
    'action.approved',
    'action.executing',
    'action.executed',
    'action.verified',
    'action.undo_requested',
    'action.undoing',
    'action.executed',
    'action.undone',
  ]);
});

describe('a customer', () => {
  test('sees what is asked of it, approves that, and knows of nothing else', async () => {
    const quiet = await proposed();
    const asked = await proposed({ ...block, asked: 'customer' });
    const requests = (await get('cora', '/requests?state=proposed')).json();
    expect(requests.items.map(({ id }: { id: string }) => id)).toEqual([asked.id]);
    expect(Object.keys(requests.items[0])).not.toContain('plan');
    expect((await get('cora', `/actions/${asked.id}`)).statusCode).toBe(403);
    const yes = ({ id, planHash }: { id: string; planHash: string }) =>
      post('cora', `/actions/${id}/approvals`, { planHash });
    expect((await yes(quiet)).json()).toMatchObject({ status: 404, code: 'ACTION_UNKNOWN' });
    const no = await post('cora', `/actions/${quiet.id}/denials`, { reason: 'no' });
    expect(no.json()).toMatchObject({ status: 404, code: 'ACTION_UNKNOWN' });
    await post('ana', `/actions/${asked.id}/approvals`, { planHash: asked.planHash });
    expect((await yes(asked)).json().state).toBe('approved');
    const [row] = (await get('cora', '/requests')).json().items;
    expect(row).toMatchObject({ id: asked.id, state: 'approved', approvedBy: { name: 'Cora Customer' } });
  });

  test('can say no to what was asked of it', async () => {
    const asked = await proposed({ ...block, asked: 'customer' });
    const answer = await post('cora', `/actions/${asked.id}/denials`, { reason: 'that is our bank' });
    expect(answer.json()).toMatchObject({ state: 'denied', reason: 'that is our bank' });
  });
});

test('a planted known threat looks like any until it is told, and is never asked of a customer', async () => {
  let hold: 'masked' | 'unmasked' = 'masked';
  const connector = dryRunConnector(['block_address']);
  const exercise = await openHouse({
    respond: {
      connectorFor: async () => ({ id: 'dry-run', connector }),
      reachOf: () => ({ said: [], affects: [] }),
      playbooks: [],
      canaryHold: async () => hold,
    },
  });
  try {
    await show(exercise.store, findingLike({ id: 'f1', tenant: 'acme' }));
    const cookie = await exercise.signIn('ana@acme.example');
    const propose = (value: string) =>
      exercise.app.inject({
        method: 'POST',
        url: `${base}/findings/f1/actions`,
        headers: { ...fromPage(cookie), 'if-match': '"1"', 'idempotency-key': randomUUID() },
        payload: { ...block, target: { kind: 'address', value }, asked: 'customer' },
      });
    expect((await propose('203.0.113.9')).statusCode).toBe(201);
    const customer = await exercise.signIn('cora@acme.example');
    const requests = await exercise.app.inject({ url: `${base}/requests`, headers: { cookie: customer } });
    expect(requests.json().items).toEqual([]);
    hold = 'unmasked';
    expect((await propose('203.0.113.10')).json()).toMatchObject({ status: 409, code: 'ACTION_ON_EXERCISE' });
  } finally {
    await exercise.close();
  }
});

test('a plan made again that says the same keeps its approvals', async () => {
  const action = await proposed({ recommended: 0 });
  await post('lee', `/actions/${action.id}/approvals`, { planHash: action.planHash });
  expect((await post('ana', `/actions/${action.id}/replans`, {})).json()).toMatchObject({ planNumber: 1 });
  expect((await post('ada', `/actions/${action.id}/approvals`, { planHash: action.planHash })).json().state).toBe(
    'approved',
  );
});

test('actions are listed newest first, by state and finding, in pages', async () => {
  const made = [await proposed(), await proposed(), await proposed()];
  const first = (await get('vera', '/actions?limit=2')).json();
  expect(first.items.map(({ id }: { id: string }) => id)).toEqual([made[2].id, made[1].id]);
  const second = (await get('vera', `/actions?limit=2&cursor=${first.next}`)).json();
  expect(second.items[0].id).toBe(made[0].id);
  const one = (await get('vera', `/actions?finding=${made[0].finding}&state=proposed`)).json();
  expect(one.items.map(({ id }: { id: string }) => id)).toEqual([made[0].id]);
});

test('playbooks are shown, and as CACAO documents', async () => {
  expect((await get('vera', '/playbooks')).json().items).toMatchObject([{ family: 'impact' }]);
  const document = (await get('vera', '/playbooks/impact/cacao')).json();
  expect(document).toMatchObject({ type: 'playbook', spec_version: 'cacao-2.0' });
  expect(JSON.stringify(document)).toContain('D3-NI');
  expect((await get('vera', '/playbooks/absent/cacao')).json()).toMatchObject({
    status: 404,
    code: 'PLAYBOOK_UNKNOWN',
  });
});

test('a server without connectors says so and still shows what is on record', async () => {
  const bare = await openHouse({
    respond: { connectorFor: async () => null, reachOf: () => ({ said: [], affects: [] }), playbooks: [] },
  });
  try {
    await show(bare.store, findingLike({ id: 'f1', tenant: 'acme' }));
    const cookie = await bare.signIn('ana@acme.example');
    const answer = await bare.app.inject({
      method: 'POST',
      url: `${base}/findings/f1/actions`,
      headers: { ...fromPage(cookie), 'if-match': '"1"', 'idempotency-key': 'k' },
      payload: block,
    });
    expect(answer.json()).toMatchObject({ status: 409, code: 'ACTION_NO_CONNECTOR' });
    expect((await bare.app.inject({ url: `${base}/actions`, headers: { cookie } })).json()).toEqual({
      items: [],
      next: null,
    });
  } finally {
    await bare.close();
  }
});
