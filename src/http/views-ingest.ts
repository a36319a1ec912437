import { z } from 'zod';

/** A field of like events of one source, and how often it is filled. */
const FieldFillView = z.object({
  lens: z.string(),
  kind: z.string().describe('Kind of activity of the events it was looked for in'),
  field: z.string(),
  share: z.number().describe('Of sampled events, 0 to 1'),
  hasEnded: z.boolean().describe('It was filled, ceased to be, and has not come back'),
});

export const SourceHealthView = z.object({
  source: z.string(),
  lastSeenAt: z.number().int().nullable().describe('Of what workers have read; null where they have read nothing'),
  eventsPerMinute: z.number().describe('Over the last hour'),
  isYoung: z.boolean().describe('Known for less than a week, and not missed yet'),
  isSilent: z.boolean().describe('Silent for longer than its own gaps explain'),
  fields: z.array(FieldFillView).describe('Those that ceased to be filled, then the least filled; ten at most'),
  duplicates: z.number().int().describe('Events that came again and were counted once'),
  setAside: z.record(z.string(), z.number().int()).describe('Records that workers could not read, by code'),
});
export type SourceHealthView = z.infer<typeof SourceHealthView>;

export const IngestView = z.object({
  lake: z
    .object({
      bytes: z.number().int().describe("Of this tenant's events"),
      rows: z.number().int(),
      oldestHour: z.string().nullable().describe('UTC, `2026-11-25T07`; null while the lake is empty'),
    })
    .nullable()
    .describe('null where no telemetry is taken for this tenant'),
  disk: z
    .object({
      state: z.enum(['ok', 'near', 'over']).describe('Against the budget; near from nine tenths on'),
      bytes: z.number().int().describe('All tenants together'),
      budget: z.number().int().nullable().describe('null where none is set'),
      rawDropped: z.number().int().describe('Files whose raw records were given up for room since the keeper began'),
      filesDropped: z.number().int().describe('Files given up whole'),
    })
    .nullable()
    .describe('As the keeper last found it (about once a minute); null before'),
  backlog: z.number().int().nullable().describe('Received batches that are not in the lake yet'),
  workers: z.array(
    z.object({
      name: z.string(),
      isRunning: z.boolean(),
      restarts: z.number().int().describe('Since the server began'),
    }),
  ),
  door: z.string().nullable().describe('Where HTTP doors listen, `https://10.0.0.5:9200`'),
  otherDoors: z.array(z.string()).describe('Syslog, watched folders, streams; for people'),
});
export type IngestView = z.infer<typeof IngestView>;
