import type { ActionPlan, Check } from '../../../contracts/action.ts';
import type { ActionOrder, Receipt, Survey } from '../../../ports/connector.ts';
import type { Ask } from './client.ts';
import type { AwsSettings } from './settings.ts';

/** One kind of action on IAM: what the connector does for it, given a client. */
export interface IamAction {
  survey(order: ActionOrder, ask: Ask, settings: AwsSettings): Promise<Survey>;
  execute(plan: ActionPlan, ask: Ask, settings: AwsSettings): Promise<Receipt>;
  verify(plan: ActionPlan, ask: Ask): Promise<Check>;
  undo(plan: ActionPlan, ask: Ask): Promise<Receipt>;
  verifyUndone(plan: ActionPlan, ask: Ask): Promise<Check>;
}
