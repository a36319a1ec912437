import { z } from 'zod';
import { Entity } from './entity.ts';

export const contextKinds = ['crown_jewel', 'owner', 'maintenance_window', 'expected_behaviour', 'note'] as const;

/** One thing people know about an entity that no model can see. Withdrawn instead of changed. */
export const ContextFact = z.object({
  id: z.string(),
  tenant: z.string(),
  entity: Entity,
  kind: z.enum(contextKinds),
  text: z.string(),
  by: z.object({ id: z.string(), name: z.string() }),
  at: z.number(),
  /** Epoch ms after which it no longer holds; null where it has no end. */
  until: z.number().nullable(),
  withdrawnAt: z.number().nullable(),
});
export type ContextFact = z.infer<typeof ContextFact>;
