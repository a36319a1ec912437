import { BridgewatchError } from '../../../kernel/errors.ts';
import type { Account } from './account.ts';
import { asWritten, groupsOf } from './groups.ts';
import type { Directory } from './session.ts';

/** Groups that rule a Windows domain: Domain Admins, Domain Controllers, Schema Admins, Enterprise Admins (MS-DTYP 2.4.2.4). */
const RULING_RIDS = new Set(['512', '516', '518', '519']);

/** A name written one way: lower case, no spaces around the separators. */
const folded = (dn: string): string => dn.toLowerCase().replaceAll(/\s*([,=+])\s*/g, '$1');

function isSelf({ self, settings }: Directory, account: Account): boolean {
  const dn = folded(account.dn);
  if (dn === folded(settings.bindDn)) return true;
  if (self === null) return false;
  if (self.toLowerCase().startsWith('dn:')) return dn === folded(self.slice(3));
  // `u:DOMAIN\name`, as Active Directory answers.
  const name = self.slice(self.lastIndexOf('\\') + 1).toLowerCase();
  return account.values('sAMAccountName').some((each) => each.toLowerCase() === name);
}

/**
 * Refuses (`CONNECTOR_PROTECTED`) our own account, those the tenant protects by name or by group, and those that rule a Windows
 * domain. Asked when a plan is made and again when it is carried out: groups change in between. Gives the account's groups.
 */
export async function refuseProtected(directory: Directory, account: Account): Promise<readonly string[]> {
  const { protectedAccounts, protectedGroups } = directory.settings;
  const stop = (why: string): BridgewatchError =>
    new BridgewatchError('CONNECTOR_PROTECTED', `${account.dn} is protected: ${why}`, 409);
  if (isSelf(directory, account)) throw stop('it is the account this connector works as');
  const names = new Set(protectedAccounts.map(folded));
  if (names.has(folded(account.name)) || names.has(folded(account.dn)))
    throw stop('it is among the protected accounts');
  if (account.values('adminCount').includes('1')) throw stop('the directory counts it among its administrators');
  if (account.values('primaryGroupID').some((rid) => RULING_RIDS.has(rid)))
    throw stop('its primary group rules the domain');
  const groups = await groupsOf(directory, account);
  const guarded = await asWritten(directory, protectedGroups);
  const inside = groups.find((group) => guarded.has(group.toLowerCase()));
  if (inside !== undefined) throw stop(`it is in ${inside}, directly or through another group`);
  return groups;
}
