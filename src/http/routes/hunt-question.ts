import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { type Hunt, huntFor, huntLimits, limitsOf, type Scope } from '../../hunt/index.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { Access } from '../access.ts';
import type { HuntingDeps, ServerDeps } from '../deps.ts';
import { Moment, PlainText } from './params.ts';

export const SearchText = PlainText.pipe(z.string().max(4000)).describe(
  "Search language: 'host:web01 process:*powershell* -user:svc_*'; empty finds everything",
);
export const SqlText = PlainText.pipe(z.string().min(1).max(20_000)).describe('One SELECT over the table events');

const span = {
  from: Moment.optional().describe('First moment, epoch ms'),
  to: Moment.optional().describe('Last moment, epoch ms, inclusive'),
  timeout: z.number().int().min(1).max(50).default(20).describe('Seconds'),
};

/** A search, and about when. */
export const SearchQuestion = z.strictObject({ search: SearchText, ...span });
/** A search or SQL, and about when. */
export const Question = z
  .strictObject({ search: SearchText.optional(), sql: SqlText.optional(), ...span })
  .refine(({ search, sql }) => (search === undefined) !== (sql === undefined), 'give either search or sql');

/** Questions one account may have open at once: the lake answers everybody. */
const MOST_OPEN = 4;
const open = new Map<string, number>();

/** What hunting stands on. Throws `HUNT_NO_LAKE` where nothing takes telemetry in. */
export function huntingOf({ hunting }: Pick<ServerDeps, 'hunting'>): HuntingDeps {
  if (hunting !== undefined) return hunting;
  throw new BridgewatchError('HUNT_NO_LAKE', 'this server takes no telemetry in, so that there is nothing to ask', 503);
}

/**
 * Runs a question for who asks it; it is cancelled when they go away before they have its answer. Throws `HUNT_TOO_MANY` (429).
 */
export async function asking<T>(
  { person }: Access,
  reply: FastifyReply,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const before = open.get(person.id) ?? 0;
  if (before >= MOST_OPEN)
    throw new BridgewatchError('HUNT_TOO_MANY', `${before} questions of yours are being answered; wait for one`, 429);
  open.set(person.id, before + 1);
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  reply.raw.on('close', leave);
  try {
    return await work(gone.signal);
  } finally {
    reply.raw.off('close', leave);
    const now = (open.get(person.id) ?? 1) - 1;
    if (now === 0) open.delete(person.id);
    else open.set(person.id, now);
  }
}

interface Asked {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly timeout: number;
}

export function scopeOf({ tenant }: Access, { from, to, timeout }: Asked, rows: number, signal: AbortSignal): Scope {
  return {
    tenant: tenant.id,
    limits: { ...limitsOf({ milliseconds: timeout * 1000 }), rows: Math.min(rows, huntLimits.rows.most) },
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    signal,
  };
}

export function searchOf(
  { clock }: Pick<ServerDeps, 'clock'>,
  access: Access,
  body: Asked & { readonly search: string },
  rows: number,
  signal: AbortSignal,
): Hunt {
  return huntFor(scopeOf(access, body, rows, signal), body.search, clock.now());
}
