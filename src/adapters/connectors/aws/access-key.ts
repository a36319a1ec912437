import { GetAccessKeyLastUsedCommand, UpdateAccessKeyCommand } from '@aws-sdk/client-iam';
import { z } from 'zod';
import { plainText } from '../../../contracts/plain-text.ts';
import { BridgewatchError } from '../../../kernel/errors.ts';
import type { IamAction } from './iam-action.ts';
import { accessKeyOf, demandOpen, keyStatus, saidOf, userOfKey } from './target.ts';

const Arguments = z.strictObject({ user: z.string(), accessKeyId: z.string() });
const Before = z.strictObject({ status: z.enum(['Active', 'Inactive']) });

/** deactivate_access_key: the key signs nothing any more until it is active again. IAM needs some seconds to know it everywhere. */
export const deactivateAccessKey: IamAction = {
  async survey({ target, parameters }, ask, settings) {
    const accessKeyId = accessKeyOf(target, parameters.accessKeyId);
    const user = await userOfKey(ask, accessKeyId);
    if (user === null)
      throw new BridgewatchError(
        'CONNECTOR_TARGET_UNKNOWN',
        `IAM names no user of access key ${accessKeyId} in this account`,
        404,
      );
    await demandOpen(ask, user, settings);
    const status = await keyStatus(ask, user, accessKeyId);
    const used = await ask((client, options) =>
      client.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: accessKeyId }), options),
    );
    const { LastUsedDate, ServiceName, Region } = used.AccessKeyLastUsed ?? {};
    const last =
      LastUsedDate === undefined
        ? 'never used'
        : `last used ${LastUsedDate.toISOString()} for ${plainText(ServiceName ?? '?', 60)} in ${plainText(Region ?? '?', 60)}`;
    return {
      arguments: { user, accessKeyId },
      before: Before.parse({ status }),
      undo: `access key ${accessKeyId} of ${user} is set to ${status} again`,
      said: [`access key ${accessKeyId} is ${status}, ${last}`, ...(await saidOf(ask, user))],
      affects: [{ kind: 'cloud_principal', value: user }],
    };
  },
  async execute(plan, ask, settings) {
    const { user, accessKeyId } = Arguments.parse(plan.arguments);
    await demandOpen(ask, user, settings);
    await ask((client, options) =>
      client.send(
        new UpdateAccessKeyCommand({ UserName: user, AccessKeyId: accessKeyId, Status: 'Inactive' }),
        options,
      ),
    );
    return { accessKeyId, status: 'Inactive' };
  },
  async verify(plan, ask) {
    const { user, accessKeyId } = Arguments.parse(plan.arguments);
    const status = await keyStatus(ask, user, accessKeyId);
    return {
      outcome: status === 'Inactive' ? 'yes' : 'no',
      saw: `access key ${accessKeyId} of ${user} is ${plainText(status, 20)}`,
    };
  },
  async undo(plan, ask) {
    const { user, accessKeyId } = Arguments.parse(plan.arguments);
    const { status } = Before.parse(plan.before);
    await ask((client, options) =>
      client.send(new UpdateAccessKeyCommand({ UserName: user, AccessKeyId: accessKeyId, Status: status }), options),
    );
    return { accessKeyId, status };
  },
  async verifyUndone(plan, ask) {
    const { user, accessKeyId } = Arguments.parse(plan.arguments);
    const { status } = Before.parse(plan.before);
    const now = await keyStatus(ask, user, accessKeyId);
    return {
      outcome: now === status ? 'yes' : 'no',
      saw: `access key ${accessKeyId} of ${user} is ${plainText(now, 20)}`,
    };
  },
};
