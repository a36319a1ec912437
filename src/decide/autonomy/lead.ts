import { BridgewatchError } from '../../kernel/errors.ts';
import type { StateStore } from '../../ports/state-store.ts';
import type { Person } from '../person.ts';

/** Whether an account may sign for automation in a tenant right now. */
export async function isLead(
  store: Pick<StateStore, 'memberships'>,
  tenant: string,
  account: string,
): Promise<boolean> {
  return (await store.memberships(account)).some((each) => each.tenant.id === tenant && each.role === 'lead');
}

/** A signature is a named lead's. Throws `AUTONOMY_NEEDS_LEAD` (403). */
export async function demandLead(store: Pick<StateStore, 'memberships'>, tenant: string, by: Person): Promise<void> {
  if (by.name.trim() !== '' && (await isLead(store, tenant, by.id))) return;
  throw new BridgewatchError(
    'AUTONOMY_NEEDS_LEAD',
    `account "${by.id}" may not sign for automation of tenant "${tenant}"; a named lead there may`,
    403,
  );
}
