import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, openBench, type TestConnector, testConnector } from '../../test/respond.ts';
import { dryRunConnector } from '../adapters/connectors/dry-run/dry-run.ts';
import type { Action } from '../contracts/response.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import type { Connector } from '../ports/connector.ts';
import type { Notice } from '../ports/notifier.ts';
import { noticeOf, planAction, proposeUnderGrant, recordUndoRequest } from './index.ts';

let connector: TestConnector;
let inPlace: Connector | null;
let bench: Bench;
beforeAll(async () => {
  bench = await openBench(() => inPlace);
});
beforeEach(() => {
  connector = testConnector();
  inPlace = connector;
});
afterAll(() => bench.close());

const address = { kind: 'address', value: '203.0.113.9' } as const;
const unreachable = () => Promise.reject(new BridgewatchError('CONNECTOR_UNREACHABLE', 'no route to 192.0.2.1', 502));

/** An action that one person approved. */
async function approved(part: Parameters<Bench['propose']>[0] = {}): Promise<Action> {
  return bench.approve(await bench.propose({ kind: 'block_address', target: address, ...part }), 'lee');
}
/** Ticks, and lets waits pass, until the action rests. */
async function settled(action: Action, part: Parameters<Bench['tick']>[0] = {}): Promise<Action> {
  for (let round = 0; round < 30; round++) {
    await bench.tick(part);
    const now = await bench.get(action);
    if (now.nextAt === null) return now;
    bench.later(Math.max(0, now.nextAt - bench.clock.now()));
  }
  throw new Error('the action does not come to rest');
}
const undo = ({ id }: Action) =>
  bench.store.withTenants(['acme'], (tx) =>
    recordUndoRequest(tx, bench.clock, {
      tenant: 'acme',
      action: id,
      reason: 'wrong one',
      by: { id: 'ana', name: 'Ana' },
    }),
  );
const notes = ({ id }: Action) =>
  bench.store.withTenants(['acme'], async (tx) => (await tx.response.notes('acme', id)).map(({ event }) => event));

