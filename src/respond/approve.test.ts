import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, openBench, type TestConnector, testConnector } from '../../test/respond.ts';
import { withClient } from '../adapters/postgres/connection.ts';
import type { Action } from '../contracts/response.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { sha256 } from '../kernel/ids.ts';
import { planAction, recordDenial, recordReplan } from './index.ts';

let connector: TestConnector;
let bench: Bench;
beforeAll(async () => {
  bench = await openBench(() => connector);
});
beforeEach(async () => {
  connector = testConnector();
  await bench.policy({});
});
afterAll(() => bench.close());

const host = { kind: 'host', value: 'ws-7' } as const;
const low = { kind: 'block_address', target: { kind: 'address', value: '203.0.113.9' } } as const;
const coded = (code: string, status = 409) => ({ code, status });
const deny = (action: Action, by = 'lee') =>
  bench.store.withTenants(['acme'], (tx) =>
    recordDenial(tx, bench.clock, {
      tenant: 'acme',
      action: action.id,
      reason: 'not needed',
      by: { id: by, name: by, speaksFor: 'provider' },
    }),
  );
async function replan({ id, finding, kind, target }: Action): Promise<Action> {
  const plan = await planAction(
    {
      store: bench.store,
      clock: bench.clock,
      connectorFor: async () => ({ id: 'sys', connector }),
      reachOf: () => ({ said: ['Seen on 1 host of 3'], affects: [] }),
    },
    { tenant: 'acme', finding, kind, target, parameters: {} },
  );
  return bench.store.withTenants(['acme'], (tx) =>
    recordReplan(tx, bench.clock, { tenant: 'acme', action: id, plan, by: { id: 'ana', name: 'ana' } }),
  );
}

describe('a plan', () => {
  test('says what the system, telemetry and people know, and is hashed as it is stored', async () => {
    await bench.store.withTenants(['acme'], (tx) =>
      tx.context.add({
        id: 'owner-of-zoe',
        tenant: 'acme',
        entity: { kind: 'user', value: 'zoe' },
        body: { kind: 'owner' },
        owner: 'Payroll',
        text: 'Payroll',
        by: { id: 'ana', name: 'Ana' },
        at: bench.clock.now(),
        until: null,
        withdrawnAt: null,
      }),
    );
    const proposed = await bench.propose({ target: { kind: 'user', value: 'zoe' } });
    expect(proposed.plan.blastRadius.said).toEqual(['Member of 2 groups', 'Seen on 1 host of 3', 'Owner: Payroll']);
    const stored = await bench.get(proposed);
    expect(stored).toEqual(proposed);
    expect(sha256(canonicalJson(stored.plan))).toBe(stored.planHash);
  });

  test('weighs more where the target is a crown jewel', async () => {
    expect((await bench.propose(low)).plan.impact).toBe('low');
    await bench.store.withTenants(['acme'], (tx) =>
      tx.context.add({
        id: 'jewel',
        tenant: 'acme',
        entity: { kind: 'address', value: '198.51.100.1' },
        body: { kind: 'criticality', level: 'crown_jewel' },
        owner: 'Releases',
        text: 'The bank',
        by: { id: 'ana', name: 'Ana' },
        at: bench.clock.now(),
        until: null,
        withdrawnAt: null,
      }),
    );
    const jewel = await bench.propose({ ...low, target: { kind: 'address', value: '198.51.100.1' } });
    expect(jewel.plan.impact).toBe('medium');
  });

  test('is refused for a target the kind is not done to, an unknown kind, and the same twice', async () => {
    await expect(bench.propose({ kind: 'disable_account', target: host })).rejects.toMatchObject(
      coded('ACTION_TARGET_KIND', 400),
    );
    await expect(bench.propose({ kind: 'constructor' })).rejects.toMatchObject(coded('ACTION_KIND_UNKNOWN', 400));
    const first = await bench.propose();
    await expect(bench.propose({ finding: first.finding })).rejects.toMatchObject(coded('ACTION_OPEN_ALREADY'));
    await deny(first);
    await expect(bench.propose({ finding: first.finding })).resolves.toMatchObject({ state: 'proposed' });
  });

  test('keeps hostile values on one visible line', async () => {
    connector = testConnector({
      survey: async () => ({ arguments: {}, before: {}, undo: null, said: ['a\u202eb\n# c'], affects: [] }),
    });
    const { plan } = await bench.propose();
    expect(plan.blastRadius.said[0]).toBe('a b # c');
    expect(plan).toMatchObject({ reversible: false, undo: null });
  });
});

