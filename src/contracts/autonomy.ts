import { z } from 'zod';

/** What runs without a person, from nothing to everything it was granted. */
export const autonomyLevels = {
  0: 'off',
  1: 'recommend',
  2: 'act after approval',
  3: 'act unless vetoed',
  4: 'act and tell',
} as const;
export const AutonomyLevel = z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3), z.literal(4)]);
export type AutonomyLevel = z.infer<typeof AutonomyLevel>;

/** The dispositions a grant may close with. The others are a person's, always. */
export const grantableDispositions = ['benign', 'false_positive'] as const;

/**
 * What a class does: close with a disposition, or run an action kind. Its key is `<family>/close:<disposition>` or
 * `<family>/act:<kind>`.
 */
export const ClassSubject = z.discriminatedUnion('does', [
  z.object({ does: z.literal('close'), disposition: z.enum(grantableDispositions) }),
  z.object({ does: z.literal('act'), kind: z.string() }),
]);
export type ClassSubject = z.infer<typeof ClassSubject>;

/** The key of a class within its tenant. */
export function classKey(family: string, subject: ClassSubject): string {
  return `${family}/${subject.does === 'close' ? `close:${subject.disposition}` : `act:${subject.kind}`}`;
}

/** Exactly what earned a record. A change of any returns the class to shadow. Digests are SHA-256, hex. */
export const ClassVersions = z.object({
  /** The champion: weights and the code version that applies them. */
  model: z.string(),
  playbook: z.string(),
  /** Digest of the prompts; of the empty text where no language model takes part. */
  prompts: z.string(),
  /** Detector id -> version, of those in the record. */
  detectors: z.record(z.string(), z.string()),
});
export type ClassVersions = z.infer<typeof ClassVersions>;

/** What the switch stops. */
export const SwitchScope = z.discriminatedUnion('stops', [
  z.object({ stops: z.literal('everything') }),
  z.object({ stops: z.literal('tenant'), tenant: z.string() }),
  z.object({ stops: z.literal('class'), tenant: z.string(), classKey: z.string() }),
]);
export type SwitchScope = z.infer<typeof SwitchScope>;

/**
 * Whether automation may act for a class right now: no switch stands, and that was known to be so less than a second ago. Looked at
 * just before each effect; false where the state cannot be known.
 */
export type MayAct = (tenant: string, classKey: string) => boolean;
