import type { TuningProposal } from '../src/contracts/tuning.ts';
import type { StateTx } from '../src/ports/state-store.ts';

/** A proposal in shadow, small but complete. */
export function tuningProposal(tenant: string, id: string, part: Partial<TuningProposal> = {}): TuningProposal {
  return {
    id,
    tenant,
    rule: { id: 'rule-1', version: 'v1', title: 'A rule' },
    verdict: 'false_positive',
    run: ['f1', 'f2', 'f3'],
    lines: [{ field: 'Image', modifier: '', values: ['C:\\backup.exe'] }],
    filter: 'title: x',
    cautions: [],
    rank: 1,
    proof: {
      at: 1,
      threats: { findings: [], detections: 0, stillFire: 0 },
      examples: [],
      removes: { findings: ['f1', 'f2', 'f3'], detections: 3, of: 3 },
      beside: [],
      past: null,
    },
    state: 'shadow',
    proposedBy: { kind: 'system', id: 'tuning', name: 'Bridgewatch' },
    proposedAt: 1,
    accepted: null,
    expiresAt: null,
    withdrawn: null,
    revision: 1,
    ...part,
  };
}

/** At least one row of `tenant` in every table of tuning. */
export async function fillTuningTables(tx: StateTx, tenant: string): Promise<void> {
  await tx.tuning.add(tuningProposal(tenant, 't1'));
  await tx.tuning.setAside(tenant, [
    { proposal: 't1', detection: 'd1', mode: 'shadow', at: 1, seenAt: 2, events: ['e1'], host: null, sequence: 1 },
  ]);
}
