import type { Action } from '../../contracts/response.ts';
import type { actionPlans, actions } from './schema-response.ts';

type ActionRow = typeof actions.$inferSelect;
type PlanRow = Pick<typeof actionPlans.$inferSelect, 'plan' | 'planHash'>;
/** Columns that `put` sets; who holds it and whether people are to be told are set apart. */
type Written = Omit<typeof actions.$inferInsert, 'leasedBy' | 'leaseUntil' | 'noticeAt' | 'noticeTries'>;

/** An action as its row holds it. */
export function rowOfAction(action: Action): Written {
  const { tenant, finding, target, proposedBy, clearance, grant, plan, check } = action;
  return {
    tenantId: tenant,
    id: action.id,
    findingId: finding,
    revision: action.revision,
    kind: action.kind,
    targetKind: target.kind,
    targetValue: target.value,
    parameters: action.parameters,
    why: action.why,
    state: action.state,
    phase: action.phase,
    reason: action.reason,
    planNumber: action.planNumber,
    impact: plan.impact,
    reversible: plan.reversible,
    approvalsNeeded: action.approvalsNeeded,
    asked: action.asked,
    proposedByKind: proposedBy.kind,
    proposedById: proposedBy.id,
    proposedByName: proposedBy.name,
    approvedBy: clearance?.by[0] ?? null,
    approvedAlsoBy: clearance?.by[1] ?? null,
    customerApprovedBy: clearance?.customer ?? null,
    grantId: grant?.id ?? null,
    classKey: grant?.classKey ?? null,
    signerId: grant?.signer.id ?? null,
    signerName: grant?.signer.name ?? null,
    proposedAt: action.proposedAt,
    expiresAt: action.expiresAt,
    approvedAt: action.approvedAt,
    startedAt: action.startedAt,
    verifiedAt: action.verifiedAt,
    undoneAt: action.undoneAt,
    updatedAt: action.updatedAt,
    step: action.step,
    attempt: action.attempt,
    checks: action.checks,
    nextAt: action.nextAt,
    receipt: action.receipt,
    checkOutcome: check?.outcome ?? null,
    checkSaw: check?.saw ?? null,
  };
}

/** The action that a row and its plan in force are. */
export function actionOfRow(row: ActionRow, { plan, planHash }: PlanRow): Action {
  const { grantId, classKey, signerId, signerName, approvedBy, approvedAlsoBy, checkOutcome } = row;
  return {
    id: row.id,
    tenant: row.tenantId,
    finding: row.findingId,
    revision: row.revision,
    kind: row.kind,
    target: { kind: row.targetKind, value: row.targetValue },
    parameters: row.parameters,
    why: row.why,
    state: row.state,
    phase: row.phase,
    reason: row.reason,
    plan,
    planNumber: row.planNumber,
    planHash,
    approvalsNeeded: row.approvalsNeeded,
    asked: row.asked,
    proposedBy: { kind: row.proposedByKind, id: row.proposedById, name: row.proposedByName },
    clearance:
      approvedBy === null
        ? null
        : {
            by: approvedAlsoBy === null ? [approvedBy] : [approvedBy, approvedAlsoBy],
            customer: row.customerApprovedBy,
          },
    grant:
      grantId === null
        ? null
        : { id: grantId, classKey: classKey ?? '', signer: { id: signerId ?? '', name: signerName ?? '' } },
    proposedAt: row.proposedAt,
    expiresAt: row.expiresAt,
    approvedAt: row.approvedAt,
    startedAt: row.startedAt,
    verifiedAt: row.verifiedAt,
    undoneAt: row.undoneAt,
    updatedAt: row.updatedAt,
    step: row.step,
    attempt: row.attempt,
    checks: row.checks,
    nextAt: row.nextAt,
    receipt: row.receipt,
    check: checkOutcome === null ? null : { outcome: checkOutcome, saw: row.checkSaw ?? '' },
  };
}
