import { z } from 'zod';
import { Entity } from './entity.ts';

/**
 * A story that was not put before a person: too unlikely, or more than the tenant can work that day. Kept for a month and searchable; it is
 * nowhere called safe, and some are drawn at random for a person to look at.
 */
export const BelowTheLine = z.object({
  /** Of the finding it would be. */
  id: z.string(),
  tenant: z.string(),
  title: z.string(),
  family: z.string(),
  probability: z.number(),
  expectedLoss: z.number(),
  /** `floor`: less likely than the tenant looks at; `capacity`: others of its day had more to lose. */
  why: z.enum(['floor', 'capacity']),
  /** The first few, as a finding orders them. */
  entities: z.array(Entity),
  detectors: z.array(z.object({ id: z.string(), title: z.string() })),
  firstEventAt: z.number(),
  lastEventAt: z.number(),
  /** When it first was below the line, and when it was last seen to be: clock time. */
  addedAt: z.number(),
  updatedAt: z.number(),
});
export type BelowTheLine = z.infer<typeof BelowTheLine>;

/** One that was drawn for a person to look at. */
export const DrawnBelow = z.object({
  id: z.string(),
  at: z.number(),
  /** Probability with which it was drawn: 1 / share weights its verdict to all that were below the line that day. */
  share: z.number().gt(0).max(1),
  /** What it rests on was not at hand any more: nobody can be asked. */
  lost: z.boolean(),
});
export type DrawnBelow = z.infer<typeof DrawnBelow>;
