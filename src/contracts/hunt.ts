import { z } from 'zod';

/** When a saved hunt runs by itself. Minutes are of the UTC day. */
export const HuntSchedule = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('hours'), every: z.number().int().min(1).max(168) }),
  z.strictObject({ kind: z.literal('daily'), minute: z.number().int().min(0).max(1439) }),
]);
export type HuntSchedule = z.infer<typeof HuntSchedule>;

/** A question that is kept, with what its author expects it to show. Either `search` or `sql` is there. */
export const SavedHunt = z.object({
  id: z.string(),
  tenant: z.string(),
  name: z.string(),
  /** What would be true if this found something. */
  hypothesis: z.string(),
  search: z.string().nullable(),
  sql: z.string().nullable(),
  /** How far back a run looks, hours of event time. */
  hours: z.number().int(),
  schedule: HuntSchedule,
  /** Accounts. */
  createdBy: z.string(),
  owner: z.string(),
  createdAt: z.number(),
  endedAt: z.number().nullable(),
  /** When it runs next by itself. */
  dueAt: z.number().nullable(),
  revision: z.number().int(),
});
export type SavedHunt = z.infer<typeof SavedHunt>;

/** One run of a saved hunt. Times are epoch ms. */
export const HuntRun = z.object({
  id: z.string(),
  tenant: z.string(),
  hunt: z.string(),
  /** Account of whoever ran it; null: its schedule. */
  by: z.string().nullable(),
  startedAt: z.number(),
  milliseconds: z.number().int(),
  /** Event time looked at. */
  from: z.number(),
  to: z.number(),
  /** Events received up to here are taken to be in the lake; the next run's new ones begin after it. */
  receivedTo: z.number(),
  /** Events found (of SQL: rows); null where it failed. */
  found: z.number().int().nullable(),
  /** Of these, received since the run before. Of SQL, and of the first run: all. */
  fresh: z.number().int().nullable(),
  /** Ids of the newest of them, at most 50; none of SQL that selects no `id`. */
  events: z.array(z.string()),
  error: z.string().nullable(),
  conclusion: z.object({ text: z.string(), by: z.string(), at: z.number() }).nullable(),
});
export type HuntRun = z.infer<typeof HuntRun>;
