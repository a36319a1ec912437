import { type ContextFact, endingKinds } from '../contracts/context.ts';
import { namedPerson } from '../contracts/personal.ts';
import type { Policy } from '../contracts/policy.ts';
import type { Shift } from '../contracts/rota.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import { stableId } from '../kernel/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { StateTx } from '../ports/state-store.ts';
import { asNamed, asNamedIn } from './as-named.ts';
import type { Person } from './person.ts';

/** What people say about how the organisation works. Each is on the ledger first, in the caller's transaction, by a named person. */
interface Said {
  readonly tenant: string;
  readonly by: Person;
}

/** Longest that somebody's word may speak for a story being harmless: people and machines change. */
const LONGEST = 366 * 86_400_000;

/** Throws `CONTEXT_ENDED`, `CONTEXT_NEEDS_END` and `CONTEXT_WINDOW_EMPTY` (400) where the fact would never hold, or hold too long. */
export async function recordContext(
  tx: StateTx,
  clock: Clock,
  said: Said & Pick<ContextFact, 'entity' | 'body' | 'text' | 'owner' | 'until'> & { readonly key: string },
): Promise<ContextFact> {
  const { tenant, by, text, until, key } = said;
  const entity = asNamed(said.entity);
  const body = asNamedIn(said.body);
  const owner = said.owner.trim() === '' ? by.name : said.owner.trim();
  const at = clock.now();
  if (until !== null && until <= at) {
    throw new BridgewatchError(
      'CONTEXT_ENDED',
      `a fact that ends at ${until} does not hold now (${at}); give a later end, or none`,
      400,
    );
  }
  if (endingKinds.has(body.kind) && (until === null || until > at + LONGEST)) {
    throw new BridgewatchError(
      'CONTEXT_NEEDS_END',
      `a fact of kind ${body.kind} must end within a year of ${at}, not at ${until}; give "until", and say it again when it still holds`,
      400,
    );
  }
  if (body.kind === 'maintenance_window' && body.from !== null && until !== null && body.from >= until) {
    throw new BridgewatchError(
      'CONTEXT_WINDOW_EMPTY',
      `a window from ${body.from} to ${until} ends before it begins; give a later "until"`,
      400,
    );
  }
  const fact: ContextFact = {
    id: stableId('context', tenant, by.id, key),
    tenant,
    entity,
    body,
    text,
    owner,
    by: { id: by.id, name: by.name },
    at,
    until,
    withdrawnAt: null,
  };
  await note(tx, said, 'context.said', 'context', fact.id, { entity, body, text, owner, until });
  await tx.context.add(fact);
  return fact;
}

/** Throws `CONTEXT_UNKNOWN` (404). */
export async function withdrawContext(
  tx: StateTx,
  clock: Clock,
  said: Said & { readonly id: string },
): Promise<{ readonly id: string; readonly withdrawnAt: number }> {
  const { tenant, id } = said;
  const withdrawnAt = clock.now();
  await note(tx, said, 'context.withdrawn', 'context', id, {});
  if (await tx.context.withdraw(tenant, id, withdrawnAt)) return { id, withdrawnAt };
  throw new BridgewatchError(
    'CONTEXT_UNKNOWN',
    `no fact "${id}" in this tenant, or it was withdrawn before; ids come from its context`,
    404,
  );
}

/** Throws `POLICY_REVISION_STALE` (412). */
export async function changePolicy(
  tx: StateTx,
  clock: Clock,
  said: Said & { readonly policy: Policy; readonly expectedRevision: number },
): Promise<{ readonly policy: Policy; readonly revision: number }> {
  const { tenant, policy, expectedRevision } = said;
  const before = await tx.policy.get(tenant);
  await note(tx, said, 'policy.changed', 'policy', tenant, { before: before.policy, after: policy });
  await tx.policy.put(tenant, policy, expectedRevision, clock.now());
  return { policy, revision: expectedRevision + 1 };
}

/** Throws `ROTA_SHIFT_BAD` (400). The caller has made sure that the account may decide here. */
export async function addShift(
  tx: StateTx,
  clock: Clock,
  said: Said & Omit<Shift, 'id' | 'tenant' | 'withdrawnAt'> & { readonly key: string },
): Promise<Shift> {
  const { by, key, ...planned } = said;
  const { tenant, account, name, duty, startsAt, endsAt, contact } = planned;
  if (endsAt <= startsAt || endsAt <= clock.now()) {
    throw new BridgewatchError(
      'ROTA_SHIFT_BAD',
      `a shift from ${startsAt} to ${endsAt} is over or ends before it starts; give epoch milliseconds, the end after the start and after now`,
      400,
    );
  }
  const shift: Shift = {
    id: stableId('shift', tenant, by.id, key),
    tenant,
    account,
    name,
    duty,
    startsAt,
    endsAt,
    contact,
    withdrawnAt: null,
  };
  await note(tx, said, 'rota.shift_added', 'shift', shift.id, { account, name, duty, startsAt, endsAt });
  await tx.review.addShift(shift);
  return shift;
}

/** Throws `ROTA_SHIFT_UNKNOWN` (404). */
export async function withdrawShift(tx: StateTx, clock: Clock, said: Said & { readonly id: string }): Promise<void> {
  const { tenant, id } = said;
  await note(tx, said, 'rota.shift_withdrawn', 'shift', id, {});
  if (await tx.review.withdrawShift(tenant, id, clock.now())) return;
  throw new BridgewatchError(
    'ROTA_SHIFT_UNKNOWN',
    `no shift "${id}" in this tenant, or it was withdrawn before; ids come from its rota`,
    404,
  );
}

async function note(tx: StateTx, { tenant, by }: Said, type: string, kind: string, id: string, payload: object) {
  await tx.ledger.append(tenant, {
    actor: { kind: 'human', id: by.id, version: '' },
    onBehalfOf: null,
    type,
    subject: { kind, id, revision: null },
    payload: { by: namedPerson(by), ...payload },
  });
}