describe('carrying out', () => {
  test('is intent, effect and look, each on record before the next, on behalf of who approved', async () => {
    const action = await approved();
    const contained: string[] = [];
    await bench.tick({
      listeners: [
        {
          contained: async (_tx, { id }) => {
            contained.push(id);
          },
        },
      ],
    });
    expect(await bench.get(action)).toMatchObject({
      state: 'verified',
      check: { outcome: 'yes' },
      receipt: { did: 'on' },
      nextAt: null,
    });
    expect(connector.executed).toBe(1);
    expect(contained).toEqual([action.id]);
    expect(await notes(action)).toEqual(['intent', 'receipt', 'check']);
    const entries = await bench.store.withTenants(['acme'], (tx) => tx.ledger.ofSubject('acme', 'action', action.id));
    expect(entries.map(({ entry: { type, onBehalfOf } }) => [type, onBehalfOf])).toEqual([
      ['action.proposed', null],
      ['action.approved', null],
      ['action.executing', 'lee'],
      ['action.executed', 'lee'],
      ['action.verified', 'lee'],
    ]);
  });

  test('leaves alone what nobody approved', async () => {
    const action = await bench.propose({ kind: 'block_address', target: address });
    await bench.tick();
    expect(connector.executed).toBe(0);
    expect(await bench.get(action)).toMatchObject({ state: 'proposed' });
  });

  test('by two executors at once happens once', async () => {
    const all = await Promise.all(Array.from({ length: 6 }, () => approved()));
    await Promise.all([bench.tick(), bench.tick(), bench.tick()]);
    expect(connector.executed).toBe(6);
    for (const action of all) expect(await bench.get(action)).toMatchObject({ state: 'verified', attempt: 1 });
  });

  test('is tried again after a while where the system did not answer, and the wait grows', async () => {
    connector.script.push(unreachable, unreachable);
    const action = await approved();
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 2; attempt++) {
      await bench.tick();
      const { nextAt, step, state } = await bench.get(action);
      expect({ step, state }).toEqual({ step: 'begun', state: 'executing' });
      waits.push((nextAt ?? 0) - bench.clock.now());
      await bench.tick();
      expect(connector.executed).toBe(0);
      bench.later(waits.at(-1) ?? 0);
    }
    const [first = 0, second = 0] = waits;
    expect(first).toBeGreaterThanOrEqual(1000);
    expect(second).toBeGreaterThan(first);
    expect(await settled(action)).toMatchObject({ state: 'verified', attempt: 3 });
    expect(connector.executed).toBe(1);
  });

  test('ends after a bounded number of tries and says what was seen', async () => {
    connector.script.push(...Array.from({ length: 9 }, () => unreachable));
    const action = await approved();
    expect(await settled(action)).toMatchObject({
      state: 'failed',
      attempt: 5,
      reason: expect.stringMatching(/^Not in effect after 5 tries: no route/),
    });
    expect(connector.executed).toBe(0);
  });

  test('is not tried again where the system refuses', async () => {
    connector.script.push(() => Promise.reject(new BridgewatchError('CONNECTOR_PROTECTED', 'that is our own', 403)));
    expect(await settled(await approved())).toMatchObject({
      state: 'failed',
      attempt: 1,
      reason: 'Nothing was done: that is our own',
    });
  });

  test('that took effect although it looked as if it failed is found, not repeated', async () => {
    connector.script.push(async (act) => {
      act();
      return unreachable();
    });
    expect(await settled(await approved())).toMatchObject({ state: 'verified', attempt: 1, receipt: null });
    expect(connector.executed).toBe(1);
  });

  test('is boxed in time, even where the connector heeds no signal', async () => {
    connector.script.push(async (act) => {
      act();
      return new Promise(() => undefined);
    });
    const action = await approved();
    await bench.tick({ limits: { timeBox: 50 } });
    expect(await bench.get(action)).toMatchObject({
      state: 'executing',
      step: 'begun',
      reason: expect.stringContaining('50 ms'),
    });
    expect(await settled(action)).toMatchObject({ state: 'verified' });
    expect(connector.executed).toBe(1);
  });

  test('of what must not be repeated and cannot be seen ends with a person, never twice', async () => {
    connector = testConnector({ repeatable: false });
    inPlace = connector;
    connector.looks.push({ outcome: 'unknown', saw: 'mail cannot be read back' });
    connector.script.push(async (act) => {
      act();
      throw new BridgewatchError('CONNECTOR_OUTCOME_UNKNOWN', 'the line broke', 502);
    });
    expect(await settled(await approved())).toMatchObject({
      state: 'failed',
      reason: 'Outcome unknown: a person must look. mail cannot be read back',
    });
    expect(connector.executed).toBe(1);
  });

  test('of what must not be repeated is tried again where its connector knows that nothing left', async () => {
    connector = testConnector({ repeatable: false });
    inPlace = connector;
    connector.script.push(unreachable, unreachable);
    const action = await settled(await approved());
    expect(action).toMatchObject({ state: 'verified', attempt: 3 });
    expect(connector.executed).toBe(1);
    connector.script.push(...Array.from({ length: 9 }, () => unreachable));
    expect(await settled(await approved())).toMatchObject({
      state: 'failed',
      reason: 'Nothing was done in 5 tries: no route to 192.0.2.1',
    });
    expect(connector.executed).toBe(1);
  });

  test('is never called verified on a guess', async () => {
    connector.looks.push(...Array.from({ length: 9 }, () => ({ outcome: 'unknown' as const, saw: 'cannot see' })));
    expect(await settled(await approved())).toMatchObject({
      state: 'failed',
      checks: 4,
      reason: expect.stringContaining('could not be confirmed: a person must look'),
    });
    expect(connector.executed).toBe(1);
  });

  test('says nothing of errors that are not its own: they may hold anything', async () => {
    connector.script.push(() => Promise.reject(new TypeError('password hunter2 is wrong')));
    const action = await approved();
    await bench.tick();
    const ledger = await bench.store.withTenants(['acme'], (tx) => tx.ledger.ofSubject('acme', 'action', action.id));
    expect(JSON.stringify([await bench.get(action), ledger])).not.toContain('hunter2');
    await settled(action);
  });

  test('fails where the connector of the plan is gone', async () => {
    const action = await approved();
    inPlace = null;
    expect(await settled(action)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('not set up any more'),
    });
  });
});

