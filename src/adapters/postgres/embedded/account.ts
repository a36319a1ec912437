import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { BridgewatchError } from '../../../kernel/errors.ts';

/** The system user PostgreSQL runs as when Bridgewatch runs as root: PostgreSQL refuses to be root. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const ACCOUNT = 'bridgewatch';
const MAKE_USER = 'useradd';
/** In this order, where no user can be made. */
const fallbacks = ['postgres', 'nobody'];

/**
 * Null when this process may run PostgreSQL as itself. As root: the owner of the cluster at `cluster` when there is one,
 * else the user `bridgewatch`, made on the spot where the system can. Throws `EMBEDDED_WRONG_USER`, `EMBEDDED_NO_ACCOUNT`.
 */
export function accountFor(cluster: string): Account | null {
  const self = process.getuid?.();
  if (self === undefined) return null;
  const owner = statSync(cluster, { throwIfNoEntry: false });
  if (self !== 0) {
    if (owner === undefined || owner.uid === self) return null;
    throw new BridgewatchError(
      'EMBEDDED_WRONG_USER',
      `The store in ${cluster} belongs to user ${owner.uid} and this is user ${self}; start as that user, or as root`,
    );
  }
  if (owner !== undefined && owner.uid !== 0) {
    return {
      name: entry((uid) => uid === String(owner.uid))?.name ?? `user ${owner.uid}`,
      uid: owner.uid,
      gid: owner.gid,
    };
  }
  const account = known(ACCOUNT) ?? made() ?? fallbacks.map(known).find((found) => found !== null);
  if (account) return account;
  throw new BridgewatchError(
    'EMBEDDED_NO_ACCOUNT',
    `PostgreSQL does not run as root, and no user '${ACCOUNT}' could be made for it; start Bridgewatch as an ordinary user`,
  );
}

const known = (name: string): Account | null => entry((_uid, found) => found === name);

/** The first line of the system's list of users that `fits`. */
function entry(fits: (uid: string, name: string) => boolean): Account | null {
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name === undefined || uid === undefined || gid === undefined || !fits(uid, name)) continue;
    return { name, uid: Number(uid), gid: Number(gid) };
  }
  return null;
}

function made(): Account | null {
  const options = [
    '--system',
    '--user-group',
    '--no-create-home',
    '--home-dir',
    '/nonexistent',
    '--shell',
    '/usr/sbin/nologin',
  ];
  const { status } = spawnSync(MAKE_USER, [...options, ACCOUNT], { stdio: 'ignore' });
  return status === 0 ? known(ACCOUNT) : null;
}

/** True when `account` can do what the shell test `condition` asks of `path`. The kernel answers, not mode bits read by us. */
export function can(account: Account, condition: string, path: string): boolean {
  const { uid, gid } = account;
  return spawnSync('/bin/sh', ['-c', condition, path], { uid, gid, cwd: '/', stdio: 'ignore' }).status === 0;
}
