import type { StateStore } from '../../../src/ports/state-store.ts';
import { determination, finding, stored } from '../../store-rows.ts';
import { decider, deciderOrCustomer, leadOrAdministrator, type Routes, staff, withCustomer } from './rows.ts';

/** Who may reach the routes of review. Written out by hand, not derived from what is under test. */
export const reviewMatrix: Routes = {
  'GET /api/v1/tenants/:t/verdict-reasons': staff,
  'GET /api/v1/tenants/:t/reviews': decider,
  'GET /api/v1/tenants/:t/reviews/:id': decider,
  'POST /api/v1/tenants/:t/reviews/:id/opinions': decider,
  'POST /api/v1/tenants/:t/findings': decider,
  'POST /api/v1/tenants/:t/findings/determinations': decider,
  'GET /api/v1/tenants/:t/findings/:id/comments': staff,
  'POST /api/v1/tenants/:t/findings/:id/comments': decider,
  'POST /api/v1/tenants/:t/findings/:id/assignments': decider,
  'POST /api/v1/tenants/:t/findings/:id/acknowledgements': decider,
  'POST /api/v1/tenants/:t/findings/:id/waits': decider,
  'POST /api/v1/tenants/:t/findings/:id/waits/end': decider,
  'POST /api/v1/tenants/:t/findings/:id/merges': decider,
  'POST /api/v1/tenants/:t/findings/:id/splits': decider,
  'GET /api/v1/tenants/:t/incidents': withCustomer,
  'GET /api/v1/tenants/:t/incidents/:id': withCustomer,
  'POST /api/v1/tenants/:t/incidents/:id/closures': decider,
  'GET /api/v1/tenants/:t/rota': staff,
  'POST /api/v1/tenants/:t/rota/shifts': leadOrAdministrator,
  'POST /api/v1/tenants/:t/rota/shifts/:id/withdrawals': leadOrAdministrator,
  'GET /api/v1/tenants/:t/context': withCustomer,
  'POST /api/v1/tenants/:t/context': deciderOrCustomer,
  'POST /api/v1/tenants/:t/context/:id/withdrawals': deciderOrCustomer,
  'GET /api/v1/tenants/:t/findings/:id/context-drafts': staff,
  'GET /api/v1/tenants/:t/below-the-line': staff,
  'GET /api/v1/tenants/:t/policy': staff,
  'PUT /api/v1/tenants/:t/policy': leadOrAdministrator,
  // Last of these: whoever is shown what a review keeps back may not give its opinion any more.
  'POST /api/v1/tenants/:t/findings/:id/disclosures': decider,
};

/** Puts there what the routes above are asked for: each thing under the id `f1`, as the finding. */
export async function prepareReview(store: StateStore): Promise<void> {
  await store.withTenants(['acme'], async (tx) => {
    await tx.review.openTask({
      id: 'f1',
      tenant: 'acme',
      finding: 'f1',
      revision: 1,
      kind: 'second',
      share: 1,
      against: null,
      excludes: [],
      createdAt: 0,
      dueAt: 1,
    });
    await tx.findings.put(stored(finding('acme', 'f2')));
    await tx.determinations.append(determination('acme', 'f2', 'd2'));
    await tx.review.openIncident({
      id: 'f1',
      tenant: 'acme',
      finding: 'f2',
      determination: 'd2',
      state: 'open',
      openedAt: 1,
      beganAt: 1,
      containedAt: null,
      closedAt: null,
      closedBy: null,
      rootCause: null,
      shouldHaveFired: null,
      withdrawnAt: null,
    });
  });
}
