import type { AutonomyClass, Closure, Grant } from '../src/contracts/grant.ts';
import { canariesOf } from '../src/ports/state/canaries.ts';
import type { StateTx } from '../src/ports/state-store.ts';

const lee = { id: 'lee', name: 'Lee Lead' };
const versions = { model: 'm', playbook: 'p', prompts: 'q', detectors: { d1: 'v1' } };
const key = 'credential-access/close:benign';

export function autonomyClass(tenant: string, part: Partial<AutonomyClass> = {}): AutonomyClass {
  return {
    tenant,
    key,
    family: 'credential-access',
    subject: { does: 'close', disposition: 'benign' },
    level: 1,
    impact: 'low',
    reversible: true,
    epoch: 1,
    epochSince: 1,
    versions,
    grant: null,
    cusum: 0,
    updatedAt: 1,
    ...part,
  };
}

export function grantLike(tenant: string, part: Partial<Grant> = {}): Grant {
  return {
    tenant,
    id: 'g1',
    key,
    epoch: 1,
    level: 4,
    impact: 'low',
    reversible: true,
    versions,
    coverage: { detectors: ['d1'], techniques: [], entities: [], sources: [] },
    figures: {
      target: 0.01,
      cases: 449,
      errors: 0,
      logE: 3,
      upperBound: 0.0099,
      days: 20,
      detectorMix: { d1: 1 },
      seeded: { threats: 59, misses: 0 },
      real: { threats: 0, misses: 0 },
    },
    requirements: [],
    signedBy: lee,
    signedAt: 1,
    expiresAt: 2,
    endedAt: null,
    endedWhy: null,
    ...part,
  };
}

export function closureLike(tenant: string, part: Partial<Closure> = {}): Closure {
  return {
    tenant,
    id: 'cl1',
    finding: 'f1',
    revision: 1,
    key,
    grant: 'g1',
    level: 4,
    signedBy: lee,
    disposition: 'benign',
    state: 'closed',
    at: 1,
    openedBy: null,
    windowEndsAt: null,
    approvedBy: null,
    closedAt: 1,
    share: 1,
    sampled: true,
    reviewTask: 't1',
    reviewDueAt: 2,
    reviewedAs: null,
    endedAt: null,
    endedWhy: null,
    endedBy: null,
    ...part,
  };
}

/** At least one row of `tenant` in every table of autonomy. Finding f1 at revision 1 is there. */
export async function fillAutonomyTables(tx: StateTx, tenant: string): Promise<void> {
  const { autonomy } = tx;
  await autonomy.addGrant(grantLike(tenant));
  await autonomy.addStep({ tenant, grant: 'g1', exposure: 0.1, since: 1, by: lee });
  await autonomy.putClass(autonomyClass(tenant, { level: 4, grant: 'g1' }));
  await autonomy.addChange({ tenant, key, from: 0, to: 4, epoch: 1, cause: 'granted', said: 'signed', by: lee, at: 1 });
  await autonomy.addCase({
    tenant,
    key,
    epoch: 1,
    finding: 'f1',
    revision: 1,
    from: 'determination',
    inClass: true,
    at: 1,
    entity: 'host|ws-01',
    detectors: { d1: 'v1' },
    techniques: ['T1003.001'],
    entities: ['host|ws-01'],
    sources: ['generic'],
    disposition: 'benign',
    verdict: 'benign',
    by: { id: 'ann', name: 'Ann' },
    determinedAt: 2,
  });
  await autonomy.addLabelAsked({ tenant, key, epoch: 1, finding: 'f1', task: 't1', why: 'agreement', at: 3 });
  await autonomy.addLabel({
    tenant,
    key,
    epoch: 1,
    finding: 'f1',
    source: 't1',
    kind: 'second',
    verdict: 'benign',
    by: { id: 'bea', name: 'Bea' },
    at: 4,
  });
  await autonomy.addClosure(closureLike(tenant));
  await autonomy.addConsideration({
    tenant,
    finding: 'f1',
    revision: 1,
    key,
    grant: 'g1',
    outcome: 'closed',
    why: [],
    at: 1,
  });
  await canariesOf(tx).plant({
    tenant,
    id: 'c1',
    finding: 'f1',
    family: 'credential-access',
    techniques: ['T1003.001'],
    material: 'a recorded attack',
    state: 'planted',
    plantedBy: lee,
    plantedAt: 1,
    disposition: null,
    verdict: null,
    resolvedAt: null,
  });
  await autonomy.addStop({
    tenant,
    id: 's1',
    scope: 'tenant',
    classKey: null,
    via: 'console',
    viaTenant: tenant,
    why: 'a test',
    by: lee,
    at: 1,
    liftedAt: null,
    liftedBy: null,
  });
}
