import { z } from 'zod';
import { Level } from '../contracts/detection.ts';
import { Determination } from '../contracts/determination.ts';
import { Entity } from '../contracts/entity.ts';
import { Finding, FindingStatus, OpenedBy } from '../contracts/finding.ts';
import { Disposition, Evidence, Investigation, Recommendation } from '../contracts/investigation.ts';
import { LedgerEntry } from '../contracts/ledger-entry.ts';
import { Ranking } from '../contracts/ranking.ts';
import { Withheld } from '../contracts/review.ts';
import { Role } from '../contracts/tenant.ts';

/** The shapes the API answers with. All times are epoch milliseconds, UTC. */

export const Me = z.object({
  user: z.object({ id: z.string(), name: z.string(), email: z.string() }),
  /** True until the password somebody was given is changed; nothing else is open until then. */
  passwordChangeNeeded: z.boolean(),
  tenants: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      role: Role,
      via: z.literal('provider').nullable().describe('How the role is held: through a provider, or by oneself'),
    }),
  ),
});

export const Summary = z.object({
  events: z.number().int(),
  malformed: z.number().int(),
  detections: z.number().int(),
  findings: z.object({ open: z.number().int(), determined: z.number().int(), closed: z.number().int() }),
  ingest: z.object({ state: z.enum(['idle', 'running']), file: z.string().optional() }),
});
export type Summary = z.infer<typeof Summary>;

const Person = z.object({ id: z.string(), name: z.string() });
const PersonAt = Person.extend({ at: z.number() });

/** Why the AI's opinion is withheld; null where it is shown. What is withheld is null, or an empty list. */
const Blind = z.object({ why: Withheld }).nullable();

/** Where people's work on a finding stands, beside any verdict. */
const WorkView = z.object({
  /** First opened by a person who may decide. */
  acknowledged: PersonAt.nullable(),
  assignee: Person.nullable(),
  /** By when it is to be determined; null once it is. */
  dueAt: z.number().nullable(),
  /** Since when it waits on the customer. */
  pausedSince: z.number().nullable(),
  late: z.boolean(),
  comments: z.number().int(),
});

/** A finding as a reader may see it: null where the AI's opinion is withheld, or where the AI has none since a person opened it. */
export const FindingView = Finding.extend({
  threatProbability: z.number().nullable(),
  base: z.number().nullable(),
  investigation: Investigation.extend({ steps: z.array(Evidence.extend({ logOdds: z.number().nullable() })) }),
  recommendation: Recommendation.nullable(),
});
export type FindingView = z.infer<typeof FindingView>;

/** A row of the queue. */
export const FindingRow = z.object({
  id: z.string(),
  revision: z.number().int(),
  title: z.string(),
  family: z.string(),
  threatProbability: z.number().nullable(),
  severity: Level,
  techniques: z.array(z.string()),
  tactics: z.array(z.string()),
  entities: z.array(Entity),
  firstEventAt: z.number(),
  lastEventAt: z.number(),
  detections: z.number().int(),
  status: FindingStatus,
  visibleAt: z.number(),
  recommendation: Disposition.nullable(),
  /** Why it stands where it stands; null where the AI's opinion is withheld or absent. */
  rank: Ranking.nullable(),
  /** Drawn at random from below the line; false as well while the AI's opinion is withheld. */
  sampled: z.boolean(),
  determination: z
    .object({ verdict: Disposition, by: z.object({ id: z.string(), name: z.string() }), at: z.number() })
    .nullable(),
  blind: Blind,
  openedBy: OpenedBy.nullable(),
  work: WorkView,
  /** For If-Match of a write on this finding. */
  etag: z.string(),
});
export type FindingRow = z.infer<typeof FindingRow>;

export const FindingRows = z.object({ items: z.array(FindingRow), next: z.string().nullable() });

export const FindingPage = z.object({
  finding: FindingView,
  status: FindingStatus,
  visibleAt: z.number(),
  determination: Determination.nullable(),
  firstSeen: z.object({ threatProbability: z.number(), rulesOnly: z.number(), disposition: z.string() }).nullable(),
  /** Every determination, oldest first; those no longer in force carry `supersededAt`. */
  history: z.array(Determination),
  blind: Blind,
  work: WorkView,
  /** For If-Match of a write on this finding; the ETag header says the same. */
  etag: z.string(),
});
export type FindingPage = z.infer<typeof FindingPage>;

const ProcessView = z.object({
  key: z.string().optional(),
  pid: z.string().optional(),
  image: z.string().optional(),
  commandLine: z.string().optional(),
});

/** What an event says happened, as its lens reads it; absent facts are left out. */
export const ActivityView = z.object({
  kind: z.string(),
  host: z.string().optional(),
  user: z.string().optional(),
  targetUser: z.string().optional(),
  logonId: z.string().optional(),
  process: ProcessView.optional(),
  parent: ProcessView.optional(),
  target: ProcessView.optional(),
  sourceAddress: z.string().optional(),
  remoteAddress: z.string().optional(),
  remotePort: z.number().optional(),
  domain: z.string().optional(),
  file: z.string().optional(),
  registryKey: z.string().optional(),
  object: z.string().optional(),
  principal: z.string().optional(),
  resource: z.string().optional(),
  action: z.string().optional(),
  outcome: z.enum(['success', 'failure']).optional(),
});

/** Raw events behind a finding, in order of time. `total` counts those asked for that exist; `items` may be fewer. */
export const EvidenceEvents = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      time: z.number(),
      lens: z.string(),
      file: z.string(),
      line: z.number().int(),
      /** The record as received. Hostile: show it as text, never as markup. */
      raw: z.string(),
      activity: ActivityView.nullable(),
    }),
  ),
  total: z.number().int(),
});

/** `withheld`: the entry tells what the reader may not see yet. Its payload is null then; its hash stands. */
export const LedgerItem = z.object({
  entry: LedgerEntry,
  hash: z.string(),
  payload: z.unknown(),
  withheld: z.boolean(),
});
export type LedgerItem = z.infer<typeof LedgerItem>;

export const LedgerItems = z.object({ items: z.array(LedgerItem) });

/** `next` is the `after` of the next page. */
export const LedgerPage = z.object({ items: z.array(LedgerItem), next: z.number().int().nullable() });

export const LedgerVerification = z.object({
  ok: z.boolean(),
  entries: z.number().int(),
  /** `seq` is null where the chain's head is what does not fit. */
  firstBad: z.object({ seq: z.number().int().nullable(), why: z.string() }).optional(),
});
export type LedgerVerification = z.infer<typeof LedgerVerification>;

export const Reopened = z.object({
  finding: z.string(),
  revision: z.number().int(),
  /** The determination that no longer holds; null where a grant had closed it. */
  determination: z.string().nullable(),
  reason: z.string(),
  by: z.object({ id: z.string(), name: z.string() }),
  at: z.number(),
});

/** One thing that happened in an incident, in words a customer reads. */
export const TimelineEntry = z.object({ at: z.number(), what: z.string(), by: z.string().nullable() });
export type TimelineEntry = z.infer<typeof TimelineEntry>;

export const VerdictReasons = z.record(Disposition, z.array(z.string()));
