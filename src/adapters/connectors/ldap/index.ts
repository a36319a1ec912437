import type { ActionPlan } from '../../../contracts/action.ts';
import { plainText } from '../../../contracts/plain-text.ts';
import { BridgewatchError } from '../../../kernel/errors.ts';
import type { Connector, Receipt, Run } from '../../../ports/connector.ts';
import { accountByName } from './account.ts';
import { disable } from './disable.ts';
import { endSessions } from './end-sessions.ts';
import { refuseProtected } from './guard.ts';
import type { Operation } from './operation.ts';
import { type Directory, type LdapGround, withDirectory } from './session.ts';
import type { LdapSettings } from './settings.ts';

export { LdapSettings } from './settings.ts';

/** How many of an account's groups a plan lists by name. */
const LISTED_GROUPS = 20;

const operations: Readonly<Record<string, Operation>> = { disable_account: disable, revoke_sessions: endSessions };

function operationOf(kind: string): Operation {
  const operation = Object.hasOwn(operations, kind) ? operations[kind] : undefined;
  if (operation !== undefined) return operation;
  const allowed = Object.keys(operations).join(', ');
  throw new BridgewatchError(
    'CONNECTOR_ORDER_INVALID',
    `a directory does not carry out ${kind}; it does ${allowed}`,
    400,
  );
}

/** Accounts of one directory. `revoke_sessions` is there where the settings say which applications heed it. */
export function makeLdapConnector(settings: LdapSettings, ground: LdapGround): Connector {
  type Step<T> = (operation: Operation, directory: Directory) => Promise<T>;
  const during = <T>(kind: string, signal: AbortSignal, step: Step<T>): Promise<T> =>
    withDirectory(ground, settings, signal, (directory) => step(operationOf(kind), directory));
  const onPlan =
    <T>(
      step: (operation: Operation) => (directory: Directory, plan: ActionPlan, receipt: Receipt | null) => Promise<T>,
    ) =>
    (plan: ActionPlan, receipt: Receipt | null, { signal }: Run): Promise<T> =>
      during(plan.kind, signal, (operation, directory) => step(operation)(directory, plan, receipt));
  const execute = onPlan((operation) => operation.execute);
  return {
    kinds: settings.sessionEpoch === undefined ? ['disable_account'] : ['disable_account', 'revoke_sessions'],
    repeatable: true,
    survey: (order, signal) =>
      during(order.kind, signal, async (operation, directory) => {
        const account = await accountByName(directory, order);
        const groups = await refuseProtected(directory, account);
        const listed = groups.slice(0, LISTED_GROUPS).map((group) => `It is in ${plainText(group, 200)}.`);
        const rest = groups.length - listed.length;
        return operation.survey(directory, account, rest > 0 ? [...listed, `It is in ${rest} more groups.`] : listed);
      }),
    execute: (plan, run) => execute(plan, null, run),
    verify: onPlan((operation) => operation.verify),
    undo: onPlan((operation) => operation.undo),
    verifyUndone: onPlan((operation) => operation.verifyUndone),
  };
}
