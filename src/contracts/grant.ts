import { z } from 'zod';
import { Impact } from './action.ts';
import { AutonomyLevel, ClassSubject, ClassVersions, grantableDispositions } from './autonomy.ts';
import { Disposition } from './investigation.ts';

const By = z.object({ id: z.string(), name: z.string() });
export type By = z.infer<typeof By>;

/** A class of one tenant: how far its automation may go, and the grant that says so. */
export const AutonomyClass = z.object({
  tenant: z.string(),
  key: z.string(),
  family: z.string(),
  subject: ClassSubject,
  level: AutonomyLevel,
  /** What a wrong one would do at worst, and whether it can be taken back: high or irreversible never passes level 2. */
  impact: Impact,
  reversible: z.boolean(),
  /** Records are counted by epoch: a new one begins where the old record no longer speaks for what runs. */
  epoch: z.number().int().positive(),
  epochSince: z.number(),
  /** What the record of this epoch is bound to; null at level 0. Detectors are those of its cases. */
  versions: ClassVersions.nullable(),
  grant: z.string().nullable(),
  /** The watch over reviews of what ran; 0 where none did. */
  cusum: z.number(),
  updatedAt: z.number(),
});
export type AutonomyClass = z.infer<typeof AutonomyClass>;

export const causesOfChange = [
  'raised',
  'lowered',
  'granted',
  'stepped',
  'watch',
  'miss',
  'canary',
  'versions',
  'signer',
  'drift',
  'silence',
  'overdue',
  'pressed',
  'expired',
] as const;
export const CauseOfChange = z.enum(causesOfChange);
export type CauseOfChange = z.infer<typeof CauseOfChange>;

/** One change of a class's level, for its history. */
export const ClassChange = z.object({
  tenant: z.string(),
  key: z.string(),
  seq: z.number().int(),
  from: AutonomyLevel,
  to: AutonomyLevel,
  /** The epoch after the change. */
  epoch: z.number().int(),
  cause: CauseOfChange,
  said: z.string(),
  /** Null where the system did it by itself. */
  by: By.nullable(),
  at: z.number(),
});
export type ClassChange = z.infer<typeof ClassChange>;

/** What one blind determination says about the AI's disposition of the same revision. Never changed; labels come as further rows. */
export const AutonomyCase = z.object({
  tenant: z.string(),
  key: z.string(),
  epoch: z.number().int(),
  finding: z.string(),
  revision: z.number().int(),
  /** `miss`: a threat of the family that people found and the AI had not shown, or had closed. */
  from: z.enum(['determination', 'audit', 'miss']),
  /** The AI would have done what the class does: such cases are the record. Others of the family show its recall. */
  inClass: z.boolean(),
  /** When the finding became visible. */
  at: z.number(),
  entity: z.string(),
  /** Detector id -> version. */
  detectors: z.record(z.string(), z.string()),
  techniques: z.array(z.string()),
  entities: z.array(z.string()),
  sources: z.array(z.string()),
  disposition: Disposition,
  verdict: Disposition,
  by: By,
  determinedAt: z.number(),
});
export type AutonomyCase = z.infer<typeof AutonomyCase>;

/** What somebody else said about a case later. `second` is blind; `adjudicated` settles; `reversed` is a later verdict against the AI. */
export const CaseLabel = z.object({
  tenant: z.string(),
  key: z.string(),
  epoch: z.number().int(),
  finding: z.string(),
  source: z.string(),
  kind: z.enum(['second', 'adjudicated', 'reversed']),
  verdict: Disposition,
  by: By,
  at: z.number(),
});
export type CaseLabel = z.infer<typeof CaseLabel>;

/** A second reading that was asked for. */
export interface LabelAsked {
  readonly tenant: string;
  readonly key: string;
  readonly epoch: number;
  readonly finding: string;
  readonly task: string;
  readonly why: 'disagreement' | 'agreement' | 'adjudication';
  readonly at: number;
}

const Requirement = z.object({ name: z.string(), met: z.boolean(), said: z.string() });

/** All that a record has seen, and so all that its grant reaches. */
export const GrantCoverage = z.object({
  detectors: z.array(z.string()),
  techniques: z.array(z.string()),
  entities: z.array(z.string()),
  sources: z.array(z.string()),
});
export type GrantCoverage = z.infer<typeof GrantCoverage>;

