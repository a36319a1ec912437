import type { Clock } from '../ports/clock.ts';
import type { ResponseListener } from '../ports/listeners.ts';

/** A contained finding's open incident is contained: ledger first. On behalf of whoever answers for the action. */
export function containment(clock: Clock): ResponseListener {
  return {
    async contained(tx, { id, tenant, finding, clearance, grant, kind }) {
      const incident = await tx.review.liveIncident(tenant, finding);
      if (incident?.state !== 'open') return;
      await tx.ledger.append(tenant, {
        actor: { kind: 'system', id: 'decide', version: '1' },
        onBehalfOf: grant?.signer.id ?? clearance?.by[0] ?? null,
        type: 'incident.contained',
        subject: { kind: 'incident', id: incident.id, revision: null },
        payload: { finding, action: id, kind },
      });
      await tx.review.containIncident(tenant, finding, clock.now());
    },
  };
}
