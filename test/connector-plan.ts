import type { ActionPlan } from '../src/contracts/action.ts';
import type { Entity } from '../src/contracts/entity.ts';
import { BridgewatchError } from '../src/kernel/errors.ts';
import type { ActionOrder, Connector, Run } from '../src/ports/connector.ts';
import type { Secrets } from '../src/ports/secrets.ts';

/** An order as a person would give it. */
export function orderOf(kind: string, target: Entity, parameters: Record<string, unknown> = {}): ActionOrder {
  return { tenant: 'acme', finding: '0123456789abcdef0123456789abcdef', kind, target, parameters };
}

export function run(signal: AbortSignal = AbortSignal.timeout(30_000)): Run {
  return { key: 'action-1:do', attempt: 1, signal };
}

/** What the product makes of a survey: the plan that people approve. */
export async function planOf(connector: Connector, order: ActionOrder): Promise<ActionPlan> {
  const survey = await connector.survey(order, run().signal);
  const { tenant, finding, kind, target } = order;
  return {
    v: 1,
    tenant,
    finding,
    kind,
    target,
    connector: 'tested',
    impact: 'high',
    arguments: { ...survey.arguments },
    reversible: survey.undo !== null,
    undo: survey.undo,
    before: { ...survey.before },
    blastRadius: { said: [...survey.said], affects: [...survey.affects] },
  };
}

/** Secrets of one tenant that are known beforehand. */
export function knownSecrets(values: Readonly<Record<string, string>>): Secrets {
  return {
    async read(_tenant, name) {
      const value = values[name];
      if (value === undefined) throw new BridgewatchError('SECRET_UNKNOWN', `no secret is called ${name}`, 400);
      return value;
    },
  };
}
