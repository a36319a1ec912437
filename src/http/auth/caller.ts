import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Person } from '../../decide/index.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StoredToken } from '../../ports/state/access.ts';
import type { StateStore } from '../../ports/state-store.ts';
import type { Attempts } from './attempts.ts';
import type { Auth, SignedIn } from './auth.ts';
import { heldToken } from './tokens.ts';

/** Who sends a request, and how that was shown. */
export interface Caller {
  readonly person: Person & { readonly email: string };
  readonly passwordChangeNeeded: boolean;
  /** Null where a session shows it. */
  readonly token: StoredToken | null;
}

interface CallerDeps {
  readonly auth: Auth;
  readonly store: StateStore;
  readonly clock: Clock;
}

/**
 * The person behind a session or an API token. A request that carries a token is judged by it alone, whatever cookie comes
 * with it. Throws `AUTH_SIGN_IN_NEEDED` and `AUTH_TOKEN_REFUSED` (401).
 */
export async function callerOf(request: Pick<FastifyRequest, 'headers'>, deps: CallerDeps): Promise<Caller> {
  const credential = bearer(request.headers.authorization);
  if (credential === null) {
    const person = await deps.auth.personOf(request.headers.cookie);
    if (person === null)
      throw new BridgewatchError('AUTH_SIGN_IN_NEEDED', 'no session, or it has ended; sign in first', 401);
    return callerFrom(person, null);
  }
  const token = await heldToken(deps, credential);
  const person = token === null ? null : await deps.auth.accountOf(token.account);
  if (person === null)
    throw new BridgewatchError('AUTH_TOKEN_REFUSED', 'the token is unknown, has expired or was revoked', 401);
  return callerFrom(person, token);
}

/** `callerOf` for the door: an address that shows too many bad tokens waits, `AUTH_TOO_MANY_ATTEMPTS` (429). */
export async function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: CallerDeps,
  attempts: Attempts,
): Promise<Caller> {
  if (bearer(request.headers.authorization) === null) return callerOf(request, deps);
  const wait = attempts.wait(request.ip);
  if (wait > 0) {
    reply.header('retry-after', String(wait));
    throw new BridgewatchError(
      'AUTH_TOO_MANY_ATTEMPTS',
      'too many attempts from this address; wait as long as Retry-After says',
      429,
    );
  }
  try {
    return await callerOf(request, deps);
  } catch (error) {
    if (error instanceof BridgewatchError && error.code === 'AUTH_TOKEN_REFUSED') attempts.failed(request.ip);
    throw error;
  }
}

function callerFrom({ id, name, email, passwordChangeNeeded }: SignedIn, token: StoredToken | null): Caller {
  return { person: { id, name, email }, passwordChangeNeeded, token };
}

/** Other schemes (a proxy's Basic) are none of ours. */
function bearer(header: string | undefined): string | null {
  return /^bearer +(\S+) *$/i.exec(header ?? '')?.[1] ?? null;
}
