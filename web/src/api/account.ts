import { queryOptions } from '@tanstack/react-query';
import { answer, api } from './client.ts';
import { problemFrom } from './problem.ts';
import type { paths } from './schema.js';
import { auth, field } from './session.ts';

interface OpenSession {
  readonly id: string;
  /** What revokes it; opens nothing without the signature in the cookie. */
  readonly handle: string;
  readonly since: number;
  readonly from: string;
  readonly current: boolean;
}

interface Passkey {
  readonly id: string;
  readonly name: string;
  readonly since: number;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Whether one-time codes are asked for, and which session this is. */
const factorsQuery = queryOptions({
  queryKey: ['account', 'factors'],
  queryFn: async () => {
    const now = await auth('get-session');
    return {
      codes: field(field(now, 'user'), 'twoFactorEnabled') === true,
      session: text(field(field(now, 'session'), 'id')),
    };
  },
});

const sessionsQuery = queryOptions({
  queryKey: ['account', 'sessions'],
  queryFn: async (): Promise<readonly OpenSession[]> => {
    const [now, all] = await Promise.all([auth('get-session'), auth('list-sessions')]);
    const current = field(field(now, 'session'), 'id');
    return list(all).map((one) => ({
      id: text(field(one, 'id')),
      handle: text(field(one, 'token')),
      since: Date.parse(text(field(one, 'createdAt'))),
      from: [field(one, 'ipAddress'), field(one, 'userAgent')].map(text).filter(Boolean).join(', '),
      current: field(one, 'id') === current,
    }));
  },
});

const passkeysQuery = queryOptions({
  queryKey: ['account', 'passkeys'],
  queryFn: async (): Promise<readonly Passkey[]> =>
    list(await auth('passkey/list-user-passkeys')).map((one) => ({
      id: text(field(one, 'id')),
      name: text(field(one, 'name')) || 'Passkey',
      since: Date.parse(text(field(one, 'createdAt'))),
    })),
});

const tokensQuery = queryOptions({
  queryKey: ['account', 'tokens'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/tokens', { signal })),
});

const signInOptionsQuery = queryOptions({
  queryKey: ['sign-in-options'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/sign-in-options', { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

/** What the account page and the sign-in page read. */
export const accountQueries = {
  factors: factorsQuery,
  sessions: sessionsQuery,
  passkeys: passkeysQuery,
  tokens: tokensQuery,
  signInOptions: signInOptionsQuery,
} as const;

/** Begins the set-up of one-time codes: an `otpauth://` address, and backup codes that are shown once. */
export async function beginCodes(password: string): Promise<{ uri: string; backupCodes: readonly string[] }> {
  const made = await auth('two-factor/enable', { password });
  return { uri: text(field(made, 'totpURI')), backupCodes: list(field(made, 'backupCodes')).map(text) };
}

export const confirmCodes = (code: string): Promise<unknown> => auth('two-factor/verify-totp', { code });
export const dropCodes = (password: string): Promise<unknown> => auth('two-factor/disable', { password });
export const removePasskey = (id: string): Promise<unknown> => auth('passkey/delete-passkey', { id });
export const endSession = (handle: string): Promise<unknown> => auth('revoke-session', { token: handle });

export type NewToken = paths['/api/v1/tokens']['post']['requestBody']['content']['application/json'];

/** Makes an API token; the answer holds it, and nothing later does. */
export const makeToken = (body: NewToken) => answer(api.POST('/api/v1/tokens', { body }));

export async function revokeToken(id: string): Promise<void> {
  const { error, response } = await api.POST('/api/v1/tokens/{id}/revocations', { params: { path: { id } } });
  if (!response.ok) throw problemFrom(response.status, error);
}
