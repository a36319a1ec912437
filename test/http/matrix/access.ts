import { administratorOnly, open, type Routes, signedIn, staff } from './rows.ts';

/** Who may reach the routes of access. Written out by hand, not derived from what is under test. */
export const accessMatrix: Routes = {
  'GET /api/v1/tokens': signedIn,
  'POST /api/v1/tokens': signedIn,
  'POST /api/v1/tokens/:id/revocations': signedIn,
  'GET /api/v1/sign-in-options': open,
  'POST /api/auth/two-factor/enable': open,
  'POST /api/auth/two-factor/disable': open,
  'POST /api/auth/two-factor/generate-backup-codes': open,
  'POST /api/auth/two-factor/verify-totp': open,
  'POST /api/auth/two-factor/verify-backup-code': open,
  'GET /api/auth/passkey/generate-register-options': open,
  'POST /api/auth/passkey/verify-registration': open,
  'GET /api/auth/passkey/generate-authenticate-options': open,
  'POST /api/auth/passkey/verify-authentication': open,
  'GET /api/auth/passkey/list-user-passkeys': open,
  'POST /api/auth/passkey/delete-passkey': open,
  'POST /api/auth/sign-in/social': open,
  'GET /api/auth/callback/oidc': open,
  'GET /api/v1/tenants/:t/members': staff,
  'POST /api/v1/tenants/:t/members': administratorOnly,
  'PATCH /api/v1/tenants/:t/members/:id': administratorOnly,
  'POST /api/v1/tenants/:t/members/:id/removals': administratorOnly,
};
