import type { Check } from '../src/contracts/action.ts';
import { Policy } from '../src/contracts/policy.ts';
import type { Action } from '../src/contracts/response.ts';
import type { Connector, Receipt } from '../src/ports/connector.ts';
import type { StateStore } from '../src/ports/state-store.ts';
import { createExecutor, planAction, recordApproval, recordProposal } from '../src/respond/index.ts';
import { findingLike, show } from './http/finding.ts';
import { openThrowawayStore, type TestClock, type ThrowawayStore } from './store.ts';

type ExecutorParts = Parameters<typeof createExecutor>[0];

/** A connector over a switch in memory that counts what is done to it, and does what a test tells it to. */
export interface TestConnector extends Connector {
  executed: number;
  undone: number;
  /** The effect, as the remote system has it. */
  on: boolean;
  /** Instead of doing: throw, hang, or do and then throw. Taken once each, in order. */
  readonly script: ((act: () => void) => Promise<Receipt>)[];
  /** Instead of looking. */
  readonly looks: Check[];
}

export function testConnector(part: Partial<Pick<Connector, 'repeatable' | 'kinds' | 'survey'>> = {}): TestConnector {
  const connector: TestConnector = {
    kinds: ['disable_account', 'block_address', 'isolate_host', 'notify_owner'],
    repeatable: true,
    executed: 0,
    undone: 0,
    on: false,
    script: [],
    looks: [],
    async survey({ target }) {
      return {
        arguments: { entry: target.value },
        before: { enabled: true },
        undo: 'Enabled again',
        said: ['Member of 2 groups'],
        affects: [],
      };
    },
    async execute() {
      const act = () => {
        connector.executed += 1;
        connector.on = true;
      };
      const scripted = connector.script.shift();
      if (scripted !== undefined) return scripted(act);
      act();
      return { did: 'on' };
    },
    async verify() {
      return connector.looks.shift() ?? { outcome: connector.on ? 'yes' : 'no', saw: connector.on ? 'on' : 'off' };
    },
    async undo() {
      const act = () => {
        connector.undone += 1;
        connector.on = false;
      };
      const scripted = connector.script.shift();
      if (scripted !== undefined) return scripted(act);
      act();
      return { did: 'off' };
    },
    async verifyUndone() {
      return connector.looks.shift() ?? { outcome: connector.on ? 'no' : 'yes', saw: connector.on ? 'on' : 'off' };
    },
    ...part,
  };
  return connector;
}

/** A store with one tenant, a clock that stands still, and everything response needs over a connector of the test's. */
export interface Bench {
  readonly store: StateStore;
  readonly clock: TestClock;
  readonly owner: ThrowawayStore['owner'];
  /** The clock moves on by `ms`. */
  later(ms: number): void;
  /** A finding of its own for each call. */
  finding(changes?: Partial<Parameters<typeof findingLike>[0]>): Promise<string>;
  propose(part?: {
    finding?: string;
    kind?: string;
    target?: Action['target'];
    asked?: 'customer' | null;
    by?: string;
  }): Promise<Action>;
  approve(action: Action, by: string, speaksFor?: 'provider' | 'customer', planHash?: string): Promise<Action>;
  /** Runs the executor until nothing is due; another holder each time unless told. */
  tick(part?: Partial<ExecutorParts>): Promise<void>;
  get(action: { id: string }): Promise<Action>;
  policy(part: Partial<Policy>): Promise<void>;
  types(action: { id: string }): Promise<string[]>;
  close(): Promise<void>;
}

export async function openBench(connector: () => Connector | null, ids = 'sys'): Promise<Bench> {
  const { store, clock, owner, close } = await openThrowawayStore();
  await store.createTenant({ id: 'acme', name: 'Acme' });
  let made = 0;
  let ticks = 0;
  const connectorFor: ExecutorParts['connectorFor'] = async () => {
    const found = connector();
    return found === null ? null : { id: ids, connector: found };
  };
  const inAcme: <T>(work: Parameters<typeof store.withTenants<T>>[1]) => Promise<T> = (work) =>
    store.withTenants(['acme'], work);
  const bench: Bench = {
    store,
    clock,
    owner,
    later: (ms) => clock.set(clock.now() + ms),
    async finding(changes = {}) {
      made += 1;
      const id = `finding-${made}`;
      await show(store, findingLike({ tenant: 'acme', ...changes, id }));
      return id;
    },
    async propose({ finding, kind = 'disable_account', target, asked = null, by = 'ana' } = {}) {
      const about = finding ?? (await bench.finding());
      const plan = await planAction(
        { store, clock, connectorFor, reachOf: () => ({ said: ['Seen on 1 host of 3'], affects: [] }) },
        { tenant: 'acme', finding: about, kind, target: target ?? { kind: 'user', value: 'mia' }, parameters: {} },
      );
      return inAcme((tx) =>
        recordProposal(tx, clock, {
          plan,
          parameters: {},
          revision: 1,
          why: 'It is used by somebody else',
          asked,
          by: { kind: 'human', id: by, name: by },
        }),
      );
    },
    approve: (action, by, speaksFor = 'provider', planHash = action.planHash) =>
      inAcme((tx) =>
        recordApproval(tx, clock, { tenant: 'acme', action: action.id, planHash, by: { id: by, name: by, speaksFor } }),
      ),
    async tick(part = {}) {
      ticks += 1;
      const executor = createExecutor({
        store,
        clock,
        connectorFor,
        tenants: async () => ['acme'],
        mayAct: () => true,
        listeners: [],
        holder: `holder-${ticks}`,
        warn: (message) => {
          throw new Error(message);
        },
        publicUrl: 'https://soc.example.org',
        ...part,
      });
      await executor.tick();
    },
    async get({ id }) {
      const action = await inAcme((tx) => tx.response.get('acme', id));
      if (action === null) throw new Error(`no action ${id}`);
      return action;
    },
    async policy(part) {
      await inAcme(async (tx) => {
        const { revision } = await tx.policy.get('acme');
        await tx.policy.put('acme', Policy.parse(part), revision, clock.now());
      });
    },
    types: ({ id }) =>
      inAcme(async (tx) => (await tx.ledger.ofSubject('acme', 'action', id)).map(({ entry }) => entry.type)),
    close,
  };
  return bench;
}
