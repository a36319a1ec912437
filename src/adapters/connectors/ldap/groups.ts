import { escapeFilter } from 'ldapts';
import { type Account, search } from './account.ts';
import { refused } from './faults.ts';
import type { Directory } from './session.ts';

const MOST_GROUPS = 200;

/** A SID in bytes with another last part, in the filter form of RFC 4515: the SID of a group of the same domain. */
function neighbour(sid: Buffer, rid: number): string {
  const bytes = Buffer.from(sid);
  bytes.writeUInt32LE(rid, bytes.length - 4);
  return bytes.toString('hex').replaceAll(/../g, '\\$&');
}

/** Active Directory keeps one group of an account outside `member`: its primary group. */
async function primaryGroup(directory: Directory, account: Account): Promise<readonly string[]> {
  const sid = account.bytes('objectSid');
  const rid = Number(account.values('primaryGroupID')[0]);
  if (sid === null || sid.length < 12 || !Number.isInteger(rid)) return [];
  const filter = `(objectSid=${neighbour(sid, rid)})`;
  const [entry] = await search(directory, directory.settings.baseDn, 'sub', filter, ['objectSid'], 1);
  return entry === undefined ? [] : [entry.dn];
}

/**
 * Groups an account is in, directly or through other groups, as the directory writes their names. Walked upwards entry by
 * entry, which every directory can do, loops included. Throws `CONNECTOR_REFUSED` past 200: who cannot be judged is not acted on.
 */
export async function groupsOf(directory: Directory, account: Account): Promise<readonly string[]> {
  const { baseDn } = directory.settings;
  const found = new Map<string, string>();
  const waiting: string[] = [];
  const meet = (dn: string): void => {
    const key = dn.toLowerCase();
    if (found.has(key) || key === account.dn.toLowerCase()) return;
    found.set(key, dn);
    waiting.push(dn);
    if (found.size > MOST_GROUPS)
      throw refused(`${account.dn} is in more than ${MOST_GROUPS} groups: they cannot be checked`);
  };
  const lookUp = async (filter: string): Promise<void> => {
    for (const { dn } of await search(directory, baseDn, 'sub', filter, ['cn'], MOST_GROUPS)) meet(dn);
  };
  for (const dn of account.values('memberOf')) meet(dn);
  for (const dn of await primaryGroup(directory, account)) meet(dn);
  await lookUp(
    escapeFilter`(|(member=${account.dn})(uniqueMember=${account.dn})(&(objectClass=posixGroup)(memberUid=${account.name})))`,
  );
  for (let dn = waiting.shift(); dn !== undefined; dn = waiting.shift()) {
    await lookUp(escapeFilter`(|(member=${dn})(uniqueMember=${dn}))`);
  }
  return [...found.values()];
}

/** The names of configured groups as the directory writes them. Throws where one cannot be read: it would protect nobody. */
export async function asWritten(directory: Directory, groups: readonly string[]): Promise<ReadonlySet<string>> {
  const written = new Set<string>();
  for (const group of groups) {
    const [entry] = await search(directory, group, 'base', '(objectClass=*)', ['cn'], 1);
    if (entry === undefined)
      throw refused(`the protected group ${group} cannot be read, so nobody can be told to be outside it`);
    written.add(entry.dn.toLowerCase());
  }
  return written;
}
