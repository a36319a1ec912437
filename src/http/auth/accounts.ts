import { randomBytes, randomUUID } from 'node:crypto';
import { accountSubject, personal } from '../../contracts/personal.ts';
import { type Role, SYSTEM_TENANT } from '../../contracts/tenant.ts';
import type { StateStore } from '../../ports/state-store.ts';
import type { Account, Auth } from './auth.ts';

interface AccountDeps {
  readonly auth: Auth;
  readonly store: StateStore;
}

export interface NewAccount {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly tenant: string;
  readonly role: Role;
}

/** A person asked the command line for it; the system acts. */
const setup = { kind: 'system', id: 'setup', version: '1' } as const;

/** Random, 144 bits, as 24 characters a person can copy. */
export function randomPassword(): string {
  return randomBytes(18).toString('base64url');
}

/**
 * Makes an account and a member of a tenant. What comes to pass is in the ledger before it does: who may sign in in the
 * system's chain, who may decide in the tenant's. Throws `AUTH_EMAIL_TAKEN` (409) and `AUTH_PASSWORD_WEAK` (400).
 */
export async function createAccount(
  { auth, store }: AccountDeps,
  { tenant, role, ...person }: NewAccount,
): Promise<Account> {
  const id = randomUUID();
  await store.withTenants([SYSTEM_TENANT], (tx) =>
    tx.ledger.append(SYSTEM_TENANT, {
      actor: setup,
      onBehalfOf: null,
      type: 'account.creating',
      subject: { kind: 'account', id, revision: null },
      payload: {
        name: personal(accountSubject(id), person.name),
        email: personal(accountSubject(id), person.email.toLowerCase()),
        tenant,
        role,
      },
    }),
  );
  const account = await auth.createAccount({ id, ...person });
  await store.withTenants([tenant], (tx) =>
    tx.ledger.append(tenant, {
      actor: setup,
      onBehalfOf: null,
      type: 'member.adding',
      subject: { kind: 'account', id: account.id, revision: null },
      payload: { name: personal(accountSubject(account.id), account.name), role },
    }),
  );
  await store.addMember(tenant, account.id, role);
  return account;
}

/**
 * On a store without any account, makes the first administrator, with a random password that is returned once and
 * kept nowhere. Null where accounts exist.
 */
export async function ensureAdministrator(
  deps: AccountDeps,
  administrator: { name: string; email: string; tenant: string },
): Promise<(Account & { password: string }) | null> {
  if ((await deps.auth.accounts()) > 0) return null;
  const password = randomPassword();
  const account = await createAccount(deps, { ...administrator, password, role: 'administrator' });
  return { ...account, password };
}
