import { type Routes, staff } from './rows.ts';

/** Who may reach what is known of telemetry's health. Written out by hand, not derived from what is under test. */
export const ingestMatrix: Routes = {
  'GET /api/v1/tenants/:t/sources/health': staff,
  'GET /api/v1/tenants/:t/ingest': staff,
};
