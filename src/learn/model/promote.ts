import type { Promotion } from '../../contracts/learning.ts';
import { namedPerson } from '../../contracts/personal.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StateStore, StateTx } from '../../ports/state-store.ts';
import { unknownModel } from './compare.ts';
import type { Person } from './freeze.ts';

const LONGEST_REASON = 400;

export interface ChampionChange {
  readonly tenant: string;
  /** The champion that the person saw: another one since, and they decided about something else. */
  readonly from: string;
  readonly reason: string;
  readonly by: Person;
}

/** A model is put in force by a named lead. Throws `MODEL_NEEDS_LEAD` (403). */
export async function demandModelLead(
  store: Pick<StateStore, 'memberships'>,
  tenant: string,
  by: Person,
): Promise<void> {
  const roles = await store.memberships(by.id);
  if (by.name.trim() !== '' && roles.some((each) => each.tenant.id === tenant && each.role === 'lead')) return;
  throw new BridgewatchError(
    'MODEL_NEEDS_LEAD',
    `account "${by.id}" may not put a model in force in tenant "${tenant}"; a named lead there may`,
    403,
  );
}

/**
 * Makes a version the champion: the ledger entry first, in the caller's transaction. Throws `MODEL_UNKNOWN` (404),
 * `MODEL_REASON_MISSING` (400), `MODEL_IS_CHAMPION` (409) and `MODEL_CHAMPION_CHANGED` (412).
 */
export async function promote(
  tx: StateTx,
  clock: Clock,
  { tenant, from, reason, by }: ChampionChange,
  version: string,
): Promise<Promotion> {
  const said = reason.trim();
  if (said === '' || said.length > LONGEST_REASON) {
    throw new BridgewatchError(
      'MODEL_REASON_MISSING',
      `say in 1 to ${LONGEST_REASON} characters why this model is to score; the reason has ${said.length}`,
      400,
    );
  }
  if ((await tx.models.version(tenant, version)) === null) throw unknownModel(version);
  await tx.ledger.append(tenant, {
    actor: { kind: 'human', id: by.id, version: '' },
    onBehalfOf: null,
    type: 'model.promoted',
    subject: { kind: 'model', id: version, revision: null },
    payload: { by: namedPerson(by), from, reason: said },
  });
  // The entry holds the tenant's chain: whoever promotes at the same time waits there, and then sees this.
  const champion = await tx.models.champion(tenant);
  if (champion === null || champion.id !== from) {
    throw new BridgewatchError(
      'MODEL_CHAMPION_CHANGED',
      `the champion is "${champion?.id ?? 'none'}", not "${from}"; look at it before you change it`,
      412,
    );
  }
  if (champion.id === version) {
    throw new BridgewatchError('MODEL_IS_CHAMPION', `model "${version}" is the champion already`, 409);
  }
  return tx.models.addPromotion({ tenant, from, to: version, reason: said, by: { ...by }, at: clock.now() });
}

/** Puts the champion before this one back, in one call. Throws as `promote`, and `MODEL_NO_WAY_BACK` (409). */
export async function goBack(tx: StateTx, clock: Clock, change: ChampionChange): Promise<Promotion> {
  const [last] = await tx.models.promotions(change.tenant, 1);
  if (last === undefined || last.from === null) {
    throw new BridgewatchError(
      'MODEL_NO_WAY_BACK',
      `there was no champion before "${change.from}"; promote the version that you mean`,
      409,
    );
  }
  return promote(tx, clock, change, last.from);
}
