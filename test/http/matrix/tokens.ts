/**
 * Routes that no API token reaches, whatever its scopes: their permission takes the person, signed in. Written out by hand.
 */
export const takesThePerson: ReadonlySet<string> = new Set([
  'POST /api/v1/tenants/:t/findings/:id/determinations',
  'POST /api/v1/tenants/:t/findings/:id/reopenings',
  'POST /api/v1/tenants/:t/findings/determinations',
  'GET /api/v1/tenants/:t/reviews',
  'GET /api/v1/tenants/:t/reviews/:id',
  'POST /api/v1/tenants/:t/reviews/:id/opinions',
  'POST /api/v1/tenants/:t/actions/:id/approvals',
  'POST /api/v1/tenants/:t/actions/:id/denials',
  'POST /api/v1/tenants/:t/autonomy/notices/:id/openings',
  'POST /api/v1/tenants/:t/autonomy/notices/:id/approvals',
  'POST /api/v1/tenants/:t/autonomy/notices/:id/vetoes',
  'POST /api/v1/tenants/:t/models/promotions',
  'POST /api/v1/tenants/:t/models/reversals',
  'POST /api/v1/tenants/:t/members',
  'PATCH /api/v1/tenants/:t/members/:id',
  'POST /api/v1/tenants/:t/members/:id/removals',
  'POST /api/v1/tenants/:t/sources',
  'POST /api/v1/tenants/:t/tuning/:id/acceptances',
  'PATCH /api/v1/tenants/:t/sources/:id',
  'POST /api/v1/tenants/:t/sources/:id/endings',
  'POST /api/v1/tenants/:t/sources/:id/tokens',
  'POST /api/v1/tenants/:t/sources/:id/tokens/:token/endings',
]);

/** Routes about the account itself, likewise. */
export const takesASession: ReadonlySet<string> = new Set([
  'GET /api/v1/verdict-reasons',
  'GET /api/v1/tokens',
  'POST /api/v1/tokens',
  'POST /api/v1/tokens/:id/revocations',
]);

/** Routes a token reaches without any scope. */
export const takesNoScope: ReadonlySet<string> = new Set([
  'GET /api/v1/me',
  'GET /api/v1/sign-in-options',
  'GET /healthz',
  'GET /api/v1/openapi.json',
]);

/** What the token of one scope, `playbooks.read`, reaches besides. */
export const takesThatScope: ReadonlySet<string> = new Set([
  'GET /api/v1/tenants/:t/playbooks',
  'GET /api/v1/tenants/:t/playbooks/:family/cacao',
]);
