import type { LookupAddress } from 'node:dns';
import type { ConnectorRoom } from '../src/adapters/connectors/room.ts';
import type { ActionPlan } from '../src/contracts/action.ts';
import { BridgewatchError } from '../src/kernel/errors.ts';
import type { ActionOrder, Connector, Run } from '../src/ports/connector.ts';
import { testClock } from './store.ts';

/** A room for one connector: secrets from a table, names resolved by a table (the outer edge), loopback allowed. */
export function connectorRoom(
  secrets: Readonly<Record<string, string>> = {},
  names: Readonly<Record<string, readonly string[]>> = {},
): ConnectorRoom & { readonly resolved: string[] } {
  const resolved: string[] = [];
  return {
    resolved,
    clock: testClock(),
    consoleUrl: 'https://soc.example.org',
    secrets: {
      async read(_tenant, name) {
        const value = secrets[name];
        if (value === undefined) throw new BridgewatchError('SECRET_UNKNOWN', `no secret ${name}`, 400);
        return value;
      },
    },
    network: {
      loopback: true,
      async resolve(host): Promise<LookupAddress[]> {
        resolved.push(host);
        const addresses = names[host];
        if (addresses === undefined) throw Object.assign(new Error(`no ${host}`), { code: 'ENOTFOUND' });
        return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
      },
    },
  };
}

/** Where a test's other side may be spoken to. */
export const onLoopback = (...origins: string[]) =>
  origins.map((origin) => ({ origin, ranges: ['127.0.0.0/8', '::1/128'] }));

export function orderOf(kind: string, value: string, parameters: Readonly<Record<string, unknown>> = {}): ActionOrder {
  return { tenant: 'acme', finding: 'f1', kind, target: { kind: 'user', value }, parameters };
}

/** What the executor makes of an order: the connector's own survey, put into a plan. */
export async function planOf(connector: Connector, order: ActionOrder): Promise<ActionPlan> {
  const survey = await connector.survey(order, new AbortController().signal);
  return {
    v: 1,
    tenant: order.tenant,
    finding: order.finding,
    kind: order.kind,
    connector: 'under-test',
    target: order.target,
    arguments: survey.arguments,
    impact: 'low',
    reversible: survey.undo !== null,
    undo: survey.undo,
    before: survey.before,
    blastRadius: { said: [...survey.said], affects: [...survey.affects] },
  };
}

export function runOf(part: Partial<Run> = {}): Run {
  return { key: 'action-1:do', attempt: 1, signal: new AbortController().signal, ...part };
}
