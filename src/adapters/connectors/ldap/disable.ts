import { Attribute, Change, NoSuchAttributeError, TypeOrValueExistsError } from 'ldapts';
import type { Check } from '../../../contracts/action.ts';
import type { Receipt, Survey } from '../../../ports/connector.ts';
import { type Account, accountById, demandAccount } from './account.ts';
import { dialects } from './dialect.ts';
import { refused } from './faults.ts';
import { refuseProtected } from './guard.ts';
import { lockHolds, saysShut } from './lockout.ts';
import { Found, type Operation, Order, Values } from './operation.ts';
import type { Directory } from './session.ts';

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((v, i) => v === b[i]);
const shown = (values: readonly string[]): string => (values.length === 0 ? 'absent' : values.join(', '));

async function write(directory: Directory, account: Account, next: readonly string[]): Promise<void> {
  const { attribute: type, write: how } = dialects[directory.settings.dialect];
  const current = account.values(type);
  const change = (operation: 'add' | 'delete' | 'replace', values: readonly string[]): Change =>
    new Change({ operation, modification: new Attribute({ type, values: [...values] }) });
  const swap = [
    ...(current.length > 0 ? [change('delete', current)] : []),
    ...(next.length > 0 ? [change('add', next)] : []),
  ];
  try {
    await directory.client.modify(account.dn, how === 'replace' ? change('replace', next) : swap);
  } catch (error) {
    if (!(error instanceof NoSuchAttributeError || error instanceof TypeOrValueExistsError)) throw error;
    throw refused(`${type} of ${account.dn} was changed by another at the same moment: plan again`);
  }
}

/** Whether an account marked as shut is kept out, and how that is known. */
async function kept(directory: Directory, account: Account): Promise<Check> {
  const { attribute } = dialects[directory.settings.dialect];
  const mark = `${attribute} is ${shown(account.values(attribute))}`;
  if (directory.settings.dialect === 'active-directory') {
    return { outcome: 'yes', saw: `${mark}: disabled. Kerberos tickets already issued last until they expire.` };
  }
  const open = 'LDAP connections that were open before stay so until they close.';
  const said = await saysShut(directory, account);
  if (said !== null) {
    return said
      ? { outcome: 'yes', saw: `${mark} and the directory says that the account is not usable. ${open}` }
      : {
          outcome: 'no',
          saw: `${mark}, but the directory says that the account is usable: its policy has no pwdLockout.`,
        };
  }
  const holds = await lockHolds(directory, account);
  if (holds === null)
    return { outcome: 'unknown', saw: `${mark}; whether its password policy heeds that cannot be read.` };
  return holds
    ? { outcome: 'yes', saw: `${mark} and its password policy has pwdLockout TRUE. ${open}` }
    : { outcome: 'no', saw: `${mark}, but its password policy has no pwdLockout: it can still sign in.` };
}

/** `disable_account`: nobody signs in as the account until the state of before is put back. */
export const disable: Operation = {
  async survey(directory, account, groups): Promise<Survey> {
    const { attribute, isShut, shut } = dialects[directory.settings.dialect];
    const before = account.values(attribute);
    const holds = directory.settings.dialect === 'openldap' ? await lockHolds(directory, account) : true;
    if (holds === false)
      throw refused(`the password policy of ${account.dn} has no pwdLockout: a lock would not keep it out`);
    const warnings = [
      ...(holds === null
        ? ['Whether its password policy heeds a lock cannot be read; the check afterwards may not know either.']
        : []),
      ...(isShut(before) ? ['It is disabled already; undoing leaves it so.'] : []),
      'Sessions already open, and keys the directory does not check (SSH keys, API tokens), are not ended by this.',
    ];
    return {
      arguments: { ...orderOf(account), attribute, values: shut(before) },
      before: { values: before },
      undo: `puts ${attribute} back as it was (${shown(before)})`,
      said: [...groups, ...warnings],
      affects: [],
    };
  },

  async execute(directory, plan): Promise<Receipt> {
    const account = await demandAccount(directory, Order.parse(plan.arguments));
    await refuseProtected(directory, account);
    const { attribute, isShut, shut } = dialects[directory.settings.dialect];
    const found = account.values(attribute);
    if (isShut(found)) return { dn: account.dn, changed: false };
    await write(directory, account, shut(found));
    return { dn: account.dn, changed: true, found };
  },

  async verify(directory, plan): Promise<Check> {
    const order = Order.parse(plan.arguments);
    const account = await accountById(directory, order.id);
    if (account === null) return { outcome: 'unknown', saw: `${order.dn} is no longer in the directory.` };
    const { attribute, isShut } = dialects[directory.settings.dialect];
    const values = account.values(attribute);
    if (!isShut(values)) return { outcome: 'no', saw: `${attribute} is ${shown(values)}: not disabled.` };
    return kept(directory, account);
  },

  async undo(directory, plan, receipt): Promise<Receipt> {
    const account = await demandAccount(directory, Order.parse(plan.arguments));
    const { attribute, restore } = dialects[directory.settings.dialect];
    const values = account.values(attribute);
    const next = restore(values, stateBefore(plan.before, receipt));
    if (same(values, next)) return { dn: account.dn, changed: false };
    await write(directory, account, next);
    return { dn: account.dn, changed: true };
  },

  async verifyUndone(directory, plan, receipt): Promise<Check> {
    const order = Order.parse(plan.arguments);
    const account = await accountById(directory, order.id);
    if (account === null) return { outcome: 'unknown', saw: `${order.dn} is no longer in the directory.` };
    const { attribute, restore } = dialects[directory.settings.dialect];
    const values = account.values(attribute);
    const back = same(values, restore(values, stateBefore(plan.before, receipt)));
    return { outcome: back ? 'yes' : 'no', saw: `${attribute} is ${shown(values)}.` };
  },
};

/** What was found at the moment of acting, which is nearer than the plan; the plan's where the answer was lost in a crash. */
function stateBefore(before: unknown, receipt: Receipt | null): readonly string[] {
  const found = Found.safeParse(receipt);
  return found.success ? found.data.found : Values.parse(before).values;
}

const orderOf = ({ id, dn }: Account): { id: string; dn: string } => ({ id, dn });
