import type { ActionPlan } from '../../../contracts/action.ts';
import type { Connector, Receipt, Run } from '../../../ports/connector.ts';
import { blockAddress } from './block-address.ts';
import { invalidOrder } from './faults.ts';
import { isolateHost } from './isolate-host.ts';
import type { Operation, Reach } from './operation.ts';
import type { NftablesSettings } from './settings.ts';
import type { NftablesGround } from './ssh.ts';

export { NftablesSettings } from './settings.ts';

const operations: Readonly<Record<string, Operation>> = { isolate_host: isolateHost, block_address: blockAddress };

/** Above what the tries and waits of one call add up to, so that a machine that drips answers ends too. */
const WHOLE_MS = 120_000;

/** Machines with nftables, over SSH. Each kind is there where the settings name machines for it. */
export function makeNftablesConnector(settings: NftablesSettings, ground: NftablesGround): Connector {
  const kinds = [
    ...(Object.keys(settings.hosts).length > 0 ? ['isolate_host'] : []),
    ...(Object.keys(settings.gateways).length > 0 ? ['block_address'] : []),
  ];
  const operationOf = (kind: string): Operation => {
    const operation = kinds.includes(kind) ? operations[kind] : undefined;
    if (operation === undefined)
      throw invalidOrder(`this connector does not carry out ${kind}; it does ${kinds.join(', ')}`);
    return operation;
  };
  const reach = (signal: AbortSignal): Reach => ({
    ground,
    settings,
    signal: AbortSignal.any([signal, AbortSignal.timeout(WHOLE_MS)]),
  });
  const onPlan =
    <T>(step: (operation: Operation) => (reach: Reach, plan: ActionPlan) => Promise<T>) =>
    async (plan: ActionPlan, _receipt: Receipt | null, { signal }: Run): Promise<T> =>
      step(operationOf(plan.kind))(reach(signal), plan);
  const execute = onPlan((operation) => operation.execute);
  return {
    kinds,
    repeatable: true,
    survey: async (order, signal) => operationOf(order.kind).survey(reach(signal), order),
    execute: (plan, run) => execute(plan, null, run),
    verify: onPlan((operation) => operation.verify),
    undo: onPlan((operation) => operation.undo),
    verifyUndone: onPlan((operation) => operation.verifyUndone),
  };
}
