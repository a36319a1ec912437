import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Bench, openBench, type TestConnector, testConnector } from '../../test/respond.ts';
import { dryRunConnector } from '../adapters/connectors/dry-run/dry-run.ts';
import { containment, recordDetermination } from '../decide/index.ts';
import type { Connector } from '../ports/connector.ts';
import type { StateTx } from '../ports/state-store.ts';
import { actionsUnderGrants, planForClass, recordUndoRequest, undoVerified } from './index.ts';

let connector: TestConnector;
let inPlace: Connector | null;
let bench: Bench;
beforeAll(async () => {
  bench = await openBench(() => inPlace);
  await bench.store.addMember('acme', 'ana', 'analyst');
});
beforeEach(() => {
  connector = testConnector();
  inPlace = connector;
});
afterAll(() => bench.close());

const inAcme = (work: (tx: StateTx) => Promise<void> | undefined) =>
  bench.store.withTenants(['acme'], async (tx) => work(tx));
const address = { kind: 'address', value: '203.0.113.9' } as const;
const grant = { id: 'g1', key: 'credential-access/act:block_address', signedBy: { id: 'lee', name: 'Lee Lead' } };

async function planned(id: string, kind = 'block_address') {
  const stored = await bench.store.withTenants(['acme'], (tx) => tx.findings.get('acme', id));
  if (stored === null) throw new Error(`no finding ${id}`);
  return planForClass(
    {
      store: bench.store,
      clock: bench.clock,
      connectorFor: async () => (inPlace === null ? null : { id: 'sys', connector: inPlace }),
      reachOf: () => ({ said: [], affects: [] }),
    },
    stored,
    kind,
  );
}
const actionOf = async (finding: string) => {
  const { items } = await bench.store.withTenants(['acme'], (tx) => tx.response.page('acme', { finding }, null, 10));
  const [action] = items;
  if (action === undefined) throw new Error(`no action on ${finding}`);
  return action;
};

test('a class acts on the first entity its kind is done to, once at a time', async () => {
  const id = await bench.finding({ entities: [{ kind: 'host', value: 'ws-7' }, address] });
  const plan = await planned(id);
  await inAcme((tx) => plan?.runUnderGrant(tx, grant));
  expect(await actionOf(id)).toMatchObject({
    state: 'approved',
    target: address,
    grant: { id: 'g1', classKey: grant.key, signer: { id: 'lee' } },
  });
  expect(await planned(id)).toBeNull();
  const listed = await bench.store.withTenants(['acme'], (tx) => actionsUnderGrants(tx, 'acme'));
  expect(listed.map(({ said }) => said)).toEqual(['Block address on address 203.0.113.9: approved, not begun']);
  await bench.tick();
  expect(await bench.store.withTenants(['acme'], (tx) => actionsUnderGrants(tx, 'acme'))).toEqual([]);
  expect(connector.executed).toBe(1);
});

test('below level 4 it proposes, and people approve as ever', async () => {
  const id = await bench.finding({ entities: [address] });
  const plan = await planned(id);
  await inAcme((tx) => plan?.propose(tx, grant));
  const action = await actionOf(id);
  expect(action).toMatchObject({ state: 'proposed', grant: null, proposedBy: { kind: 'ai' } });
  await bench.tick();
  expect(connector.executed).toBe(0);
  expect(await bench.approve(action, 'lee')).toMatchObject({ state: 'approved' });
  await bench.tick();
});

test('where there is nothing to act on, or nothing to act with, it plans nothing', async () => {
  const builtIn = await bench.finding({ entities: [{ kind: 'user', value: 'system' }] });
  expect(await planned(builtIn, 'disable_account')).toBeNull();
  expect(await planned(builtIn, 'no_such_kind')).toBeNull();
  inPlace = null;
  expect(await planned(await bench.finding({ entities: [address] }))).toBeNull();
});

test('an undo counts as verified only when it was seen, and a rehearsal never', async () => {
  const seen = () => bench.store.withTenants(['acme'], (tx) => undoVerified(tx, 'acme', 'block_address'));
  const doneAndUndone = async (): Promise<void> => {
    const action = await bench.approve(await bench.propose({ kind: 'block_address', target: address }), 'lee');
    await bench.tick();
    await bench.store.withTenants(['acme'], (tx) =>
      recordUndoRequest(tx, bench.clock, {
        tenant: 'acme',
        action: action.id,
        reason: 'test',
        by: { id: 'ana', name: 'Ana' },
      }),
    );
    await bench.tick();
    expect(await bench.get(action)).toMatchObject({ state: 'undone' });
  };
  inPlace = dryRunConnector(['block_address']);
  await doneAndUndone();
  expect(await seen()).toBe(false);
  inPlace = connector;
  await doneAndUndone();
  expect(await seen()).toBe(true);
});

test('a verified action that contains makes the incident contained, on record, once', async () => {
  const finding = await bench.finding();
  await bench.store.withTenants(['acme'], (tx) =>
    recordDetermination(tx, bench.clock, {
      tenant: 'acme',
      findingId: finding,
      expectedRevision: 1,
      verdict: 'threat',
      reason: 'compromised host',
      note: '',
      by: { id: 'ana', name: 'Ana' },
    }),
  );
  const listeners = [containment(bench.clock)];
  for (const value of ['203.0.113.9', '203.0.113.10']) {
    await bench.approve(
      await bench.propose({ finding, kind: 'block_address', target: { kind: 'address', value } }),
      'lee',
    );
    bench.later(1000);
    await bench.tick({ listeners });
  }
  const incidents = await bench.store.withTenants(['acme'], (tx) => tx.review.incidentsOf('acme', finding));
  expect(incidents).toMatchObject([{ state: 'contained', containedAt: bench.clock.now() - 1000 }]);
  const entries = await bench.store.withTenants(['acme'], (tx) =>
    tx.ledger.ofSubject('acme', 'incident', incidents[0]?.id ?? ''),
  );
  expect(entries.map(({ entry: { type, onBehalfOf } }) => [type, onBehalfOf])).toEqual([
    ['incident.opened', null],
    ['incident.contained', 'lee'],
  ]);
});
