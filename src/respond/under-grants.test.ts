import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Bench, openBench, type TestConnector, testConnector } from '../../test/respond.ts';
import { dryRunConnector } from '../adapters/connectors/dry-run/dry-run.ts';
import { containment, recordDetermination } from '../decide/index.ts';
import type { Connector } from '../ports/connector.ts';
import { actionsUnderGrants, planAction, proposeUnderGrant, recordUndoRequest, undoVerified } from './index.ts';

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

const address = { kind: 'address', value: '203.0.113.9' } as const;
const actionOf = async (finding: string) => {
  const { items } = await bench.store.withTenants(['acme'], (tx) => tx.response.page('acme', { finding }, null, 10));
  const [action] = items;
  if (action === undefined) throw new Error(`no action on ${finding}`);
  return action;
};

test('what runs under a grant is listed until it is at its end, and nothing that people approved', async () => {
  const listed = () => bench.store.withTenants(['acme'], (tx) => actionsUnderGrants(tx, 'acme'));
  const id = await bench.finding({ entities: [address] });
  const connectorFor = async () => ({ id: 'sys', connector });
  const plan = await planAction(
    { store: bench.store, clock: bench.clock, connectorFor, reachOf: () => ({ said: [], affects: [] }) },
    { tenant: 'acme', finding: id, kind: 'block_address', target: address, parameters: {} },
  );
  const signer = { id: 'lee', name: 'Lee Lead' };
  await bench.store.withTenants(['acme'], (tx) =>
    proposeUnderGrant(tx, bench.clock, {
      plan,
      parameters: {},
      revision: 1,
      why: 'Its class does this',
      grant: { id: 'g1', classKey: 'credential-access/act:block_address', signer },
      actor: { kind: 'ai', id: 'autonomy', version: '1' },
    }),
  );
  await bench.approve(
    await bench.propose({ kind: 'block_address', target: { ...address, value: '203.0.113.7' } }),
    'lee',
  );
  expect(await actionOf(id)).toMatchObject({
    state: 'approved',
    target: address,
    grant: { id: 'g1', signer: { id: 'lee' } },
  });
  expect((await listed()).map(({ said }) => said)).toEqual([
    'Block address on address 203.0.113.9: approved, not begun',
  ]);
  await bench.tick();
  expect(await listed()).toEqual([]);
  expect(connector.executed).toBe(2);
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
