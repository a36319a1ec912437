import { administratorOnly, type Routes, signedIn, staff } from './rows.ts';

/** Who may reach the routes of access. Written out by hand, not derived from what is under test. */
export const accessMatrix: Routes = {
  'GET /api/v1/tokens': signedIn,
  'POST /api/v1/tokens': signedIn,
  'POST /api/v1/tokens/:id/revocations': signedIn,
  'GET /api/v1/tenants/:t/members': staff,
  'POST /api/v1/tenants/:t/members': administratorOnly,
  'PATCH /api/v1/tenants/:t/members/:id': administratorOnly,
  'POST /api/v1/tenants/:t/members/:id/removals': administratorOnly,
};
