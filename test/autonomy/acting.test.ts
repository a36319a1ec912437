import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dryRunConnector } from '../../src/adapters/connectors/dry-run/dry-run.ts';
import { type AutonomyParts, setLevel, tickAutonomy } from '../../src/decide/index.ts';
import { plannedAction } from '../../src/host/planned-action.ts';
import { createExecutor } from '../../src/respond/index.ts';
import { grantLike } from '../store-rows-autonomy.ts';
import { DAY, type Desk, family, HOUR, hosts, lee, openDesk } from './desk.ts';

const kind = 'block_address';
const key = `${family}/act:${kind}`;
let desk: Desk;
let parts: AutonomyParts;
const connector = dryRunConnector([kind, 'isolate_host']);
const connectorFor = async () => ({ id: 'dry-run', connector });

beforeAll(async () => {
  desk = await openDesk();
  const { store, clock } = desk.room;
  const planning = { store, clock, connectorFor, reachOf: () => ({ said: [], affects: [] }) };
  parts = {
    ...desk.parts,
    actionKind: (of) => (of === kind ? { impact: 'low', reversible: true } : { impact: 'high', reversible: true }),
    planAction: ({ finding }, of) => plannedAction(planning, finding, of),
  };
});
afterAll(() => desk.close());

async function grantedToAct(level: 2 | 4) {
  const subject = { does: 'act', kind } as const;
  await desk.in((tx) => setLevel(tx, parts, { tenant: desk.tenant, family, subject, level: 0, by: lee }));
  await desk.in((tx) => setLevel(tx, parts, { tenant: desk.tenant, family, subject, level: 1, by: lee }));
  await desk.in(async (tx) => {
    const each = await tx.autonomy.class(desk.tenant, key);
    if (each === null) throw new Error('no class');
    const now = desk.now();
    const versions = { ...parts.versions(family, desk.tenant), detectors: { d1: 'v1' } };
    const grant = grantLike(desk.tenant, {
      id: `act-${level}-${now}`,
      key,
      level,
      epoch: each.epoch,
      versions,
      coverage: {
        detectors: ['d1'],
        techniques: ['T1003.001'],
        entities: [...hosts.map((host) => `host|${host}`), 'address|203.0.113.9'],
        sources: ['windows'],
      },
      signedBy: lee,
      signedAt: now,
      expiresAt: now + 90 * DAY,
    });
    await tx.autonomy.addGrant(grant);
    await tx.autonomy.addStep({ tenant: desk.tenant, grant: grant.id, exposure: 1, since: now, by: lee });
    await tx.autonomy.putClass({ ...each, level, grant: grant.id, versions });
  });
}

async function attacked(id: string, target = '203.0.113.9') {
  await desk.show(id, {
    host: 'ws-1',
    says: 'threat',
    part: {
      entities: [
        { kind: 'host', value: 'ws-1' },
        { kind: 'address', value: '203.0.113.9' },
      ],
      recommendation: {
        disposition: 'threat',
        for: [],
        against: [],
        notChecked: [],
        actions: [{ kind, target, impact: 'low', reversible: true, why: 'it called there' }],
      },
    },
  });
  desk.pass(HOUR);
  await desk.watch.look();
  const round = await tickAutonomy(parts, desk.tenant);
  expect(round.failed).toEqual([]);
  return desk.in(async (tx) => ({
    actions: (await tx.response.page(desk.tenant, { finding: id }, null, 10)).items,
    considered: await tx.autonomy.considerationsOf(desk.tenant, id),
  }));
}

describe('a class that acts', () => {
  test('at level 4 has its action run, answered for by the signer; the finding stays with people', async () => {
    await grantedToAct(4);
    const { actions, considered } = await attacked('a1');
    expect(considered).toMatchObject([{ outcome: 'proposed' }]);
    expect(actions).toMatchObject([{ kind, state: 'approved', grant: { classKey: key, signer: lee } }]);
    expect((await desk.get('a1')).status).toBe('open');
    const { store, clock } = desk.room;
    const executor = createExecutor({
      store,
      clock,
      connectorFor,
      tenants: async () => [desk.tenant],
      mayAct: desk.watch.mayAct,
      listeners: [],
      holder: 'test',
      publicUrl: null,
      warn: () => undefined,
    });
    await executor.tick();
    const [action] = await desk.in(
      async (tx) => (await tx.response.page(desk.tenant, { finding: 'a1' }, null, 1)).items,
    );
    expect(action?.state).not.toBe('approved');
  });

  test('what is under way already, and what has no target in the finding, is left to people', async () => {
    const { actions, considered } = await attacked('a2', '198.51.100.1');
    expect(actions).toEqual([]);
    expect(considered).toMatchObject([{ outcome: 'person', why: ['nothing in it can be acted on'] }]);
  });

  test('at level 2 a person approves it as any other', async () => {
    await grantedToAct(2);
    const { actions } = await attacked('a3');
    expect(actions).toMatchObject([{ state: 'proposed', grant: null, proposedBy: { kind: 'ai' } }]);
  });

  test('a kind of high impact never passes level 2, whatever its record', async () => {
    const subject = { does: 'act', kind: 'isolate_host' } as const;
    const each = await desk.in((tx) =>
      setLevel(tx, parts, { tenant: desk.tenant, family, subject, level: 1, by: lee }),
    );
    const { dossierOf } = await import('../../src/decide/autonomy/readiness.ts');
    const dossier = await desk.in((tx) => dossierOf(tx, parts, each, lee.id));
    expect(dossier.open.filter((level) => level > 2)).toEqual([]);
    expect(dossier.requirements.map(({ name }) => name)).toContain('undo');
    await expect(
      desk.in((tx) =>
        tx.autonomy.addGrant(grantLike(desk.tenant, { id: 'x', key: each.key, impact: 'high', level: 3 })),
      ),
    ).rejects.toMatchObject({ cause: { constraint: 'grants_high_or_irreversible_stops_at_2' } });
  });
});
