import { z } from 'zod';
import { FindingStatus } from './finding.ts';
import { Disposition } from './investigation.ts';

export const lineModifiers = ['', 'startswith', 'endswith', 'contains'] as const;

/** One line of a filter's selection: a field and the texts it may hold. No modifier: the whole value, whatever its case. */
export const TuningLine = z.object({
  field: z.string(),
  modifier: z.enum(lineModifiers),
  /** As events say it, nothing escaped; any of them. */
  values: z.array(z.string()).min(1).max(3),
});
export type TuningLine = z.infer<typeof TuningLine>;

/** A detection that a filter hides, or would. */
export const HiddenEvent = z.object({
  event: z.string(),
  at: z.number(),
  host: z.string().nullable(),
  /** The finding that holds it; null where none does. */
  finding: z.string().nullable(),
});
export type HiddenEvent = z.infer<typeof HiddenEvent>;

/** A finding, other than those of the run, that would lose detections. */
export const TuningBeside = z.object({
  finding: z.string(),
  title: z.string(),
  status: FindingStatus,
  /** The verdict in force; null where nobody has spoken. */
  verdict: Disposition.nullable(),
  hidden: z.number().int(),
  detections: z.number().int(),
});
export type TuningBeside = z.infer<typeof TuningBeside>;

/** What a filter was shown to do, and not to do, on stored events. */
export const TuningProof = z.object({
  at: z.number(),
  /** Known threats that the rule speaks in: each must still fire. */
  threats: z.object({ findings: z.array(z.string()), detections: z.number().int(), stillFire: z.number().int() }),
  /** Events that other knowledge says the rule must fire on: its shipped tests, threats told of in examples. */
  examples: z.array(z.object({ name: z.string(), events: z.number().int(), stillFire: z.number().int() })),
  removes: z.object({
    /** Findings of the run in which nothing would be left. */
    findings: z.array(z.string()),
    detections: z.number().int(),
    /** Findings of the run in all. */
    of: z.number().int(),
  }),
  beside: z.array(TuningBeside),
  /** Stored events of the last days; null where no telemetry is kept. */
  past: z
    .object({
      from: z.number(),
      to: z.number(),
      events: z.number().int(),
      /** Events the rule fires on, and those of them that the filter hides. */
      fired: z.number().int(),
      hidden: z.number().int(),
      /** Of the hidden, those that belong to no finding of the run. */
      hiddenElse: z.number().int(),
      samples: z.array(HiddenEvent),
      days: z.array(z.object({ day: z.string(), fired: z.number().int(), hidden: z.number().int() })),
      /** Events whose raw record was given up. */
      unreadable: z.number().int(),
      /** False where time or events ran out, at `until`. */
      complete: z.boolean(),
      until: z.number().nullable(),
    })
    .nullable(),
});
export type TuningProof = z.infer<typeof TuningProof>;

/** `shadow`: counts what it would hide. `accepted`: hides until it expires. */
export const TuningState = z.enum(['shadow', 'accepted', 'declined', 'lifted']);
export type TuningState = z.infer<typeof TuningState>;

export const TuningDecision = z.object({
  by: z.object({ id: z.string(), name: z.string() }),
  at: z.number(),
  reason: z.string(),
});
export type TuningDecision = z.infer<typeof TuningDecision>;

/** A Sigma filter that would have kept a run of findings away, and what it costs. It speaks of one version of one rule. */
export const TuningProposal = z.object({
  id: z.string(),
  tenant: z.string(),
  rule: z.object({ id: z.string(), version: z.string(), title: z.string() }),
  /** What people had said of the run: the detector was wrong, or the activity is wanted. */
  verdict: z.enum(['false_positive', 'benign']),
  /** The run, oldest first. */
  run: z.array(z.string()),
  lines: z.array(TuningLine).min(1),
  /** The Sigma filter document. */
  filter: z.string(),
  /** What a person should know before accepting. */
  cautions: z.array(z.string()),
  /** 1 is the best of what was proposed of the run at the time. */
  rank: z.number().int(),
  proof: TuningProof,
  state: TuningState,
  proposedBy: z.object({ kind: z.enum(['human', 'system']), id: z.string(), name: z.string() }),
  proposedAt: z.number(),
  accepted: TuningDecision.nullable(),
  /** Of an accepted one: it hides nothing from then on. */
  expiresAt: z.number().nullable(),
  /** How it was declined or lifted. */
  withdrawn: TuningDecision.nullable(),
  revision: z.number().int(),
});
export type TuningProposal = z.infer<typeof TuningProposal>;

/** A detection set aside by a filter, or counted by it in shadow. It stays a detection. */
export const SetAside = z.object({
  proposal: z.string(),
  detection: z.string(),
  /** `shadow`: it went on to triage. */
  mode: z.enum(['shadow', 'suppressed']),
  at: z.number(),
  seenAt: z.number(),
  events: z.array(z.string()),
  host: z.string().nullable(),
  /** Its number in the work store. */
  sequence: z.number().int(),
});
export type SetAside = z.infer<typeof SetAside>;

/** Whether it hides detections at `now`. */
export function isInForce({ state, expiresAt }: Pick<TuningProposal, 'state' | 'expiresAt'>, now: number): boolean {
  return state === 'accepted' && expiresAt !== null && now < expiresAt;
}