describe('an undo', () => {
  test('puts back the state of before and looks', async () => {
    const action = await settled(await approved());
    await undo(action);
    expect(await settled(action)).toMatchObject({
      state: 'undone',
      phase: 'undo',
      check: { outcome: 'yes', saw: 'off' },
    });
    expect([connector.executed, connector.undone, connector.on]).toEqual([1, 1, false]);
    expect((await bench.types(action)).slice(-4)).toEqual([
      'action.undo_requested',
      'action.undoing',
      'action.executed',
      'action.undone',
    ]);
  });

  test('goes through the connector of the plan, even where that is switched off by now', async () => {
    const action = await settled(await approved());
    const late = await approved();
    inPlace = null;
    await undo(action);
    const connectorById = async (_tenant: string, id: string) => (id === 'sys' ? { id, connector } : null);
    expect(await settled(action, { connectorById })).toMatchObject({ state: 'undone' });
    expect(connector.undone).toBe(1);
    // What was not begun is not begun through a connector that is off.
    expect(await settled(late, { connectorById })).toMatchObject({ state: 'failed', startedAt: null });
  });

  test('that fails says so, and can be asked for again', async () => {
    const action = await settled(await approved());
    connector.script.push(() => Promise.reject(new BridgewatchError('CONNECTOR_REFUSED', 'read-only', 403)));
    await undo(action);
    expect(await settled(action)).toMatchObject({
      state: 'failed',
      phase: 'undo',
      reason: 'The undo failed. Nothing was done: read-only',
    });
    await undo(action);
    expect(await settled(action)).toMatchObject({ state: 'undone' });
  });

  test('is refused for what has none, and for what was never begun', async () => {
    const final = await settled(await approved({ kind: 'notify_owner' }));
    await expect(undo(final)).rejects.toMatchObject({ code: 'ACTION_NO_UNDO', status: 409 });
    await expect(undo(await bench.propose())).rejects.toMatchObject({ code: 'ACTION_STATE', status: 409 });
  });
});

describe('under a grant', () => {
  const grant = { id: 'g1', classKey: 'credential-access/act:block_address', signer: { id: 'lee', name: 'Lee Lead' } };
  async function granted(part: { kind?: string; target?: Action['target'] } = {}): Promise<Action> {
    const finding = await bench.finding({ entities: [address, { kind: 'user', value: 'mia' }] });
    const plan = await planAction(
      {
        store: bench.store,
        clock: bench.clock,
        connectorFor: async () => (inPlace === null ? null : { id: 'sys', connector: inPlace }),
        reachOf: () => ({ said: [], affects: [] }),
      },
      { tenant: 'acme', finding, kind: 'block_address', target: address, parameters: {}, ...part },
    );
    return bench.store.withTenants(['acme'], (tx) =>
      proposeUnderGrant(tx, bench.clock, {
        plan,
        parameters: {},
        revision: 1,
        why: 'class at level 4',
        grant,
        actor: { kind: 'ai', id: 'autonomy', version: '1' },
      }),
    );
  }

  test('it runs without anybody today, on behalf of who signed', async () => {
    const action = await granted();
    expect(await settled(action)).toMatchObject({ state: 'verified', grant });
    const entries = await bench.store.withTenants(['acme'], (tx) => tx.ledger.ofSubject('acme', 'action', action.id));
    expect(new Set(entries.map(({ entry }) => entry.onBehalfOf))).toEqual(new Set(['lee']));
  });

  test.each([
    ['high impact', { kind: 'disable_account', target: { kind: 'user', value: 'mia' } }],
    ['what cannot be undone', { kind: 'notify_owner' }],
    ['a target the finding is not about', { target: { kind: 'address', value: '198.51.100.77' } }],
  ] as const)('%s is out of reach', async (_what, part) => {
    await expect(granted(part)).rejects.toMatchObject({ code: 'ACTION_GRANT_TOO_FAR', status: 409 });
  });

  test('a stopped switch gives it back to people, before anything is done', async () => {
    const action = await granted();
    await bench.tick({ mayAct: () => false });
    const back = await bench.get(action);
    expect(back).toMatchObject({ state: 'proposed', grant: null, reason: expect.stringContaining('stopped') });
    expect(connector.executed).toBe(0);
    await bench.approve(back, 'lee');
    // What a person approves does not ask the switch.
    expect(await settled(back, { mayAct: () => false })).toMatchObject({ state: 'verified' });
  });

  test('a switch thrown after the intent was written still stops the effect', async () => {
    const action = await granted();
    let asked = 0;
    await bench.tick({ mayAct: () => ++asked < 2 });
    expect(asked).toBe(2);
    expect(connector.executed).toBe(0);
    expect(await bench.get(action)).toMatchObject({ state: 'proposed', grant: null, attempt: 0 });
    expect((await bench.types(action)).slice(-2)).toEqual(['action.executing', 'action.returned']);
  });
});

