import { z } from 'zod';
import { Entity } from './entity.ts';
import { WeeklyHours } from './weekly-hours.ts';

/** How much hangs on an asset or an identity, least first. */
export const criticalities = ['low', 'normal', 'high', 'crown_jewel'] as const;
export const Criticality = z.enum(criticalities);
export type Criticality = z.infer<typeof Criticality>;

const Name = z.string().min(1).max(200);
const names = (most: number) => z.array(Name).max(most).default([]);

/** What each kind of fact says, beside whom it is about. */
const says = {
  criticality: { kind: z.literal('criticality'), level: Criticality },
  /** A person whom attackers seek out, or whose account opens more than others. */
  vip: { kind: z.literal('vip') },
  /** From `from` (null: from when it is said) to `until`; with `hours`, in these hours of the week only. */
  maintenance_window: {
    kind: z.literal('maintenance_window'),
    from: z.number().int().min(0).max(8.64e15).nullable().default(null),
    hours: WeeklyHours.nullable().default(null),
    /** Hosts and accounts beside the first that are worked on. */
    also: z
      .array(z.strictObject({ kind: Entity.shape.kind, value: z.string().min(1).max(1000) }))
      .max(50)
      .default([]),
  },
  /** What is named narrows it: whatever is left empty may be anything. */
  expected_behaviour: {
    kind: z.literal('expected_behaviour'),
    /** Ids of detectors. */
    detectors: names(50),
    /** Tactics, as they name a finding's family: `discovery`. */
    families: names(14),
    /** ATT&CK techniques; one without a dot holds for its sub-techniques. */
    techniques: names(50),
    /** Hosts on which it is expected. */
    hosts: names(50),
    hours: WeeklyHours.nullable().default(null),
  },
  owner: { kind: z.literal('owner') },
  note: { kind: z.literal('note') },
} as const;

export const contextKinds = Object.keys(says) as (keyof typeof says)[];

/** The part of a fact that differs by kind. */
export const FactBody = z.discriminatedUnion('kind', [
  z.strictObject(says.criticality),
  z.strictObject(says.vip),
  z.strictObject(says.maintenance_window),
  z.strictObject(says.expected_behaviour),
  z.strictObject(says.owner),
  z.strictObject(says.note),
]);
export type FactBody = z.infer<typeof FactBody>;

/** One thing people know about an entity that no model can see. Withdrawn instead of changed. */
export const ContextFact = z.object({
  id: z.string(),
  tenant: z.string(),
  entity: Entity,
  body: FactBody,
  text: z.string(),
  /** Who answers for it: a person or a team. */
  owner: z.string(),
  by: z.object({ id: z.string(), name: z.string() }),
  at: z.number(),
  /** Epoch ms after which it no longer holds; null where it has no end, which no window and no expected behaviour is allowed. */
  until: z.number().nullable(),
  withdrawnAt: z.number().nullable(),
});
export type ContextFact = z.infer<typeof ContextFact>;

/** The kinds that can speak for a story being harmless: they end, at the latest after a year. */
export const endingKinds: ReadonlySet<FactBody['kind']> = new Set(['maintenance_window', 'expected_behaviour']);

/** Whether a fact says that an entity is one of those that must not fall. */
export function isCrownJewel({ body }: Pick<ContextFact, 'body'>): boolean {
  return body.kind === 'criticality' && body.level === 'crown_jewel';
}
