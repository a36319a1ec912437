import { decider, deciderOrCustomer, type Routes, staff, withCustomer } from './rows.ts';

/** Who may reach the routes of response. Written out by hand, not derived from what is under test. */
export const responseMatrix: Routes = {
  'GET /api/v1/tenants/:t/actions': staff,
  'GET /api/v1/tenants/:t/actions/:id': staff,
  'GET /api/v1/tenants/:t/requests': withCustomer,
  'POST /api/v1/tenants/:t/findings/:id/actions': decider,
  'POST /api/v1/tenants/:t/actions/:id/approvals': deciderOrCustomer,
  'POST /api/v1/tenants/:t/actions/:id/denials': deciderOrCustomer,
  'POST /api/v1/tenants/:t/actions/:id/replans': decider,
  'POST /api/v1/tenants/:t/actions/:id/undos': decider,
  'GET /api/v1/tenants/:t/playbooks': staff,
  'GET /api/v1/tenants/:t/playbooks/:family/cacao': staff,
};
