import { parentPort } from 'node:worker_threads';
import type { Example, Model } from '../../contracts/model.ts';
import { handSet, learn, tenantSpread } from '../../score/index.ts';

/** What the thread is asked. */
export interface Asked {
  readonly id: number;
  readonly examples: readonly Example[];
  readonly tenant: string;
  readonly from: Model;
}

/** What it answers. */
export type Answered =
  | { readonly id: number; readonly model: Model }
  | { readonly id: number; readonly failed: string };

parentPort?.on('message', ({ id, examples, tenant, from }: Asked) => {
  let answer: Answered;
  try {
    answer = { id, model: learn(examples, handSet, { spread: tenantSpread, tenant, from }) };
  } catch (error) {
    answer = { id, failed: error instanceof Error ? error.message : String(error) };
  }
  parentPort?.postMessage(answer);
});
