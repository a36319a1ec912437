import type { Actor } from '../../contracts/ledger-entry.ts';
import type { Role } from '../../contracts/tenant.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StateStore, StateTx } from '../../ports/state-store.ts';
import { addMember, createLogin, randomPassword } from './accounts.ts';
import type { Account, Auth } from './auth.ts';

interface MemberDeps {
  readonly auth: Auth;
  readonly store: StateStore;
  readonly clock: Clock;
}

export interface NewMember {
  readonly tenant: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
}

/**
 * Gives a person a role in a tenant. Who has an account already keeps it and its password; for anybody else one is made,
 * with a password that is returned once and must be changed at the first sign-in. Throws `MEMBER_EXISTS` (409).
 */
export async function admitMember(
  { auth, store }: MemberDeps,
  { tenant, role, ...person }: NewMember,
  by: Actor,
): Promise<{ account: Account; password: string | null }> {
  const known = await auth.accountByEmail(person.email);
  if (known !== null) {
    await addMember(store, { tenant, account: known, role }, by, demandNew);
    return { account: { id: known.id, name: known.name, email: known.email }, password: null };
  }
  const password = randomPassword();
  const account = await createLogin({ auth, store }, { ...person, password, mustChange: true }, { tenant, role }, by);
  await addMember(store, { tenant, account, role }, by);
  return { account, password };
}

async function demandNew(tx: StateTx, tenant: string, account: string): Promise<void> {
  const role = await tx.access.memberRole(tenant, account);
  if (role === null) return;
  throw new BridgewatchError(
    'MEMBER_EXISTS',
    `this person is a member already, as ${role}; change the role instead`,
    409,
  );
}

/**
 * Changes a direct member's role, or ends the membership where `role` is null; what they have open ends at the next request.
 * Throws `MEMBER_UNKNOWN` (404), `MEMBER_VIA_PROVIDER` (409), `MEMBER_LAST_ADMINISTRATOR` (409).
 */
export async function changeMember(
  { store, clock }: Pick<MemberDeps, 'store' | 'clock'>,
  tenant: string,
  account: string,
  role: Role | null,
  by: Actor,
): Promise<void> {
  await store.withTenants([tenant], async (tx) => {
    // First, and always in the same order, so that two administrators who remove each other queue up.
    const administrators = await tx.access.administrators(tenant);
    const before = await tx.access.memberRole(tenant, account);
    if (before === null) throw await absent(tx, tenant, account);
    if (before === role) return;
    if (administrators.length === 1 && administrators[0] === account) {
      throw new BridgewatchError(
        'MEMBER_LAST_ADMINISTRATOR',
        'this is the last administrator of the tenant itself; make somebody else one first',
        409,
      );
    }
    await tx.ledger.append(tenant, {
      actor: by,
      onBehalfOf: null,
      type: role === null ? 'member.removing' : 'member.changing',
      subject: { kind: 'account', id: account, revision: null },
      payload: role === null ? { before } : { before, role },
    });
    if (role === null) await tx.access.removeMember(tenant, account, clock.now());
    else await tx.access.putMember(tenant, account, role);
  });
}

async function absent(tx: StateTx, tenant: string, account: string): Promise<BridgewatchError> {
  const provided = (await tx.access.members(tenant)).some((each) => each.account === account);
  return provided
    ? new BridgewatchError(
        'MEMBER_VIA_PROVIDER',
        'this person comes through the provider, which alone changes that; or take the tenant from the provider',
        409,
      )
    : new BridgewatchError('MEMBER_UNKNOWN', `no member "${account}" in this tenant`, 404);
}
