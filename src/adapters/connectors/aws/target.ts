import {
  GetAccessKeyLastUsedCommand,
  GetUserCommand,
  ListAccessKeysCommand,
  ListAttachedUserPoliciesCommand,
  ListGroupsForUserCommand,
  ListUserPoliciesCommand,
} from '@aws-sdk/client-iam';
import type { Entity } from '../../../contracts/entity.ts';
import { plainText } from '../../../contracts/plain-text.ts';
import { BridgewatchError } from '../../../kernel/errors.ts';
import { invalid } from '../http/values.ts';
import type { Ask } from './client.ts';

const ACCESS_KEY = /^(AKIA|ASIA)[A-Z0-9]{12,124}$/;
const USER_NAME = /^[\w+=,.@-]{1,64}$/;
const USER_ARN = /^arn:aws[a-z-]*:iam::\d{12}:user\/(?:[\x21-\x7e]{1,500}\/)?([\w+=,.@-]{1,64})$/;

/** The access key an order is about: the parameter `accessKeyId`, or the target where that is one. Throws `CONNECTOR_ORDER_INVALID`. */
export function accessKeyOf(target: Entity, asked: unknown): string {
  const key = (typeof asked === 'string' ? asked : target.value).toUpperCase();
  if (!ACCESS_KEY.test(key))
    throw invalid('no access key is named; give one in parameters.accessKeyId, such as AKIA...');
  if (key.startsWith('ASIA'))
    throw invalid('a temporary key (ASIA...) cannot be deactivated; quarantine the principal behind it');
  return key;
}

/** The user an order is about: an ARN of a user, or a user's name. Throws `CONNECTOR_ORDER_INVALID`. */
export function userOf({ value }: Entity): string {
  const name = USER_ARN.exec(value)?.[1] ?? (USER_NAME.test(value) ? value : undefined);
  if (name === undefined)
    throw invalid('the target is no IAM user; give its name or arn:aws:iam::<account>:user/<name>');
  return name;
}

/** Throws `CONNECTOR_PROTECTED` for a protected user and for the connector's own, which could not undo what it did to itself. */
export async function demandOpen(
  ask: Ask,
  user: string,
  settings: { accessKeyId: string; protectedUsers: readonly string[] },
): Promise<void> {
  const own = await userOfKey(ask, settings.accessKeyId);
  if (settings.protectedUsers.some((each) => each.toLowerCase() === user.toLowerCase())) {
    throw new BridgewatchError('CONNECTOR_PROTECTED', `${user} is a protected user of this connector`, 409);
  }
  if (own?.toLowerCase() === user.toLowerCase()) {
    throw new BridgewatchError('CONNECTOR_PROTECTED', `${user} is the user this connector itself works as`, 409);
  }
}

/** Who owns a key; null where IAM does not say. */
export async function userOfKey(ask: Ask, accessKeyId: string): Promise<string | null> {
  try {
    const { UserName } = await ask((client, options) =>
      client.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: accessKeyId }), options),
    );
    return UserName ?? null;
  } catch (error) {
    // A key of another account, or a root key, is refused rather than not found.
    if (error instanceof BridgewatchError && ['CONNECTOR_TARGET_UNKNOWN', 'CONNECTOR_REFUSED'].includes(error.code))
      return null;
    throw error;
  }
}

/** `Active` or `Inactive`, as IAM says now. Throws `CONNECTOR_TARGET_UNKNOWN`. */
export async function keyStatus(ask: Ask, user: string, accessKeyId: string): Promise<string> {
  const { AccessKeyMetadata = [] } = await ask((client, options) =>
    client.send(new ListAccessKeysCommand({ UserName: user }), options),
  );
  const status = AccessKeyMetadata.find((each) => each.AccessKeyId === accessKeyId)?.Status;
  if (status === undefined)
    throw new BridgewatchError('CONNECTOR_TARGET_UNKNOWN', `${user} has no access key ${accessKeyId}`, 404);
  return status;
}

/** What IAM says of a user: the blast radius, in its own words. Texts are made plain; each list names at most ten. */
export async function saidOf(ask: Ask, user: string): Promise<readonly string[]> {
  const { User } = await ask((client, options) => client.send(new GetUserCommand({ UserName: user }), options));
  const { Groups = [] } = await ask((client, options) =>
    client.send(new ListGroupsForUserCommand({ UserName: user }), options),
  );
  const { AttachedPolicies = [] } = await ask((client, options) =>
    client.send(new ListAttachedUserPoliciesCommand({ UserName: user }), options),
  );
  const { PolicyNames = [] } = await ask((client, options) =>
    client.send(new ListUserPoliciesCommand({ UserName: user }), options),
  );
  const { AccessKeyMetadata = [] } = await ask((client, options) =>
    client.send(new ListAccessKeysCommand({ UserName: user }), options),
  );
  const active = AccessKeyMetadata.filter(({ Status }) => Status === 'Active').length;
  return [
    `user ${plainText(User?.Arn ?? user, 300)}`,
    `groups: ${listed(Groups.map(({ GroupName }) => GroupName))}`,
    `attached policies: ${listed(AttachedPolicies.map(({ PolicyName }) => PolicyName))}`,
    `inline policies: ${listed(PolicyNames)}`,
    `access keys: ${AccessKeyMetadata.length}, of which ${active} active`,
    ...(User?.PasswordLastUsed === undefined ? [] : [`password last used ${User.PasswordLastUsed.toISOString()}`]),
  ];
}

function listed(names: readonly (string | undefined)[]): string {
  const shown = names.slice(0, 10).map((name) => plainText(name ?? '?', 128));
  const more = names.length > 10 ? `, and ${names.length - 10} more` : '';
  return names.length === 0 ? 'none' : `${shown.join(', ')}${more}`;
}
