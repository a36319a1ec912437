import type { Role } from '../contracts/tenant.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import type { StateStore } from '../ports/state-store.ts';

/** An accountable human: an account and the name it bore at the time. */
export interface Person {
  readonly id: string;
  readonly name: string;
}

/** Roles whose holder may decide on a finding. */
export const decidingRoles: readonly Role[] = ['analyst', 'lead', 'administrator'];

/**
 * A determination is a person's, always. Accounts are people's, so whoever decides must hold one that is a member of
 * the tenant in a deciding role; a stage, a model or a grant holds none. Throws `DECIDE_NEEDS_PERSON` (403).
 */
export async function demandPerson(store: Pick<StateStore, 'memberships'>, tenant: string, by: Person): Promise<void> {
  const membership = (await store.memberships(by.id)).find((each) => each.tenant.id === tenant);
  if (by.name.trim() === '' || membership === undefined || !decidingRoles.includes(membership.role)) {
    throw new BridgewatchError(
      'DECIDE_NEEDS_PERSON',
      `account "${by.id}" may not decide for tenant "${tenant}"; a named person who is one of ${decidingRoles.join(', ')} there may`,
      403,
    );
  }
}