test('nothing is ever done about a planted threat, and nothing shows before it is determined', async () => {
  const action = await approved();
  await bench.tick({ canaryHold: async () => 'masked' });
  expect(await bench.get(action)).toMatchObject({ state: 'approved', reason: '' });
  const told = await settled(action, { canaryHold: async () => 'unmasked' });
  expect(told).toMatchObject({ state: 'denied', reason: expect.stringContaining('planted') });
  expect(connector.executed).toBe(0);
});

test('a rehearsal says so in plan, receipt and check, and contains nothing', async () => {
  inPlace = dryRunConnector(['block_address']);
  let contained = 0;
  const listeners = [
    {
      contained: async () => {
        contained += 1;
      },
    },
  ];
  const action = await settled(await approved(), { listeners });
  expect(action).toMatchObject({ state: 'verified', plan: { arguments: { dryRun: true } } });
  for (const said of [action.plan.blastRadius.said[0], action.receipt?.said, action.check?.saw]) {
    expect(said).toContain('Dry run: nothing');
  }
  expect(contained).toBe(0);
  await undo(action);
  expect(await settled(action)).toMatchObject({
    state: 'undone',
    check: { saw: expect.stringContaining('nothing was done') },
  });
});

describe('a notice', () => {
  test('is told once a plan, opens the plan it speaks of, and carries no authority', async () => {
    const action = await bench.propose({ target: { kind: 'user', value: 'mia\u202e\nhttp://evil' } });
    const sent: Notice[] = [];
    const toTell = async () => [
      {
        to: 'soc@example.org',
        notifier: {
          send: async (_to: string, notice: Notice) => {
            if (notice.link?.includes(action.id) === true) sent.push(notice);
          },
        },
      },
    ];
    await bench.tick({ toTell });
    await bench.tick({ toTell });
    expect(sent).toEqual([noticeOf(action, 'https://soc.example.org')]);
    const [notice] = sent;
    expect(notice?.link).toBe(`https://soc.example.org/t/acme/actions/${action.id}?plan=${action.planHash}`);
    expect(notice?.subject).toBe('Decision needed: Disable account mia http://evil');
    expect(await bench.get(action)).toEqual(action);
    expect(await bench.types(action)).toEqual(['action.proposed', 'action.notice_sent']);
  });

  test('that does not get through is tried again, later and not for ever', async () => {
    const action = await bench.propose();
    let tries = 0;
    const toTell = async () => [
      {
        to: 'soc@example.org',
        notifier: {
          send: (_to: string, { link }: Notice) => {
            if (link?.includes(action.id) === true) tries += 1;
            return unreachable();
          },
        },
      },
    ];
    for (let round = 0; round < 20; round++) {
      await bench.tick({ toTell });
      bench.later(3_600_000);
    }
    expect(tries).toBe(8);
    expect((await bench.types(action)).filter((type) => type === 'action.notice_sent')).toHaveLength(8);
  });
});
