import type { StateStore } from '../../../src/ports/state-store.ts';
import { decider, type Routes, staff } from './rows.ts';

/** Who may reach the routes of review. Written out by hand, not derived from what is under test. */
export const reviewMatrix: Routes = {
  'GET /api/v1/tenants/:t/verdict-reasons': staff,
  'GET /api/v1/tenants/:t/reviews': decider,
  'GET /api/v1/tenants/:t/reviews/:id': decider,
  'POST /api/v1/tenants/:t/reviews/:id/opinions': decider,
};

/** Puts there what the routes above are asked for: each thing under the id `f1`, as the finding. */
export async function prepareReview(store: StateStore): Promise<void> {
  await store.withTenants(['acme'], (tx) =>
    tx.review.openTask({
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
    }),
  );
}
