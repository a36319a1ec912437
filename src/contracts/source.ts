import { z } from 'zod';

export const doors = ['bulk', 'hec', 'otlp', 'syslog', 'file', 'nats'] as const;
export const DoorName = z.enum(doors);
export type DoorName = z.infer<typeof DoorName>;

/** One feed of telemetry of a tenant. Whoever holds its token may send, as this source and no other. */
export const Source = z.object({
  /** Unique in the tenant: lower-case letters, digits, `-`. Part of event ids: never reused for another feed. */
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  tenant: z.string(),
  name: z.string(),
  door: DoorName,
  createdAt: z.number(),
  createdBy: z.string(),
  /** Epoch ms from which nothing is taken from it any more. */
  endedAt: z.number().nullable(),
  /**
   * For syslog, where a client has no token: the addresses it sends from (CIDR) and the SHA-256 fingerprints (hex) of client certificates
   * that are it.
   */
  peers: z.array(z.string()),
  fingerprints: z.array(z.string()),
});
export type Source = z.infer<typeof Source>;

/** A source as a door knows it once the sender has shown who it is. */
export interface SourceRef {
  readonly tenant: string;
  readonly id: string;
}

/** Who may send: answered from memory, so that it may be asked per request. */
export interface SourceDirectory {
  /** The source whose token this is, for any door; undefined where it is nobody's, or its source has ended. */
  byToken(token: string): SourceRef | undefined;
  /** The source that a syslog peer is, by client certificate first, else by address; undefined where none, or several, fit. */
  byPeer(peer: { readonly address: string; readonly fingerprint?: string | undefined }): SourceRef | undefined;
}
