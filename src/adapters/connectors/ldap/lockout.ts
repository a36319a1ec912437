import { type BerReader, Control } from 'ldapts';
import { type Account, search, textsIn } from './account.ts';
import { refused } from './faults.ts';
import type { Directory } from './session.ts';

/** Password policy in directories, the request control of draft-behera-ldap-password-policy. */
const PASSWORD_POLICY = '1.3.6.1.4.1.42.2.27.8.5.1';
/** Tags of an answer that says no, and of the three reasons in it: inactive, password reset, password expired. */
const NOT_AVAILABLE = 0xa1;
const INACTIVE = 0x80;
const RESET = 0x81;
const EXPIRED = 0x82;

/**
 * The account usability control: the directory's own word on whether it would let someone in. It answers only those who may
 * compare `userPassword`.
 */
class AccountUsability extends Control {
  /** Null where nothing was said, or the reason is another than a lock. */
  shut: boolean | null = null;

  constructor() {
    super('1.3.6.1.4.1.42.2.27.9.5.8');
  }

  override parseControl(reader: BerReader): void {
    if (reader.peek() !== NOT_AVAILABLE) {
      this.shut = false;
      return;
    }
    reader.readSequence(NOT_AVAILABLE);
    const flag = (tag: number): boolean => reader.peek() === tag && reader.readTag(tag) !== 0;
    const [inactive, reset, expired] = [flag(INACTIVE), flag(RESET), flag(EXPIRED)];
    // slapd 2.5 does not set `inactive` for an account that is locked for good: it gives no reason at all then.
    if (inactive || !(reset || expired)) this.shut = true;
  }
}

/** What the directory says about an account that is marked as locked; null where it says nothing to us. */
export async function saysShut({ client }: Directory, account: Account): Promise<boolean | null> {
  const usability = new AccountUsability();
  await client.search(account.dn, { scope: 'base', filter: '(objectClass=*)', attributes: ['1.1'] }, usability);
  return usability.shut;
}

/**
 * Whether a lock keeps this account out: slapd heeds it only under a password policy with `pwdLockout TRUE`. Null where the
 * policy in force cannot be read. Throws `CONNECTOR_REFUSED` where the directory has no password policies at all.
 */
export async function lockHolds(directory: Directory, account: Account): Promise<boolean | null> {
  const [root] = await search(directory, '', 'base', '(objectClass=*)', ['supportedControl'], 1);
  if (root === undefined || !textsIn(root, 'supportedControl').includes(PASSWORD_POLICY)) {
    throw refused(
      `${directory.settings.url} has no password policy overlay (slapo-ppolicy): a lock would keep nobody out`,
    );
  }
  const policy = account.values('pwdPolicySubentry')[0] ?? directory.settings.passwordPolicyDn;
  if (policy === undefined) return null;
  const [entry] = await search(directory, policy, 'base', '(objectClass=*)', ['pwdLockout'], 1);
  return entry === undefined ? null : textsIn(entry, 'pwdLockout')[0]?.toUpperCase() === 'TRUE';
}
