import { problemFrom, unreachable } from './problem.ts';

/** One request to the sign-in half of the API. Throws a Problem. */
export async function auth(path: string, body?: unknown): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(`/api/auth/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      credentials: 'same-origin',
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  } catch {
    throw unreachable();
  }
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw problemFrom(response.status, answer);
  return answer;
}

/** A field of an answer whose shape is the auth library's. */
export function field(answer: unknown, name: string): unknown {
  return typeof answer === 'object' && answer !== null
    ? Object.entries(answer).find(([key]) => key === name)?.[1]
    : undefined;
}

/**
 * Opens a cookie session, or says that the second factor is still to come. Throws a Problem: 401 for a wrong email or password,
 * 429 when tried too often.
 */
export async function signIn(email: string, password: string): Promise<'in' | 'second factor'> {
  const answer = await auth('sign-in/email', { email, password });
  return field(answer, 'twoFactorRedirect') === true ? 'second factor' : 'in';
}

/** The second factor after `signIn`: six digits of an authenticator, or a backup code. */
export const giveCode = (code: string): Promise<unknown> =>
  /^\d{6}$/.test(code) ? auth('two-factor/verify-totp', { code }) : auth('two-factor/verify-backup-code', { code });

export const signOut = (): Promise<unknown> => auth('sign-out', {});

/** Ends every other session too. */
export const changePassword = (currentPassword: string, newPassword: string): Promise<unknown> =>
  auth('change-password', { currentPassword, newPassword });

/** Where the OpenID provider wants the person to go. */
export async function providerAddress(): Promise<string> {
  const url = field(await auth('sign-in/social', { provider: 'oidc' }), 'url');
  if (typeof url !== 'string') throw problemFrom(502, null);
  return url;
}
