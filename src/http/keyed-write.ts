import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { StateTx } from '../ports/state-store.ts';
import type { Access } from './access.ts';
import type { ServerDeps } from './deps.ts';
import { idempotencyKey, once } from './idempotency.ts';

/** Headers of a write that counts once. Required ones are checked by hand: a missing one has a status and code of its own. */
export const KeyedHeaders = z.looseObject({
  'idempotency-key': z.string().optional().describe('Required: new for each write, the same for each retry of it'),
});

/** Headers of a write on what the writer has read. */
export const WriteHeaders = KeyedHeaders.extend({
  'if-match': z.string().optional().describe('Required: the ETag of what you read'),
});

type Request = Pick<FastifyRequest, 'method' | 'url' | 'body'> & {
  readonly headers: { readonly 'idempotency-key'?: string | undefined; readonly 'if-match'?: unknown };
};

/**
 * One write under its Idempotency-Key, with the finding `locked` held throughout (null: `work` locks what it needs). Returns the body
 * to answer with; `replayed` where it is the stored one.
 */
export function writeOnce(
  deps: Pick<ServerDeps, 'store' | 'clock'>,
  { person, tenant }: Access,
  { method, url, body, headers }: Request,
  locked: string | null,
  work: (tx: StateTx) => Promise<unknown>,
): Promise<{ readonly body: unknown; readonly replayed: boolean }> {
  const ifMatch = headers['if-match'];
  const request = { method, url, ifMatch: typeof ifMatch === 'string' ? ifMatch : '', body: body ?? null };
  return once(
    deps,
    { tenant: tenant.id, account: person.id, key: idempotencyKey(headers['idempotency-key']), request },
    async (tx) => (locked === null ? null : tx.findings.get(tenant.id, locked, true)),
    async (tx) => ({ status: 200, body: await work(tx) }),
  );
}
