import type { ActionPlan, Check } from '../../../contracts/action.ts';
import type { ActionOrder, Receipt, Survey } from '../../../ports/connector.ts';
import type { NftablesSettings } from './settings.ts';
import type { NftablesGround } from './ssh.ts';

/** Where an operation works. */
export interface Reach {
  readonly ground: NftablesGround;
  readonly settings: NftablesSettings;
  readonly signal: AbortSignal;
}

/** One kind of action. */
export interface Operation {
  survey(reach: Reach, order: ActionOrder): Promise<Survey>;
  execute(reach: Reach, plan: ActionPlan): Promise<Receipt>;
  verify(reach: Reach, plan: ActionPlan): Promise<Check>;
  undo(reach: Reach, plan: ActionPlan): Promise<Receipt>;
  verifyUndone(reach: Reach, plan: ActionPlan): Promise<Check>;
}
