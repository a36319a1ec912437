import { z } from 'zod';

export const Actor = z.object({
  kind: z.enum(['human', 'ai', 'system']),
  id: z.string(),
  /** Version of the component or model; '' for people. */
  version: z.string(),
});
export type Actor = z.infer<typeof Actor>;

/**
 * One link of a tenant's chain. Its canonical bytes (RFC 8785) are what is stored and hashed. `prev` is the SHA-256 (hex)
 * of the previous entry's canonical bytes, 64 zeros for seq 1. `payloadHash` is the SHA-256 of the payload's stored bytes.
 */
export const LedgerEntry = z.object({
  v: z.literal(1),
  tenant: z.string(),
  seq: z.number().int().positive(),
  prev: z.string().length(64),
  at: z.string(),
  actor: Actor,
  onBehalfOf: z.string().nullable(),
  type: z.string(),
  subject: z.object({ kind: z.string(), id: z.string(), revision: z.number().int().nullable() }),
  payloadHash: z.string().length(64),
});
export type LedgerEntry = z.infer<typeof LedgerEntry>;

/** What a caller says; the ledger adds tenant, seq, prev, at and the hash. */
export interface LedgerNote {
  readonly actor: Actor;
  readonly onBehalfOf: string | null;
  readonly type: string;
  readonly subject: LedgerEntry['subject'];
  readonly payload: unknown;
}
