import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Action } from '../../contracts/response.ts';
import type { StateTx } from '../../ports/state-store.ts';
import { accessOf } from '../access.ts';
import type { ServerDeps } from '../deps.ts';
import { idempotencyKey, once } from '../idempotency.ts';
import { type OfAction, PlainText } from './params.ts';

type Deps = Pick<ServerDeps, 'store' | 'clock'>;

export const KeyHeaders = z.looseObject({
  'idempotency-key': z.string().optional().describe('Required: new for each decision, the same for each retry of it'),
});
export const RevisionHeaders = KeyHeaders.extend({
  'if-match': z.string().optional().describe('Required: the ETag of the finding as you saw it'),
});

/** A sentence or two that people write. */
export const ShortText = PlainText.pipe(z.string().max(1000));

/** What a decision came to. */
interface Answered {
  readonly action: Action;
  readonly replayed: boolean;
}

export function headersOf({ replayed }: Answered): Record<string, string> {
  return replayed ? { 'idempotency-replayed': 'true' } : {};
}

type Keyed = Pick<FastifyRequest, 'method' | 'url' | 'body' | 'access' | 'caller'> & {
  headers: z.infer<typeof RevisionHeaders>;
};

/** One decision about the action that the path names. */
export async function onAction(
  deps: Deps,
  request: Keyed & { params: z.infer<typeof OfAction> },
  decide: (tx: StateTx, about: { tenant: string; action: string }) => Promise<Action>,
): Promise<Answered> {
  const about = { tenant: request.params.t, action: request.params.id };
  return decidedOnce(
    deps,
    request,
    (tx) => tx.response.get(about.tenant, about.action, true),
    (tx) => decide(tx, about),
  );
}

/** One decision under its Idempotency-Key, with what it is about locked throughout. */
export async function decidedOnce(
  deps: Deps,
  request: Keyed,
  lock: (tx: StateTx) => Promise<unknown>,
  decide: (tx: StateTx) => Promise<Action>,
): Promise<Answered> {
  const { tenant, person } = accessOf(request as FastifyRequest);
  const write = {
    tenant: tenant.id,
    account: person.id,
    key: idempotencyKey(request.headers['idempotency-key']),
    request: {
      method: request.method,
      url: request.url,
      ifMatch: request.headers['if-match'] ?? '',
      body: request.body ?? null,
    },
  };
  const answer = await once(deps, write, lock, async (tx) => ({ status: 201, body: await decide(tx) }));
  return { action: Action.parse(answer.body), replayed: answer.replayed };
}
