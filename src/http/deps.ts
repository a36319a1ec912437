import type { Readable } from 'node:stream';
import type { FastifyBaseLogger } from 'fastify';
import type { SwitchScope } from '../contracts/autonomy.ts';
import type { Activity } from '../contracts/event.ts';
import type { ReachOf, ResponsePlaybook } from '../contracts/response.ts';
import type { SourceRef } from '../contracts/source.ts';
import type { AutonomyParts, EventsAtHand, SwitchWatch } from '../decide/index.ts';
import type { Matches, ReadEvent } from '../hunt/index.ts';
import type { SourceCount } from '../ingest/index.ts';
import type { LearnModel, TuningParts } from '../learn/index.ts';
import type { Clock } from '../ports/clock.ts';
import type { ConnectorFor } from '../ports/connector.ts';
import type { ConnectorTypes } from '../ports/connector-types.ts';
import type { LakeQueries } from '../ports/lake.ts';
import type { DecisionListener, ReviewListener } from '../ports/listeners.ts';
import type { SecretKeeper } from '../ports/secrets.ts';
import type { EvidenceEvent, StateStore, StateTx } from '../ports/state-store.ts';
import type { WorkStore } from '../ports/work-store.ts';
import type { CanaryHold } from '../respond/index.ts';
import type { Auth } from './auth/auth.ts';
import type { LedgerVerification, Summary, TimelineEntry } from './views.ts';
import type { IngestView, SourceHealthView } from './views-ingest.ts';

/** What planning a response stands on. */
export interface RespondDeps {
  readonly connectorFor: ConnectorFor;
  readonly reachOf: ReachOf;
  readonly playbooks: readonly ResponsePlaybook[];
  readonly canaryHold?: CanaryHold;
}

/** What the routes of autonomy stand on. */
export interface AutonomyDeps {
  readonly parts: AutonomyParts;
  readonly watch: Pick<SwitchWatch, 'isKnown' | 'look'>;
  /** What the file STOP in the data folder stops now. */
  readonly heldByFile: () => readonly SwitchScope[];
}

/** What the routes of models stand on. */
export interface ModelDeps {
  readonly learn: LearnModel;
  /** Threat probability below which a finding is not put before a person. */
  readonly line: number;
  /** A promotion is committed: the champion at hand is to be read anew before the answer goes out. */
  readonly promoted: (tenant: string) => Promise<void>;
}

/** What hunting stands on. */
export interface HuntingDeps {
  readonly queries: LakeQueries;
  readonly work: Pick<WorkStore, 'detections'>;
  readonly readEvent: ReadEvent;
  /** What a rule's text matches. Throws `HUNT_DRAFT_BROKEN`. */
  readonly compileRule: (text: string) => Matches;
  /** Rows as a Parquet file, which is gone once it is read. */
  readonly parquet: (
    columns: readonly { readonly name: string; readonly type: string }[],
    pages: AsyncIterable<readonly (readonly unknown[])[]>,
  ) => Promise<Readable>;
}

/** What the server stands on. The composition root makes these; tests make them over a store of their own. */
export interface ServerDeps {
  readonly store: StateStore;
  readonly auth: Auth;
  readonly clock: Clock;
  /** Counts of a tenant, and whether telemetry is being read right now. */
  readonly summary: (tenant: string) => Promise<Summary>;
  /** Recomputes a tenant's chain from the store alone. */
  readonly verifyLedger: (tenant: string) => Promise<LedgerVerification>;
  /** What an event says happened, as its lens reads it; null where the record cannot be read any more. */
  readonly activityOf: (event: EvidenceEvent) => Activity | null;
  /** Absent where nothing can be planned; what is on record can be read all the same. */
  readonly respond?: RespondDeps;
  /** Absent where no automation runs. */
  readonly autonomy?: AutonomyDeps;
  /** Absent where nothing learns. */
  readonly models?: ModelDeps;
  /** Raw events at hand that no finding keeps yet, for whoever opens one by hand. */
  readonly eventsAtHand?: EventsAtHand;
  /** What was done about a finding, for the story of its incident. */
  readonly actionsOn?: (tx: StateTx, tenant: string, finding: string) => Promise<readonly TimelineEntry[]>;
  /** Told of decisions, in their transaction. */
  readonly decisionListeners?: readonly DecisionListener[];
  /** Told of answered reviews, in their transaction. */
  readonly reviewListeners?: readonly ReviewListener[];
  /** The types of connector there are. */
  readonly connectors: ConnectorTypes;
  /** Where secrets of connectors are put. */
  readonly secrets: SecretKeeper;
  /** What a source has sent since the server began; absent where nothing listens. */
  readonly sourceCounts?: (source: SourceRef) => SourceCount | undefined;
  /** Absent where no telemetry comes in. */
  readonly hunting?: HuntingDeps;
  /** Absent where no rules run. */
  readonly tuning?: TuningParts;
  /** How a tenant's sources are, as workers see them; absent where nothing listens. */
  readonly sourceHealth?: (tenant: string) => readonly SourceHealthView[];
  /** How the way in is; undefined for a tenant whose telemetry is not taken here. */
  readonly ingest?: (tenant: string) => Promise<IngestView | undefined>;
  /** Folder of the built console; null where it is not built. */
  readonly webRoot: string | null;
  readonly log: FastifyBaseLogger;
  /** `https://soc.example.org` where people reach the server through a name; null for local use. */
  readonly publicUrl: string | null;
  /** Addresses or CIDR ranges of reverse proxies whose X-Forwarded-* headers are true. */
  readonly trustedProxies?: readonly string[];
}