describe('an approval', () => {
  test('is one person for low impact, who may be the one that proposed it', async () => {
    const action = await bench.propose(low);
    expect(action.approvalsNeeded).toBe(1);
    expect(await bench.approve(action, 'ana')).toMatchObject({
      state: 'approved',
      clearance: { by: ['ana'], customer: null },
    });
  });

  test('is two distinct people for high impact, and the one that proposed it is neither', async () => {
    const action = await bench.propose();
    await expect(bench.approve(action, 'ana')).rejects.toMatchObject(coded('ACTION_OWN_REQUEST', 403));
    expect(await bench.approve(action, 'lee')).toMatchObject({ state: 'proposed', clearance: null });
    await expect(bench.approve(action, 'lee')).rejects.toMatchObject(coded('ACTION_APPROVED_ALREADY'));
    expect(await bench.approve(action, 'ada')).toMatchObject({ state: 'approved', clearance: { by: ['lee', 'ada'] } });
    await expect(bench.approve(action, 'eve')).rejects.toMatchObject(coded('ACTION_STATE'));
  });

  test('stays two people where the tenant asks for fewer only afterwards', async () => {
    const action = await bench.propose();
    await bench.policy({ twoPeopleFor: [] });
    expect(await bench.approve(action, 'lee')).toMatchObject({ state: 'proposed' });
    await expect(bench.approve(action, 'ana')).rejects.toMatchObject(coded('ACTION_OWN_REQUEST', 403));
  });

  test('of another plan than the one in force is refused, and one of an earlier plan counts no more', async () => {
    const action = await bench.propose();
    await bench.approve(action, 'lee');
    await expect(bench.approve(action, 'ada', 'provider', 'f'.repeat(64))).rejects.toMatchObject(
      coded('ACTION_PLAN_CHANGED'),
    );
    expect(await replan(action)).toMatchObject({ planNumber: 1, planHash: action.planHash });
    const survey = connector.survey;
    connector = testConnector({
      survey: async (...args) => ({ ...(await survey(...args)), said: ['Member of 9 groups'] }),
    });
    const replanned = await replan(action);
    expect(replanned).toMatchObject({ planNumber: 2, state: 'proposed', clearance: null });
    await expect(bench.approve(action, 'ada')).rejects.toMatchObject(coded('ACTION_PLAN_CHANGED'));
    // The first plan once more is a third plan: what was void stays void.
    connector = testConnector();
    const again = await replan(action);
    expect(again).toMatchObject({ planNumber: 3, planHash: action.planHash });
    expect(await bench.approve(again, 'ada')).toMatchObject({ state: 'proposed' });
    expect(await bench.approve(again, 'lee')).toMatchObject({ state: 'approved' });
    const voided = await bench.store.withTenants(['acme'], async (tx) => {
      const entries = await tx.ledger.ofSubject('acme', 'action', action.id);
      return entries.find(({ entry }) => entry.type === 'action.replanned')?.payload;
    });
    expect(voided).toMatchObject({ before: action.planHash, voided: [{ by: { id: 'lee' } }] });
  });

  test('takes the word of the customer besides, where it was asked', async () => {
    const quiet = await bench.propose({ ...low, target: { kind: 'address', value: '203.0.113.10' } });
    await expect(bench.approve(quiet, 'cora', 'customer')).rejects.toMatchObject(coded('ACTION_UNKNOWN', 404));
    const asked = await bench.propose({ ...low, asked: 'customer' });
    expect(await bench.approve(asked, 'ana')).toMatchObject({ state: 'proposed' });
    expect(await bench.approve(asked, 'cora', 'customer')).toMatchObject({
      state: 'approved',
      clearance: { by: ['ana'], customer: 'cora' },
    });
    const alone = await bench.propose({ ...low, asked: 'customer' });
    expect(await bench.approve(alone, 'cora', 'customer')).toMatchObject({ state: 'proposed' });
  });

  test('that nobody gives is no approval: the action expires', async () => {
    await bench.policy({ approveWithin: 10 });
    const action = await bench.propose(low);
    bench.later(10 * 60_000);
    await expect(bench.approve(action, 'lee')).rejects.toMatchObject(coded('ACTION_EXPIRED'));
    await bench.tick();
    expect(await bench.get(action)).toMatchObject({ state: 'expired', clearance: null, startedAt: null });
    expect(await bench.types(action)).toEqual(['action.proposed', 'action.expired']);
  });

  test('waits for no server longer than for a person', async () => {
    await bench.policy({ approveWithin: 10 });
    const action = await bench.propose(low);
    await bench.approve(action, 'lee');
    bench.later(11 * 60_000);
    await bench.tick();
    expect(await bench.get(action)).toMatchObject({
      state: 'expired',
      startedAt: null,
      reason: expect.stringContaining('did not begin'),
    });
  });
});

