import { decider, leadOnly, leadOrAdministrator, type Routes, staff } from './rows.ts';

/** Who may reach the routes of autonomy. Written out by hand, not derived from what is under test. */
export const autonomyMatrix: Routes = {
  'GET /api/v1/tenants/:t/autonomy': staff,
  'GET /api/v1/tenants/:t/autonomy/class': staff,
  'POST /api/v1/tenants/:t/autonomy/levels': leadOnly,
  'POST /api/v1/tenants/:t/autonomy/grants': leadOnly,
  'POST /api/v1/tenants/:t/autonomy/steps': leadOnly,
  'POST /api/v1/tenants/:t/autonomy/demotions': decider,
  'GET /api/v1/tenants/:t/autonomy/closures': staff,
  'GET /api/v1/tenants/:t/autonomy/notices': staff,
  'POST /api/v1/tenants/:t/autonomy/notices/:id/openings': decider,
  'POST /api/v1/tenants/:t/autonomy/notices/:id/approvals': decider,
  'POST /api/v1/tenants/:t/autonomy/notices/:id/vetoes': decider,
  'GET /api/v1/tenants/:t/findings/:id/autonomy': staff,
  'GET /api/v1/tenants/:t/switch': staff,
  'POST /api/v1/tenants/:t/switch/stops': decider,
  'POST /api/v1/tenants/:t/switch/lifts': leadOrAdministrator,
  'GET /api/v1/tenants/:t/canaries': leadOrAdministrator,
  'POST /api/v1/tenants/:t/canaries': leadOrAdministrator,
};
