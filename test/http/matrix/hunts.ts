import { decider, type Routes } from './rows.ts';

/** Who may reach the routes of hunting. Written out by hand, not derived from what is under test. */
export const huntMatrix: Routes = {
  'POST /api/v1/tenants/:t/hunts/run': decider,
  'POST /api/v1/tenants/:t/hunts/histogram': decider,
  'POST /api/v1/tenants/:t/hunts/top': decider,
  'POST /api/v1/tenants/:t/hunts/export': decider,
  'POST /api/v1/tenants/:t/hunts/drafts': decider,
  'GET /api/v1/tenants/:t/hunts': decider,
  'POST /api/v1/tenants/:t/hunts': decider,
  'GET /api/v1/tenants/:t/hunts/:id': decider,
  'PATCH /api/v1/tenants/:t/hunts/:id': decider,
  'POST /api/v1/tenants/:t/hunts/:id/endings': decider,
  'GET /api/v1/tenants/:t/hunts/:id/runs': decider,
  'POST /api/v1/tenants/:t/hunts/:id/runs': decider,
  'POST /api/v1/tenants/:t/hunts/:id/runs/:run/conclusions': decider,
  'GET /api/v1/tenants/:t/detections': decider,
};
