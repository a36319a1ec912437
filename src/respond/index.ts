/** Respond: plan -> approve -> execute -> verify -> (undo). Nothing is done that no person answers for. */
export { recordApproval, recordDenial, type Voice } from './approve.ts';
export { CacaoPlaybook } from './cacao/document.ts';
export { exportCacao } from './cacao/export.ts';
export { importCacao } from './cacao/import.ts';
export { recordReplan, recordUndoRequest } from './change.ts';
export { createExecutor } from './executor.ts';
export { actionKinds, kindOrUndefined } from './kinds.ts';
export { noticeOf } from './notice.ts';
export { type CanaryHold, crashPoints, type PlanningParts } from './parts.ts';
export { planAction } from './plan.ts';
export { proposeUnderGrant, recommendedOrder, recordProposal } from './propose.ts';
export { reachIn } from './reach.ts';
export { actionsUnderGrants, undoVerified } from './under-grants.ts';
