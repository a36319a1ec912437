import { randomUUID } from 'node:crypto';
import type { HuntRun, HuntSchedule, SavedHunt } from '../../contracts/hunt.ts';
import type { Actor } from '../../contracts/ledger-entry.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StateStore, StateTx } from '../../ports/state-store.ts';
import { parseSearch } from '../search/parse.ts';
import { nextDue } from './schedule.ts';

export interface SavedParts {
  readonly store: Pick<StateStore, 'withTenants'>;
  readonly clock: Clock;
}

/** What people say of a saved hunt. */
export interface HuntWish {
  readonly name: string;
  readonly hypothesis: string;
  readonly search: string | null;
  readonly sql: string | null;
  readonly hours: number;
  readonly schedule: HuntSchedule;
  /** Account; whoever makes it where absent. */
  readonly owner?: string | undefined;
}

const MOST_HUNTS = 500;

/** Saves a hunt. Throws `HUNT_SEARCH_SYNTAX`, `HUNT_QUESTION` (400) and `HUNT_TOO_MANY_SAVED` (409). */
export function addHunt({ store, clock }: SavedParts, tenant: string, wish: HuntWish, by: Actor): Promise<SavedHunt> {
  const now = clock.now();
  const { owner = by.id, ...said } = wish;
  const hunt: SavedHunt = {
    ...said,
    id: randomUUID(),
    tenant,
    createdBy: by.id,
    owner,
    createdAt: now,
    endedAt: null,
    dueAt: nextDue(wish.schedule, now),
    revision: 1,
  };
  demandQuestion(hunt, now);
  return store.withTenants([tenant], async (tx) => {
    if ((await tx.hunts.countLive(tenant)) >= MOST_HUNTS)
      throw new BridgewatchError('HUNT_TOO_MANY_SAVED', `there are ${MOST_HUNTS} saved hunts; end one first`, 409);
    await record(tx, hunt, 'hunt.created', said, by);
    await tx.hunts.add(hunt);
    return hunt;
  });
}

/** Changes a hunt that its changer saw at `seen`. Throws as `addHunt`, and `HUNT_UNKNOWN` (404), `HUNT_ENDED` (409), `HUNT_REVISION_STALE` (412). */
export function changeHunt(
  { store, clock }: SavedParts,
  of: { readonly tenant: string; readonly id: string },
  seen: number,
  change: { readonly [K in keyof HuntWish]?: HuntWish[K] | undefined },
  by: Actor,
): Promise<SavedHunt> {
  const now = clock.now();
  return store.withTenants([of.tenant], async (tx) => {
    const before = await liveHunt(tx, of);
    const told = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    const changed: SavedHunt = { ...before, ...told, revision: seen + 1 };
    const hunt = change.schedule === undefined ? changed : { ...changed, dueAt: nextDue(change.schedule, now) };
    demandQuestion(hunt, now);
    await record(tx, hunt, 'hunt.changed', told, by);
    await tx.hunts.put(hunt);
    return hunt;
  });
}

/** Ends a hunt: it runs no more; what it found stays. Throws `HUNT_UNKNOWN` (404) and `HUNT_ENDED` (409). */
export async function endHunt(
  { store, clock }: SavedParts,
  of: { readonly tenant: string; readonly id: string },
  by: Actor,
): Promise<void> {
  await store.withTenants([of.tenant], async (tx) => {
    const before = await liveHunt(tx, of);
    const hunt = { ...before, endedAt: clock.now(), dueAt: null, revision: before.revision + 1 };
    await record(tx, hunt, 'hunt.ended', { name: hunt.name }, by);
    await tx.hunts.put(hunt);
  });
}

/** Keeps what a person made of a run. Throws `HUNT_RUN_UNKNOWN` (404) and `HUNT_CONCLUDED` (409). */
export async function concludeRun(
  { store, clock }: SavedParts,
  of: { readonly tenant: string; readonly hunt: string; readonly id: string },
  text: string,
  by: Actor,
): Promise<HuntRun> {
  const { tenant, hunt, id } = of;
  return store.withTenants([tenant], async (tx) => {
    const run = await tx.hunts.run(tenant, hunt, id);
    if (run === null) throw new BridgewatchError('HUNT_RUN_UNKNOWN', `hunt ${hunt} has no run ${id}`, 404);
    const conclusion = { text, by: by.id, at: clock.now() };
    await tx.ledger.append(tenant, {
      actor: by,
      onBehalfOf: null,
      type: 'hunt.concluded',
      subject: { kind: 'hunt', id: hunt, revision: null },
      payload: { run: id, found: run.found, conclusion: text },
    });
    if (!(await tx.hunts.conclude(tenant, hunt, id, conclusion)))
      throw new BridgewatchError('HUNT_CONCLUDED', `run ${id} has its conclusion already; run the hunt again`, 409);
    return { ...run, conclusion };
  });
}

/** A hunt that has not ended. */
export async function liveHunt(
  tx: StateTx,
  { tenant, id }: { readonly tenant: string; readonly id: string },
): Promise<SavedHunt> {
  const hunt = await tx.hunts.get(tenant, id);
  if (hunt === null) throw new BridgewatchError('HUNT_UNKNOWN', `there is no hunt ${id}`, 404);
  if (hunt.endedAt !== null) throw new BridgewatchError('HUNT_ENDED', `hunt ${id} has ended; save a new one`, 409);
  return hunt;
}

function demandQuestion({ search, sql }: SavedHunt, now: number): void {
  if ((search === null) === (sql === null))
    throw new BridgewatchError('HUNT_QUESTION', 'a hunt asks either a search or SQL; give one and not both', 400);
  if (search !== null) parseSearch(search, now);
}

async function record(
  tx: StateTx,
  { tenant, id, revision }: SavedHunt,
  type: string,
  payload: unknown,
  by: Actor,
): Promise<void> {
  await tx.ledger.append(tenant, {
    actor: by,
    onBehalfOf: null,
    type,
    subject: { kind: 'hunt', id, revision },
    payload,
  });
}
