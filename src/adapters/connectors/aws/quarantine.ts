import { DeleteUserPolicyCommand, GetUserPolicyCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { z } from 'zod';
import { canonicalJson } from '../../../kernel/canonical-json.ts';
import { BridgewatchError } from '../../../kernel/errors.ts';
import type { Ask } from './client.ts';
import type { IamAction } from './iam-action.ts';
import { demandOpen, saidOf, userOf } from './target.ts';

const POLICY = 'BridgewatchQuarantine';
/** An explicit deny outweighs every allow. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html */
const DENY_ALL = { Version: '2012-10-17', Statement: [{ Sid: POLICY, Effect: 'Deny', Action: '*', Resource: '*' }] };
const Arguments = z.strictObject({ user: z.string(), policy: z.literal(POLICY), document: z.unknown() });

/** quarantine_principal: an inline policy on the user that denies everything, to keys, console and sessions made from them alike. */
export const quarantinePrincipal: IamAction = {
  async survey({ target }, ask, settings) {
    const user = userOf(target);
    await demandOpen(ask, user, settings);
    const said = await saidOf(ask, user);
    if ((await documentOf(ask, user)) !== null) {
      throw new BridgewatchError(
        'CONNECTOR_REFUSED',
        `${user} has an inline policy ${POLICY} already; undo that quarantine, or leave it`,
        409,
      );
    }
    return {
      arguments: { user, policy: POLICY, document: DENY_ALL },
      before: { policy: null },
      undo: `inline policy ${POLICY} of ${user} is deleted`,
      said,
      affects: [{ kind: 'cloud_principal', value: user }],
    };
  },
  async execute(plan, ask, settings) {
    const { user } = Arguments.parse(plan.arguments);
    await demandOpen(ask, user, settings);
    const document = JSON.stringify(DENY_ALL);
    await ask((client, options) =>
      client.send(new PutUserPolicyCommand({ UserName: user, PolicyName: POLICY, PolicyDocument: document }), options),
    );
    return { user, policy: POLICY };
  },
  async verify(plan, ask) {
    const { user } = Arguments.parse(plan.arguments);
    const document = await documentOf(ask, user);
    if (document === null) return { outcome: 'no', saw: `${user} has no inline policy ${POLICY}` };
    const whole = canonicalJson(document) === canonicalJson(DENY_ALL);
    return {
      outcome: whole ? 'yes' : 'no',
      saw: `${user} has an inline policy ${POLICY} that ${whole ? 'denies everything' : 'says something else'}`,
    };
  },
  async undo(plan, ask) {
    const { user } = Arguments.parse(plan.arguments);
    try {
      await ask((client, options) =>
        client.send(new DeleteUserPolicyCommand({ UserName: user, PolicyName: POLICY }), options),
      );
    } catch (error) {
      // Gone already: an earlier try of this undo, or a person, was first.
      if (!(error instanceof BridgewatchError && error.code === 'CONNECTOR_TARGET_UNKNOWN')) throw error;
    }
    return { user, policy: null };
  },
  async verifyUndone(plan, ask) {
    const { user } = Arguments.parse(plan.arguments);
    const there = (await documentOf(ask, user)) !== null;
    return { outcome: there ? 'no' : 'yes', saw: `${user} has ${there ? 'an' : 'no'} inline policy ${POLICY}` };
  },
};

/** The quarantine's document as IAM has it; null where there is none. IAM answers URL-encoded JSON. */
async function documentOf(ask: Ask, user: string): Promise<unknown> {
  try {
    const { PolicyDocument = '' } = await ask((client, options) =>
      client.send(new GetUserPolicyCommand({ UserName: user, PolicyName: POLICY }), options),
    );
    return JSON.parse(decodeURIComponent(PolicyDocument)) ?? {};
  } catch (error) {
    if (error instanceof BridgewatchError && error.code === 'CONNECTOR_TARGET_UNKNOWN') return null;
    if (error instanceof SyntaxError || error instanceof URIError) return {};
    throw error;
  }
}
