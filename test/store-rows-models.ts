import type { Model } from '../src/contracts/model.ts';
import type { StateTx } from '../src/ports/state-store.ts';

const id = 'a'.repeat(64);

const model: Model = {
  id,
  parent: null,
  code: '0',
  base: -3,
  gains: {},
  family: {},
  detector: {},
  here: { d1: 0.5 },
  trainedOn: { examples: 0, threats: 0, from: null, to: null, digest: '', verdicts: {} },
};

/** At least one row of `tenant` in every table of models; determination `d1` on finding `f1` is there. */
export async function fillModelTables(tx: StateTx, tenant: string): Promise<void> {
  await tx.models.addVersion({
    tenant,
    id,
    model,
    origin: 'hand_set',
    calibratedOn: 0,
    measured: null,
    madeAt: 1,
    madeBy: null,
    note: '',
  });
  await tx.models.addPromotion({ tenant, from: null, to: id, reason: 'the start', by: null, at: 1 });
  await tx.models.putChallenger({ tenant, model, learnedAt: 1 });
  await tx.models.addExample({
    tenant,
    determination: 'd1',
    finding: 'f1',
    revision: 1,
    at: 1,
    analyst: 'ann',
    verdict: 'threat',
    features: { detectors: [{ id: 'd1', family: 'credential-access', weight: 1 }], terms: {} },
    weight: 1,
    supersededAt: null,
  });
  await tx.models.putLesson({
    tenant,
    determinations: ['d1'],
    learnedAt: 1,
    examples: 1,
    base: { before: 0, after: 0 },
    detectors: [],
    terms: [],
    findings: [],
    open: [],
  });
  await tx.models.addScores([
    {
      tenant,
      finding: 'f1',
      revision: 1,
      version: id,
      probability: 0.5,
      champion: id,
      championProbability: 0.5,
      at: 1,
    },
  ]);
}
