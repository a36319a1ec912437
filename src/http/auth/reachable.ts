import { z } from 'zod';

const Password = z.string().max(128);
const SignIn = z.object({ email: z.string().max(320), password: Password });
/** Other sessions always end: whoever else knew the old password is out. */
export const ChangePassword = z.strictObject({
  currentPassword: Password,
  newPassword: Password,
  revokeOtherSessions: z.literal(true).default(true),
});
const WithPassword = z.strictObject({ password: Password });
const Code = z.strictObject({ code: z.string().min(1).max(20) });
/** What a browser makes of an authenticator's answer; the library checks its inside. */
const Credential = z.looseObject({ id: z.string().max(2000), type: z.literal('public-key') });
/** Where a person comes out is ours to say, not the caller's. */
const ThroughProvider = z.strictObject({
  provider: z.literal('oidc'),
  callbackURL: z.literal('/').default('/'),
  errorCallbackURL: z.literal('/sign-in').default('/sign-in'),
  disableRedirect: z.literal(true).default(true),
});

interface Reachable {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: z.ZodType;
  /** Open to somebody who has yet to change the password they were given. */
  readonly beforePasswordChange?: true;
}

/** All of the auth library that can be reached; what it offers besides (sign-up, email change, deletion, linking) is not. */
export const reachable: readonly Reachable[] = [
  { method: 'POST', path: '/sign-in/email', body: SignIn, beforePasswordChange: true },
  { method: 'POST', path: '/sign-out', beforePasswordChange: true },
  { method: 'GET', path: '/get-session' },
  { method: 'POST', path: '/change-password', body: ChangePassword, beforePasswordChange: true },
  { method: 'GET', path: '/list-sessions' },
  { method: 'POST', path: '/revoke-session' },
  { method: 'POST', path: '/revoke-other-sessions' },
  { method: 'POST', path: '/two-factor/enable', body: WithPassword },
  { method: 'POST', path: '/two-factor/disable', body: WithPassword },
  { method: 'POST', path: '/two-factor/generate-backup-codes', body: WithPassword },
  { method: 'POST', path: '/two-factor/verify-totp', body: Code, beforePasswordChange: true },
  { method: 'POST', path: '/two-factor/verify-backup-code', body: Code, beforePasswordChange: true },
  { method: 'GET', path: '/passkey/generate-register-options' },
  {
    method: 'POST',
    path: '/passkey/verify-registration',
    body: z.strictObject({ response: Credential, name: z.string().trim().min(1).max(100) }),
  },
  { method: 'GET', path: '/passkey/generate-authenticate-options', beforePasswordChange: true },
  {
    method: 'POST',
    path: '/passkey/verify-authentication',
    body: z.strictObject({ response: Credential }),
    beforePasswordChange: true,
  },
  { method: 'GET', path: '/passkey/list-user-passkeys' },
  { method: 'POST', path: '/passkey/delete-passkey', body: z.strictObject({ id: z.string().max(100) }) },
  { method: 'POST', path: '/sign-in/social', body: ThroughProvider, beforePasswordChange: true },
  { method: 'GET', path: '/callback/oidc', beforePasswordChange: true },
];