export const RecordFigures = z.object({
  target: z.number(),
  cases: z.number().int(),
  errors: z.number().int(),
  logE: z.number(),
  upperBound: z.number(),
  days: z.number(),
  /** Share of each detector among the counted cases: what later weeks are compared with. */
  detectorMix: z.record(z.string(), z.number()),
  seeded: z.object({ threats: z.number().int(), misses: z.number().int() }),
  real: z.object({ threats: z.number().int(), misses: z.number().int() }),
});
export type RecordFigures = z.infer<typeof RecordFigures>;

export const LONGEST_GRANT_MS = 90 * 86_400_000;

/** A signed, bounded, expiring permission with the record that earned it. Only its end is ever written to it. */
export const Grant = z.object({
  tenant: z.string(),
  id: z.string(),
  key: z.string(),
  epoch: z.number().int(),
  level: z.union([z.literal(2), z.literal(3), z.literal(4)]),
  impact: Impact,
  reversible: z.boolean(),
  versions: ClassVersions,
  coverage: GrantCoverage,
  figures: RecordFigures,
  requirements: z.array(Requirement),
  signedBy: By,
  signedAt: z.number(),
  expiresAt: z.number(),
  endedAt: z.number().nullable(),
  endedWhy: z.string().nullable(),
});
export type Grant = z.infer<typeof Grant>;

/** From `since` on, this share of the class's findings. */
export const GrantStep = z.object({
  tenant: z.string(),
  grant: z.string(),
  exposure: z.union([z.literal(0.1), z.literal(0.5), z.literal(1)]),
  since: z.number(),
  by: By,
});
export type GrantStep = z.infer<typeof GrantStep>;

export const closureStates = ['waiting', 'closed', 'vetoed', 'lapsed', 'reopened'] as const;

/** What a grant writes when it closes a finding, or would. Never a determination: nothing is learnt from it, no rate counts it. */
export const Closure = z.object({
  tenant: z.string(),
  id: z.string(),
  finding: z.string(),
  revision: z.number().int(),
  key: z.string(),
  grant: z.string(),
  level: z.union([z.literal(2), z.literal(3), z.literal(4)]),
  signedBy: By,
  disposition: z.enum(grantableDispositions),
  /** `waiting`: for approval at level 2; at level 3 for its notice to be opened, then for the window to pass. */
  state: z.enum(closureStates),
  at: z.number(),
  openedBy: By.nullable(),
  windowEndsAt: z.number().nullable(),
  approvedBy: By.nullable(),
  closedAt: z.number().nullable(),
  /** Probability with which it was drawn for blind review, fixed before the draw. */
  share: z.number(),
  sampled: z.boolean(),
  reviewTask: z.string().nullable(),
  reviewDueAt: z.number().nullable(),
  reviewedAs: Disposition.nullable(),
  endedAt: z.number().nullable(),
  endedWhy: z.string().nullable(),
  endedBy: By.nullable(),
});
export type Closure = z.infer<typeof Closure>;

/** What became of one finding at one revision under one grant, and why. */
export const Consideration = z.object({
  tenant: z.string(),
  finding: z.string(),
  revision: z.number().int(),
  key: z.string(),
  grant: z.string(),
  outcome: z.enum(['closed', 'waiting', 'proposed', 'person']),
  why: z.array(z.string()),
  at: z.number(),
});
export type Consideration = z.infer<typeof Consideration>;

/** A known threat in the stream. Until somebody determined it, nobody who decides may learn that it is one. */
export const Canary = z.object({
  tenant: z.string(),
  id: z.string(),
  finding: z.string(),
  family: z.string(),
  techniques: z.array(z.string()),
  /** Where the planted events came from: never what models were trained on. */
  material: z.string(),
  state: z.enum(['planted', 'caught', 'missed']),
  plantedBy: By,
  plantedAt: z.number(),
  /** What the AI recommended when it was resolved, and what the person said, where one did. */
  disposition: Disposition.nullable(),
  verdict: Disposition.nullable(),
  resolvedAt: z.number().nullable(),
});
export type Canary = z.infer<typeof Canary>;

/** Automation stopped, until a named person lifts it. `tenant` is `system` where everything stops. */
export const AutomationStop = z.object({
  tenant: z.string(),
  id: z.string(),
  scope: z.enum(['everything', 'tenant', 'class']),
  classKey: z.string().nullable(),
  /** `console` from a tenant's session, `cli`, or `file`. */
  via: z.enum(['console', 'cli', 'file']),
  /** The tenant whose session stopped everything; null from the machine itself. */
  viaTenant: z.string().nullable(),
  why: z.string(),
  by: By,
  at: z.number(),
  liftedAt: z.number().nullable(),
  liftedBy: By.nullable(),
});
export type AutomationStop = z.infer<typeof AutomationStop>;
