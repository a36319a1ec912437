import { leadOrAdministrator, type Routes, staff } from './rows.ts';

/** Who may reach the routes of sources and their tokens. Written out by hand, not derived from what is under test. */
export const sourceMatrix: Routes = {
  'GET /api/v1/tenants/:t/sources': staff,
  'POST /api/v1/tenants/:t/sources': leadOrAdministrator,
  'GET /api/v1/tenants/:t/sources/:id': staff,
  'PATCH /api/v1/tenants/:t/sources/:id': leadOrAdministrator,
  'POST /api/v1/tenants/:t/sources/:id/endings': leadOrAdministrator,
  'POST /api/v1/tenants/:t/sources/:id/tokens': leadOrAdministrator,
  'POST /api/v1/tenants/:t/sources/:id/tokens/:token/endings': leadOrAdministrator,
};
