import { z } from 'zod';

/** Names a connector of a tenant, as plans and paths do. */
export const ConnectorId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9 and -, such as mail-soc');

/** Names a secret, as settings do. The name is no secret: it is shown, and it is in the ledger. */
export const SecretName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9, dot, - and _, such as slack.hook');

/** Enough for a private key or a long token; a file belongs elsewhere. */
export const LONGEST_SECRET = 16_384;

/** What a tenant has set up to act or to tell. Settings hold names of secrets, never secrets. */
export interface ConnectorConfig {
  readonly tenant: string;
  readonly id: string;
  /** From the registry of types: `http`, `ldap`, ... */
  readonly type: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Action kinds that the tenant uses it for. */
  readonly kinds: readonly string[];
  readonly enabled: boolean;
  readonly revision: number;
}