test('one no ends it, before and after the yes of others', async () => {
  const action = await bench.propose();
  await bench.approve(action, 'lee');
  expect(await deny(action, 'eve')).toMatchObject({ state: 'denied', reason: 'not needed' });
  await expect(bench.approve(action, 'ada')).rejects.toMatchObject(coded('ACTION_STATE'));
  const approved = await bench.propose(low);
  await bench.approve(approved, 'lee');
  await deny(approved, 'eve');
  await bench.tick();
  expect(await bench.get(approved)).toMatchObject({ state: 'denied', startedAt: null });
});

describe('the database itself refuses', () => {
  const put = (action: Action) => bench.store.withTenants(['acme'], (tx) => tx.response.put(action));
  const grant = { id: 'g1', classKey: 'x/act:block_address', signer: { id: 'lee', name: 'Lee' } };

  test('an action under way that nobody cleared', async () => {
    const action = await bench.propose(low);
    await expect(put({ ...action, state: 'executing' })).rejects.toMatchObject(coded('STATE_ACTION_UNAPPROVED'));
    // The name alone is not enough: there has to be an approval of this plan by that person.
    const forged = put({ ...action, state: 'executing', clearance: { by: ['lee'], customer: null } });
    await expect(forged).rejects.toMatchObject(coded('STATE_ACTION_UNAPPROVED'));
  });

  test('one person where two are asked for, or the one that proposed it among them', async () => {
    const action = await bench.propose();
    await bench.approve(action, 'lee');
    const by = (...people: string[]) =>
      put({ ...action, state: 'approved', clearance: { by: people, customer: null } });
    await expect(by('lee')).rejects.toMatchObject(coded('STATE_ACTION_UNAPPROVED'));
    await expect(by('lee', 'lee')).rejects.toMatchObject(coded('STATE_ACTION_UNAPPROVED'));
    await expect(by('lee', 'ana')).rejects.toMatchObject(coded('STATE_ACTION_UNAPPROVED'));
  });

  test('a grant for what is not small or cannot be taken back, whatever the code says', async () => {
    const high = await bench.propose();
    await expect(put({ ...high, state: 'approved', grant })).rejects.toMatchObject(coded('STATE_GRANT_UNBOUNDED'));
    const final = await bench.propose({ kind: 'notify_owner' });
    expect(final.plan.impact).toBe('low');
    await expect(put({ ...final, state: 'approved', grant })).rejects.toMatchObject(coded('STATE_GRANT_UNBOUNDED'));
  });

  test('an approval of a plan that never was, and a second by the same person', async () => {
    const action = await bench.propose();
    const yes = (planHash: string) =>
      bench.store.withTenants(['acme'], (tx) =>
        tx.response.approve('acme', action.id, {
          planNumber: 1,
          planHash,
          by: { id: 'lee', name: 'Lee' },
          speaksFor: 'provider',
          at: 1,
        }),
      );
    await expect(yes('0'.repeat(64))).rejects.toThrow();
    await yes(action.planHash);
    await expect(yes(action.planHash)).rejects.toThrow();
  });

  test('nothing of the sort to its owner either: the rules are in the tables', async () => {
    const action = await bench.propose();
    const change = withClient(bench.owner, 'test', async (client) => {
      await client.query("SELECT set_config('bridgewatch.maintenance', 'on', false)");
      await client.query("UPDATE actions SET state = 'executing', grant_id = 'g' WHERE id = $1", [action.id]);
    });
    await expect(change).rejects.toMatchObject({ code: '23514' });
  });
});
