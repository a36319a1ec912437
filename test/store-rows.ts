import type { Determination } from '../src/contracts/determination.ts';
import type { Finding } from '../src/contracts/finding.ts';
import type { LedgerNote } from '../src/contracts/ledger-entry.ts';
import { namedPerson } from '../src/contracts/personal.ts';
import { Policy } from '../src/contracts/policy.ts';
import type { StateTx, StoredFinding } from '../src/ports/state-store.ts';
import { fillAccessTables } from './store-rows-access.ts';
import { fillAutonomyTables } from './store-rows-autonomy.ts';
import { fillHuntTables } from './store-rows-hunts.ts';
import { fillModelTables } from './store-rows-models.ts';
import { fillResponseTables } from './store-rows-response.ts';
import { fillReviewTables } from './store-rows-review.ts';
import { fillSecretTables } from './store-rows-secrets.ts';
import { fillSourceTables } from './store-rows-sources.ts';
import { fillTuningTables } from './store-rows-tuning.ts';

/** Small but complete rows for tests of the store; each may be changed by the part given. */
export function finding(tenant: string, id: string, part: Partial<Finding> = {}): Finding {
  return {
    id,
    tenant,
    revision: 1,
    title: `Credential dumping on ${id}`,
    family: 'credential-access',
    threatProbability: 0.5,
    severity: 'high',
    techniques: ['T1003.001'],
    tactics: ['credential-access'],
    entities: [{ kind: 'host', value: 'ws-01' }],
    firstEventAt: 1,
    lastEventAt: 2,
    base: -3,
    reasons: [],
    detections: [],
    events: ['e1'],
    investigation: { playbook: 'none', steps: [], openQuestions: [] },
    recommendation: { disposition: 'threat', for: [], against: [], notChecked: [], actions: [] },
    ...part,
  };
}

export function stored(document: Finding, part: Partial<StoredFinding> = {}): StoredFinding {
  return {
    finding: document,
    status: 'open',
    visibleAt: 100,
    updatedAt: 100,
    determination: null,
    firstSeen: { threatProbability: document.threatProbability, rulesOnly: 0.4, disposition: 'threat' },
    reviews: 0,
    ...part,
  };
}

export function determination(
  tenant: string,
  of: string,
  id: string,
  part: Partial<Determination> = {},
): Determination {
  return {
    id,
    tenant,
    finding: of,
    revision: 1,
    verdict: 'threat',
    reason: 'compromised host',
    note: '',
    by: { id: 'ann', name: 'Ann Analyst' },
    at: 200,
    recommended: 'threat',
    blind: false,
    confidence: null,
    timeSpentMs: null,
    evidence: [],
    activityStartedAt: null,
    supersededAt: null,
    ...part,
  };
}

export function note(subject: string, payload: unknown = { subject }): LedgerNote {
  return {
    actor: { kind: 'human', id: 'ann', version: '' },
    onBehalfOf: null,
    type: 'finding.determined',
    subject: { kind: 'finding', id: subject, revision: 1 },
    payload,
  };
}

/** At least one row of `tenant` in every table that transactions write. */
export async function fillEveryTable(tx: StateTx, tenant: string): Promise<void> {
  await tx.ledger.append(tenant, note('f1', { by: namedPerson({ id: 'ann', name: 'Ann Analyst' }) }));
  await tx.findings.put(stored(finding(tenant, 'f1')));
  await tx.findings.put(stored(finding(tenant, 'f2')));
  await tx.findings.alias(tenant, 'f2', 'f1');
  await tx.determinations.append(determination(tenant, 'f1', 'd1'));
  await tx.determinations.reopen({
    tenant,
    finding: 'f1',
    revision: 1,
    reason: 'new host',
    by: { kind: 'human', id: 'ann', name: 'Ann' },
    at: 300,
  });
  await tx.evidence.put(tenant, [{ id: 'e1', time: 1, lens: 'generic', file: '-', line: 1, raw: '{}' }]);
  await tx.counters.add(tenant, { events: 1 });
  await tx.policy.put(tenant, Policy.parse({}), 0, 1);
  await tx.context.add({
    id: 'c1',
    tenant,
    entity: { kind: 'host', value: 'ws-01' },
    body: { kind: 'criticality', level: 'crown_jewel' },
    owner: 'Releases',
    text: 'Signs releases',
    by: { id: 'ann', name: 'Ann' },
    at: 1,
    until: null,
    withdrawnAt: null,
  });
  const below = { tenant, family: 'execution', probability: 0.02, expectedLoss: 0.01, why: 'floor' as const };
  const seen = { firstEventAt: 1, lastEventAt: 2, addedAt: 3, updatedAt: 3 };
  await tx.below.put([{ ...below, ...seen, id: 'b1', title: 'Odd tool', entities: [], detectors: [] }]);
  await tx.below.draw(tenant, { day: 0, at: 4, population: 1, drawn: [{ id: 'b1', at: 4, share: 0.5, lost: false }] });
  await fillAccessTables(tx, tenant);
  await fillReviewTables(tx, tenant);
  await fillResponseTables(tx, tenant);
  await fillAutonomyTables(tx, tenant);
  await fillSecretTables(tx, tenant);
  await fillSourceTables(tx, tenant);
  await fillHuntTables(tx, tenant);
  await fillModelTables(tx, tenant);
  await fillTuningTables(tx, tenant);
  await tx.idempotency.put(tenant, 'ann', 'k1', { requestHash: 'h', status: 200, body: '{}', at: 1 });
}
