import { z } from 'zod';
import type { ActionPlan, Check } from '../../../contracts/action.ts';
import type { Receipt, Survey } from '../../../ports/connector.ts';
import type { Account } from './account.ts';
import type { Directory } from './session.ts';

/** One kind of action, inside a directory that let us in. The account was found and is not protected when it is surveyed. */
export interface Operation {
  survey(directory: Directory, account: Account, groups: readonly string[]): Promise<Survey>;
  execute(directory: Directory, plan: ActionPlan): Promise<Receipt>;
  verify(directory: Directory, plan: ActionPlan, receipt: Receipt | null): Promise<Check>;
  undo(directory: Directory, plan: ActionPlan, receipt: Receipt | null): Promise<Receipt>;
  verifyUndone(directory: Directory, plan: ActionPlan, receipt: Receipt | null): Promise<Check>;
}

/** Which account a plan means: by the id that never changes, and as it was called. */
export const Order = z.object({ id: z.string().min(1), dn: z.string().min(1) });
export const Values = z.object({ values: z.array(z.string()) });
/** The part of a receipt that undo needs. */
export const Found = z.object({ found: z.array(z.string()) });
