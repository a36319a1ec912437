import { z } from 'zod';
import { Entity } from './entity.ts';

export const levels = ['informational', 'low', 'medium', 'high', 'critical'] as const;
export const Level = z.enum(levels);
export type Level = z.infer<typeof Level>;

/** What hit: a Sigma rule, a correlation, a rule of another product, later a baseline or an indicator. `version` = digest of its definition. */
export const Detector = z.object({
  kind: z.enum(['sigma', 'correlation', 'baseline', 'indicator', 'vendor']),
  id: z.string(),
  version: z.string(),
  title: z.string(),
  level: Level,
  /** ATT&CK technique ids, `T1003.001`. */
  techniques: z.array(z.string()),
  /** ATT&CK tactic names as in tags, `credential-access`. */
  tactics: z.array(z.string()),
  /** What the rule's author lists as usual benign causes. */
  falsePositives: z.array(z.string()),
});
export type Detector = z.infer<typeof Detector>;

/** One field that decided: selection name in the rule, field, value seen, the pattern it met. */
export const MatchedField = z.object({
  selection: z.string(),
  field: z.string(),
  value: z.string(),
  pattern: z.string(),
});
export type MatchedField = z.infer<typeof MatchedField>;

/** One detector's hit (OCSF Detection Finding, class 2004). */
export const Detection = z.object({
  /** hash(tenant, detector, version, event id); of a correlation hash(tenant, detector, version, group key, first event id). */
  id: z.string(),
  tenant: z.string(),
  detector: Detector,
  /** Oldest first; of a correlation over more than 1,000 events the first and the last 500. */
  events: z.array(z.string()),
  /** Event time of the first event, epoch ms UTC. */
  at: z.number(),
  /** True where that time cannot be taken at its word (the record has none): it says nothing about what came close to it. */
  timeSuspect: z.boolean().optional(),
  fields: z.array(MatchedField),
  entities: z.array(Entity),
});
export type Detection = z.infer<typeof Detection>;
