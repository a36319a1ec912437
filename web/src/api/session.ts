import { problemFrom, unreachable } from './problem.ts';

async function post(path: string, body: unknown): Promise<void> {
  let response: Response;
  try {
    response = await fetch(`/api/auth/${path}`, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  } catch {
    throw unreachable();
  }
  if (!response.ok) throw problemFrom(response.status, await response.json().catch(() => null));
}

/** Opens a cookie session. Throws a Problem: 401 for a wrong email or password, 429 when tried too often. */
export const signIn = (email: string, password: string): Promise<void> => post('sign-in/email', { email, password });

export const signOut = (): Promise<void> => post('sign-out', {});
