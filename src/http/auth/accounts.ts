import { randomBytes, randomUUID } from 'node:crypto';
import type { Actor } from '../../contracts/ledger-entry.ts';
import { accountSubject, personal } from '../../contracts/personal.ts';
import { type Role, SYSTEM_TENANT } from '../../contracts/tenant.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StateStore, StateTx } from '../../ports/state-store.ts';
import type { Account, Auth, NewLogin } from './auth.ts';

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
  /** Whether the password must be changed at first sign-in; false by default, for who chose it themselves. */
  readonly mustChange?: boolean;
}

/** A person asked the command line for it; the system acts. */
export const setup = { kind: 'system', id: 'setup', version: '1' } as const;

/** Random, 144 bits, as 24 characters a person can copy. */
export function randomPassword(): string {
  return randomBytes(18).toString('base64url');
}

/**
 * Makes an account and a member of a tenant. What comes to pass is in the ledger before it does: who may sign in in the
 * system's chain, who may decide in the tenant's. Throws `AUTH_EMAIL_TAKEN` (409) and `AUTH_PASSWORD_WEAK` (400).
 */
export async function createAccount(
  deps: AccountDeps,
  { tenant, role, mustChange = false, ...person }: NewAccount,
  by: Actor = setup,
): Promise<Account> {
  const account = await createLogin(deps, { ...person, mustChange }, { tenant, role }, by);
  await addMember(deps.store, { tenant, account, role }, by);
  return account;
}

/** Makes an account that belongs nowhere yet; `meant` says on record what for. Throws as `createAccount`. */
export async function createLogin(
  { auth, store }: AccountDeps,
  login: Omit<NewLogin, 'id'>,
  meant: Readonly<Record<string, string>>,
  by: Actor,
): Promise<Account> {
  const id = randomUUID();
  await store.withTenants([SYSTEM_TENANT], (tx) =>
    tx.ledger.append(SYSTEM_TENANT, {
      actor: by,
      onBehalfOf: null,
      type: 'account.creating',
      subject: { kind: 'account', id, revision: null },
      payload: {
        name: personal(accountSubject(id), login.name),
        email: personal(accountSubject(id), login.email.toLowerCase()),
        ...meant,
      },
    }),
  );
  return auth.createAccount({ id, ...login });
}

/** Makes an account a member of a tenant. `unless` may refuse, inside the transaction. */
export async function addMember(
  store: StateStore,
  { tenant, account, role }: { tenant: string; account: Account; role: Role },
  by: Actor,
  unless: (tx: StateTx, tenant: string, account: string) => Promise<void> = async () => undefined,
): Promise<void> {
  await store.withTenants([tenant], async (tx) => {
    await unless(tx, tenant, account.id);
    await tx.ledger.append(tenant, {
      actor: by,
      onBehalfOf: null,
      type: 'member.adding',
      subject: { kind: 'account', id: account.id, revision: null },
      payload: { name: personal(accountSubject(account.id), account.name), role },
    });
    await tx.access.putMember(tenant, account.id, role);
  });
}

/**
 * On a store without any account, makes the first administrator, with a random password that is returned once,
 * kept nowhere, and to be changed at the first sign-in. Null where accounts exist.
 */
export async function ensureAdministrator(
  deps: AccountDeps,
  administrator: { name: string; email: string; tenant: string },
): Promise<(Account & { password: string }) | null> {
  if ((await deps.auth.accounts()) > 0) return null;
  const password = randomPassword();
  const account = await createAccount(deps, { ...administrator, password, role: 'administrator', mustChange: true });
  return { ...account, password };
}

/**
 * Gives somebody who lost theirs a new random password, returned once and to be changed at the next sign-in. Sessions and
 * tokens end; with `dropFactors` one-time codes and passkeys go too. Throws `ACCOUNT_UNKNOWN` (404).
 */
export async function resetPassword(
  { auth, store, clock }: AccountDeps & { readonly clock: Clock },
  email: string,
  dropFactors: boolean,
): Promise<{ account: Account; password: string }> {
  const account = await auth.accountByEmail(email);
  if (account === null)
    throw new BridgewatchError('ACCOUNT_UNKNOWN', `there is no account with the email ${email}`, 404);
  const password = randomPassword();
  await store.withTenants([SYSTEM_TENANT], async (tx) => {
    await tx.ledger.append(SYSTEM_TENANT, {
      actor: setup,
      onBehalfOf: null,
      type: 'password.resetting',
      subject: { kind: 'account', id: account.id, revision: null },
      payload: { dropFactors },
    });
    for (const { id } of await tx.access.tokensOf(account.id)) await tx.access.revokeToken(account.id, id, clock.now());
  });
  await auth.giveNewPassword(account.id, password, dropFactors);
  return { account: { id: account.id, name: account.name, email: account.email }, password };
}
