import type { FastifyBaseLogger } from 'fastify';
import type { Activity } from '../contracts/event.ts';
import type { Clock } from '../ports/clock.ts';
import type { DecisionListener, ReviewListener } from '../ports/listeners.ts';
import type { EvidenceEvent, StateStore } from '../ports/state-store.ts';
import type { Auth } from './auth/auth.ts';
import type { LedgerVerification, Summary } from './views.ts';

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
  /** Told of decisions, in their transaction. */
  readonly decisionListeners?: readonly DecisionListener[];
  /** Told of answered reviews, in their transaction. */
  readonly reviewListeners?: readonly ReviewListener[];
  /** Folder of the built console; null where it is not built. */
  readonly webRoot: string | null;
  readonly log: FastifyBaseLogger;
  /** `https://soc.example.org` where people reach the server through a name; null for local use. */
  readonly publicUrl: string | null;
  /** Addresses or CIDR ranges of reverse proxies whose X-Forwarded-* headers are true. */
  readonly trustedProxies?: readonly string[];
}
