import { type Entry, EqualityFilter, escapeFilter, type Filter, NoSuchObjectError } from 'ldapts';
import { plainText } from '../../../contracts/plain-text.ts';
import { BridgewatchError } from '../../../kernel/errors.ts';
import type { ActionOrder } from '../../../ports/connector.ts';
import { dialects } from './dialect.ts';
import { refused } from './faults.ts';
import type { Directory } from './session.ts';

/** One account as the directory keeps it. */
export interface Account {
  readonly dn: string;
  /** Never changes and is never given to another: entryUUID, or objectGUID in hex. */
  readonly id: string;
  readonly name: string;
  /** Values of an attribute, in the directory's order. */
  values(attribute: string): readonly string[];
  bytes(attribute: string): Buffer | null;
}

const BINARY = ['objectGUID', 'objectSid'];
const LONGEST_NAME = 256;

const unknownTarget = (message: string): BridgewatchError =>
  new BridgewatchError('CONNECTOR_TARGET_UNKNOWN', message, 404);

/** The values of an attribute, whatever case the directory writes its name in. */
function valuesIn(entry: Entry, attribute: string): readonly (string | Buffer)[] {
  const wanted = attribute.toLowerCase();
  const key = Object.keys(entry).find((each) => each.toLowerCase() === wanted);
  const value = key === undefined ? [] : entry[key];
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** Text values of an attribute; binary ones read as UTF-8. */
export const textsIn = (entry: Entry, attribute: string): readonly string[] =>
  valuesIn(entry, attribute).map((value) => value.toString());

/** Entries that match, at most `limit` + 1 so that too many can be told. Empty where the base does not exist. */
export async function search(
  { client }: Directory,
  base: string,
  scope: 'base' | 'sub',
  filter: string | Filter,
  attributes: readonly string[],
  limit: number,
): Promise<readonly Entry[]> {
  try {
    const { searchEntries } = await client.search(base, {
      scope,
      filter,
      attributes: [...attributes],
      sizeLimit: limit + 1,
      timeLimit: 10,
      explicitBufferAttributes: BINARY,
    });
    return searchEntries;
  } catch (error) {
    if (error instanceof NoSuchObjectError) return [];
    throw error;
  }
}

function attributesOf({ settings }: Directory): string[] {
  const { idAttribute, attribute, more } = dialects[settings.dialect];
  const epoch = settings.sessionEpoch === undefined ? [] : [settings.sessionEpoch.attribute];
  return [...new Set([settings.userAttribute, idAttribute, attribute, ...more, ...epoch, 'memberOf'])];
}

function asAccount({ settings }: Directory, entry: Entry): Account {
  const [id] = valuesIn(entry, dialects[settings.dialect].idAttribute);
  if (id === undefined) {
    throw refused(`${settings.url} does not show ${dialects[settings.dialect].idAttribute} of ${entry.dn}`);
  }
  return {
    dn: entry.dn,
    id: Buffer.isBuffer(id) ? id.toString('hex') : id,
    name: textsIn(entry, settings.userAttribute)[0] ?? '',
    values: (attribute) => textsIn(entry, attribute),
    bytes(attribute) {
      const [value] = valuesIn(entry, attribute);
      return Buffer.isBuffer(value) ? value : null;
    },
  };
}

/** The one account of the ordered name. The name comes from telemetry and stays a value: it is never read as a filter. */
export async function accountByName(directory: Directory, { target }: ActionOrder): Promise<Account> {
  const { userAttribute, baseDn } = directory.settings;
  if (target.kind !== 'user') {
    throw new BridgewatchError('CONNECTOR_ORDER_INVALID', `a directory acts on a user, not on a ${target.kind}`, 400);
  }
  const shown = plainText(target.value, 80);
  if (target.value === '' || target.value.length > LONGEST_NAME) {
    const length = `${target.value.length} characters`;
    throw new BridgewatchError(
      'CONNECTOR_ORDER_INVALID',
      `a user name has 1 to ${LONGEST_NAME} characters, not ${length}`,
      400,
    );
  }
  const filter = new EqualityFilter({ attribute: userAttribute, value: target.value });
  const entries = await search(directory, baseDn, 'sub', filter, attributesOf(directory), 1);
  const [entry] = entries;
  if (entry === undefined) throw unknownTarget(`no entry under ${baseDn} has ${userAttribute} "${shown}"`);
  if (entries.length > 1) throw unknownTarget(`more than one entry under ${baseDn} has ${userAttribute} "${shown}"`);
  const account = asAccount(directory, entry);
  // A directory folds spaces and look-alike characters when it compares; an account that is written otherwise is another.
  if (account.name.toLowerCase() !== target.value.toLowerCase()) {
    throw unknownTarget(`${account.dn} has ${userAttribute} "${plainText(account.name, 80)}", not "${shown}"`);
  }
  return account;
}

/** The account of a plan, wherever it was moved since; null where it is gone. */
export async function accountById(directory: Directory, id: string): Promise<Account | null> {
  const { dialect, baseDn } = directory.settings;
  const { idAttribute, idIsBinary } = dialects[dialect];
  const filter = idIsBinary
    ? new EqualityFilter({ attribute: idAttribute, value: Buffer.from(id, 'hex') })
    : escapeFilter`(entryUUID=${id})`;
  const [entry] = await search(directory, baseDn, 'sub', filter, attributesOf(directory), 1);
  return entry === undefined ? null : asAccount(directory, entry);
}

/** `accountById` where there must be one. */
export async function demandAccount(directory: Directory, { id, dn }: { id: string; dn: string }): Promise<Account> {
  const account = await accountById(directory, id);
  if (account === null)
    throw unknownTarget(`the account that was ${dn} is no longer under ${directory.settings.baseDn}`);
  return account;
}
