import { decider, leadOrAdministrator, type Routes, staff } from './rows.ts';

/** Who may reach the routes of tuning. Written out by hand, not derived from what is under test. */
export const tuningMatrix: Routes = {
  'GET /api/v1/tenants/:t/tuning': staff,
  'POST /api/v1/tenants/:t/tuning': leadOrAdministrator,
  'GET /api/v1/tenants/:t/tuning/:id': staff,
  'GET /api/v1/tenants/:t/tuning/:id/detections': staff,
  'POST /api/v1/tenants/:t/tuning/:id/acceptances': leadOrAdministrator,
  'POST /api/v1/tenants/:t/tuning/:id/withdrawals': decider,
};
