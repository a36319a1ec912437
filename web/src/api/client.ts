import createClient, { type Middleware } from 'openapi-fetch';
import { problemFrom, unreachable } from './problem.ts';
import type { paths } from './schema.js';

const offline: Middleware = {
  onError({ error }) {
    // Aborts are ours (a page left); everything else is the network.
    return error instanceof DOMException && error.name === 'AbortError' ? error : unreachable();
  },
};

export const api = createClient<paths>({ baseUrl: window.location.origin, credentials: 'same-origin' });
api.use(offline);

/** The body of an answer; throws a Problem for anything that is not 2xx. */
export async function answer<T>(
  call: Promise<{ data?: T | undefined; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok || data === undefined) throw problemFrom(response.status, error);
  return data;
}

/** A key that names one attempt. `crypto.randomUUID` exists on https and localhost only; a console on a LAN address lacks it. */
export function attemptKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
