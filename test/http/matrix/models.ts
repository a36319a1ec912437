import { leadOnly, leadOrAdministrator, type Routes, staff } from './rows.ts';

/** Who may reach the routes of models. Written out by hand, not derived from what is under test. */
export const modelMatrix: Routes = {
  'GET /api/v1/tenants/:t/models': staff,
  'GET /api/v1/tenants/:t/models/versions/:v': staff,
  'GET /api/v1/tenants/:t/models/versions/:v/comparison': staff,
  'GET /api/v1/tenants/:t/models/drift': staff,
  'POST /api/v1/tenants/:t/models/versions': leadOrAdministrator,
  'POST /api/v1/tenants/:t/models/promotions': leadOnly,
  'POST /api/v1/tenants/:t/models/reversals': leadOnly,
  'GET /api/v1/tenants/:t/findings/:id/determinations/:d/lesson': staff,
};
