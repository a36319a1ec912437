import type { LdapSettings } from './settings.ts';

/** How one kind of directory marks an account as shut. */
interface Dialect {
  readonly idAttribute: string;
  readonly idIsBinary: boolean;
  /** The attribute that shuts the account. */
  readonly attribute: string;
  /** What else of an account is read to judge it. */
  readonly more: readonly string[];
  /**
   * `swap` takes the old value away and adds the new one in one change, which fails where somebody was faster. Active Directory
   * is documented for `replace` of this attribute only.
   */
  readonly write: 'swap' | 'replace';
  isShut(values: readonly string[]): boolean;
  shut(values: readonly string[]): readonly string[];
  /** `values` with what `before` said about being shut. */
  restore(values: readonly string[], before: readonly string[]): readonly string[];
}

/** ACCOUNTDISABLE of userAccountControl (MS-ADTS 2.2.16). */
const ACCOUNT_DISABLED = 0x2;
/** Locked until an administrator unlocks it (draft-behera-ldap-password-policy-10, 5.3.3). */
const LOCKED_FOR_GOOD = '000001010000Z';

const flags = (values: readonly string[]): number => {
  const value = Number(values[0]);
  return Number.isInteger(value) ? value : 0;
};

/** By the name in the settings. */
export const dialects: Readonly<Record<LdapSettings['dialect'], Dialect>> = {
  'active-directory': {
    idAttribute: 'objectGUID',
    idIsBinary: true,
    attribute: 'userAccountControl',
    more: ['sAMAccountName', 'objectSid', 'primaryGroupID', 'adminCount'],
    write: 'replace',
    isShut: (values) => (flags(values) & ACCOUNT_DISABLED) !== 0,
    shut: (values) => [String(flags(values) | ACCOUNT_DISABLED)],
    // The other bits are others' business and may have changed meanwhile.
    restore: (values, before) => [String((flags(values) & ~ACCOUNT_DISABLED) | (flags(before) & ACCOUNT_DISABLED))],
  },
  openldap: {
    idAttribute: 'entryUUID',
    idIsBinary: false,
    attribute: 'pwdAccountLockedTime',
    more: ['pwdPolicySubentry'],
    write: 'swap',
    isShut: (values) => values.includes(LOCKED_FOR_GOOD),
    shut: () => [LOCKED_FOR_GOOD],
    restore: (_, before) => before,
  },
};
