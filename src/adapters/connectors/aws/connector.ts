import { plainText } from '../../../contracts/plain-text.ts';
import type { Connector } from '../../../ports/connector.ts';
import { invalid } from '../http/values.ts';
import type { ConnectorRoom } from '../room.ts';
import { deactivateAccessKey } from './access-key.ts';
import { withIam } from './client.ts';
import type { IamAction } from './iam-action.ts';
import { quarantinePrincipal } from './quarantine.ts';
import type { AwsSettings } from './settings.ts';

const actions: Readonly<Record<string, IamAction>> = {
  deactivate_access_key: deactivateAccessKey,
  quarantine_principal: quarantinePrincipal,
};

/** AWS IAM. Both kinds set a state, so doing them again does nothing more. */
export function awsConnector(settings: AwsSettings, room: ConnectorRoom): Connector {
  const action = (kind: string): IamAction => {
    const found = Object.hasOwn(actions, kind) ? actions[kind] : undefined;
    if (found === undefined)
      throw invalid(`this connector does ${Object.keys(actions).join(', ')}, not ${plainText(kind, 60)}`);
    return found;
  };
  return {
    kinds: Object.keys(actions),
    repeatable: true,
    survey: (order, signal) =>
      withIam(settings, room, order.tenant, signal, (ask) => action(order.kind).survey(order, ask, settings)),
    execute: (plan, { signal }) =>
      withIam(settings, room, plan.tenant, signal, (ask) => action(plan.kind).execute(plan, ask, settings)),
    verify: (plan, _receipt, { signal }) =>
      withIam(settings, room, plan.tenant, signal, (ask) => action(plan.kind).verify(plan, ask)),
    undo: (plan, _receipt, { signal }) =>
      withIam(settings, room, plan.tenant, signal, (ask) => action(plan.kind).undo(plan, ask)),
    verifyUndone: (plan, _receipt, { signal }) =>
      withIam(settings, room, plan.tenant, signal, (ask) => action(plan.kind).verifyUndone(plan, ask)),
  };
}
