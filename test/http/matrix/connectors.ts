import { administratorOnly, leadOrAdministrator, type Routes } from './rows.ts';

/** Who may reach the routes of connectors and their secrets. Written out by hand, not derived from what is under test. */
export const connectorMatrix: Routes = {
  'GET /api/v1/tenants/:t/connectors': leadOrAdministrator,
  'GET /api/v1/tenants/:t/connectors/:id': leadOrAdministrator,
  'PUT /api/v1/tenants/:t/connectors/:id': administratorOnly,
  'GET /api/v1/tenants/:t/secrets': leadOrAdministrator,
  'PUT /api/v1/tenants/:t/secrets/:name': administratorOnly,
};
