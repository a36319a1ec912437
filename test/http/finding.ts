import type { Finding } from '../../src/contracts/finding.ts';
import type { StateStore } from '../../src/ports/state-store.ts';
import { START } from './house.ts';

/** A small finding that fits the contract; tests change what they are about. */
export function findingLike(changes: Partial<Finding> & { id: string; tenant: string }): Finding {
  return {
    revision: 1,
    title: 'svc-backup read lsass on ws-7',
    family: 'credential-access',
    threatProbability: 0.9,
    severity: 'high',
    techniques: ['T1003.001'],
    tactics: ['credential-access'],
    entities: [{ kind: 'host', value: 'ws-7' }],
    firstEventAt: START - 60_000,
    lastEventAt: START - 30_000,
    base: -4,
    reasons: [{ term: 'detector', text: 'LSASS opened', logOdds: 6.2, evidence: ['e1'] }],
    detections: [],
    events: ['e1', 'e2'],
    investigation: { playbook: 'credential-access', steps: [], openQuestions: [] },
    recommendation: {
      disposition: 'threat',
      for: ['LSASS opened by a script host'],
      against: ['none found'],
      notChecked: [],
      actions: [],
    },
    ...changes,
  };
}

/** Puts a finding and its events where an analyst sees them. */
export async function show(store: StateStore, finding: Finding): Promise<void> {
  const { tenant } = finding;
  await store.withTenants([tenant], async (tx) => {
    await tx.ledger.append(tenant, {
      actor: { kind: 'ai', id: 'triage', version: '1' },
      onBehalfOf: null,
      type: 'finding.surfaced',
      subject: { kind: 'finding', id: finding.id, revision: finding.revision },
      payload: { threatProbability: finding.threatProbability },
    });
    await tx.evidence.put(
      tenant,
      finding.events.map((id, index) => ({
        id,
        time: START + index,
        lens: 'generic',
        file: 'sample.ndjson',
        line: index + 1,
        raw: JSON.stringify({ id, tenant, text: '<script>alert(1)</script>' }),
      })),
    );
    await tx.findings.put({
      finding,
      status: 'open',
      visibleAt: START,
      updatedAt: START,
      determination: null,
      firstSeen: {
        threatProbability: finding.threatProbability,
        rulesOnly: 0.5,
        disposition: finding.recommendation.disposition,
      },
      reviews: 0,
    });
  });
}
