import { canonicalJson } from '../kernel/canonical-json.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import { sha256 } from '../kernel/ids.ts';
import type { StateTx } from '../ports/state-store.ts';
import type { ServerDeps } from './deps.ts';

const KEY = /^[\x21-\x7e]{1,200}$/;

/** What was answered, or is to be. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** One write as its sender means it. `request` is all that makes it that write and no other. */
export interface KeyedWrite {
  readonly tenant: string;
  readonly account: string;
  readonly key: string;
  readonly request: Readonly<Record<string, unknown>>;
}

/** The `Idempotency-Key` header. Throws `HTTP_IDEMPOTENCY_KEY_MISSING` or `HTTP_IDEMPOTENCY_KEY_BAD` (400). */
export function idempotencyKey(header: string | undefined): string {
  if (header === undefined) {
    throw new BridgewatchError(
      'HTTP_IDEMPOTENCY_KEY_MISSING',
      'send an Idempotency-Key, new for each decision and the same for each retry of it',
      400,
    );
  }
  if (!KEY.test(header)) {
    throw new BridgewatchError(
      'HTTP_IDEMPOTENCY_KEY_BAD',
      'the Idempotency-Key is not 1 to 200 visible ASCII characters',
      400,
    );
  }
  return header;
}

/**
 * Does a write once. The same key with the same request gets the stored answer (`replayed`), whatever has changed
 * since; with another request `HTTP_IDEMPOTENCY_KEY_REUSED` (422). Write and answer are one transaction, so a crash
 * leaves both or neither; refusals are not stored, and their key can be used again.
 * `lock` takes the row the write is about, so that two retries at once queue up instead of both finding no answer.
 */
export async function once(
  { store, clock }: Pick<ServerDeps, 'store' | 'clock'>,
  write: KeyedWrite,
  lock: (tx: StateTx) => Promise<unknown>,
  work: (tx: StateTx) => Promise<Answer>,
): Promise<Answer & { replayed: boolean }> {
  const requestHash = sha256(canonicalJson(write.request));
  const { tenant, account, key } = write;
  const stored = async (tx: StateTx): Promise<(Answer & { replayed: true }) | null> => {
    const earlier = await tx.idempotency.get(tenant, account, key);
    if (earlier === null) return null;
    if (earlier.requestHash !== requestHash) {
      throw new BridgewatchError(
        'HTTP_IDEMPOTENCY_KEY_REUSED',
        'this Idempotency-Key belongs to another request; take a new one',
        422,
      );
    }
    return { status: earlier.status, body: JSON.parse(earlier.body), replayed: true };
  };
  return store.withTenants([tenant], async (tx) => {
    await lock(tx);
    const earlier = await stored(tx);
    if (earlier !== null) return earlier;
    const answer = await work(tx);
    await tx.idempotency.put(tenant, account, key, {
      requestHash,
      status: answer.status,
      body: JSON.stringify(answer.body),
      at: clock.now(),
    });
    return { ...answer, replayed: false };
  });
}
