import type { AutonomyClass, Grant, GrantStep } from '../../contracts/grant.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { StateTx } from '../../ports/state-store.ts';
import { type RampStep, rampStep } from '../../reliability/index.ts';
import type { Person } from '../person.ts';
import { moveClass } from './change.ts';
import { knownClass } from './levels.ts';
import type { AutonomyParts } from './parts.ts';
import type { Standing } from './record.ts';
import { standingOf } from './record.ts';

/** Whether a grant may run on more of its class, by the record as it stands with what came since the step began. */
export async function rampOf(
  tx: StateTx,
  each: AutonomyClass,
  grant: Grant,
  { counted, record }: Standing,
): Promise<{ step: GrantStep | null; next: RampStep | null }> {
  const step = (await tx.autonomy.steps(each.tenant, grant.id)).at(-1) ?? null;
  if (step === null) return { step, next: null };
  const next = rampStep({
    exposure: step.exposure,
    target: grant.figures.target,
    errors: record.errors,
    cases: record.cases,
    casesThisStep: counted.filter(({ case: { determinedAt } }) => determinedAt >= step.since).length,
    cusum: each.cusum,
  });
  return { step, next };
}

/**
 * A lead lets a grant run on its next share. The caller has called `demandLead`. Throws `AUTONOMY_NOT_GRANTED` and
 * `AUTONOMY_STEP_NOT_EARNED` (409).
 */
export async function stepUp(
  tx: StateTx,
  parts: AutonomyParts,
  tenant: string,
  key: string,
  person: Person,
): Promise<GrantStep> {
  const each = await knownClass(tx, tenant, key, true);
  const grant = each.grant === null ? null : await tx.autonomy.grant(tenant, each.grant);
  if (grant === null) throw new BridgewatchError('AUTONOMY_NOT_GRANTED', `class "${key}" has no grant`, 409);
  const now = parts.clock.now();
  const { next } = await rampOf(tx, each, grant, await standingOf(tx, each, now));
  if (next === null || next.next === null || !next.ready) {
    const missing = next?.requirements.filter(({ met }) => !met).map(({ said }) => said) ?? [];
    const said = next?.next === null ? 'it runs on all of its class already' : missing.join(' ');
    throw new BridgewatchError('AUTONOMY_STEP_NOT_EARNED', `class "${key}" may not take its next step: ${said}`, 409);
  }
  const by = { id: person.id, name: person.name };
  const step: GrantStep = { tenant, grant: grant.id, exposure: next.next, since: now, by };
  const said = `${by.name} let it run on ${step.exposure * 100} % of its class`;
  await moveClass(
    tx,
    each.level,
    { ...each, updatedAt: now },
    { cause: 'stepped', said, by, payload: { exposure: step.exposure } },
  );
  await tx.autonomy.addStep(step);
  return step;
}
