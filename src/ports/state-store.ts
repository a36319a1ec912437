import type { ContextFact } from '../contracts/context.ts';
import type { Determination } from '../contracts/determination.ts';
import type { Entity } from '../contracts/entity.ts';
import type { Finding, FindingStatus } from '../contracts/finding.ts';
import type { LedgerEntry, LedgerNote } from '../contracts/ledger-entry.ts';
import type { Policy } from '../contracts/policy.ts';
import type { Role, Tenant } from '../contracts/tenant.ts';
import type { AccessRows } from './state/access.ts';
import type { AutonomyRows } from './state/autonomy.ts';
import type { BelowRows } from './state/below.ts';
import type { HuntRows } from './state/hunts.ts';
import type { ModelRows } from './state/model.ts';
import type { ResponseRows } from './state/response.ts';
import type { ReviewRows } from './state/review.ts';
import type { ConnectorRows, SecretRows } from './state/secrets.ts';
import type { SourceRows } from './state/sources.ts';
import type { TuningRows } from './state/tuning.ts';

/** A finding as kept: the current revision's document plus where its review stands. */
export interface StoredFinding {
  readonly finding: Finding;
  readonly status: FindingStatus;
  /** Clock time at which the finding first became visible to an analyst; start of time to determine. */
  readonly visibleAt: number;
  readonly updatedAt: number;
  /** The determination in force, if any. */
  readonly determination: Determination | null;
  /** Threat probability the champion and the rules alone gave when the finding first became visible. */
  readonly firstSeen: { readonly threatProbability: number; readonly rulesOnly: number; readonly disposition: string };
  /** How often somebody has spoken: determinations, reopenings and closures. Kept by the store; `put` does not change it. */
  readonly reviews: number;
}

export interface FindingPage {
  readonly items: readonly StoredFinding[];
  /** Opaque; null on the last page. */
  readonly next: string | null;
}

/** One raw event that a finding rests on, kept so that the claim can be checked. */
export interface EvidenceEvent {
  readonly id: string;
  readonly time: number;
  readonly lens: string;
  readonly file: string;
  readonly line: number;
  readonly raw: string;
}

/**
 * One transaction that sees only the tenants it was opened for (enforced by row-level security).
 * Everything done through it commits or fails together, ledger entries included.
 */
export interface StateTx {
  readonly ledger: {
    /** Appends to `tenant`'s chain; call it before the change it records. Returns the entry written. */
    append(tenant: string, note: LedgerNote): Promise<LedgerEntry>;
    /** Payloads as people read them: personal parts decrypted, or `{ erased: true, subject }` where their key was destroyed. */
    list(
      tenant: string,
      afterSeq: number,
      limit: number,
    ): Promise<readonly { entry: LedgerEntry; hash: string; payload: unknown }[]>;
    ofSubject(
      tenant: string,
      kind: string,
      id: string,
    ): Promise<readonly { entry: LedgerEntry; hash: string; payload: unknown }[]>;
  };
  readonly findings: {
    /** By id or alias. Locks the row when `forUpdate`. */
    get(tenant: string, id: string, forUpdate?: boolean): Promise<StoredFinding | null>;
    /**
     * Highest expected loss first among `status`. A blind finding stands where its rules alone would put it, one that a person
     * opened stands first.
     */
    page(
      tenant: string,
      filter: { status?: FindingStatus },
      cursor: string | null,
      limit: number,
    ): Promise<FindingPage>;
    /** Inserts, or replaces the current revision with a higher one. Keeps every revision's document. Throws `STATE_STALE_REVISION` otherwise. */
    put(stored: StoredFinding): Promise<void>;
    /** Where it stands now (`rank`), without a new revision: time has passed, and nothing else is claimed. */
    rerank(finding: Finding): Promise<void>;
    /** What a grant closes: a status, no determination. The caller writes its closure and the ledger. */
    close(tenant: string, id: string, at: number): Promise<void>;
    alias(tenant: string, from: string, to: string): Promise<void>;
    counts(tenant: string): Promise<Record<FindingStatus, number>>;
  };
  readonly determinations: {
    /** Inserts; the one before it is superseded by this row's existence, never by an update. */
    append(determination: Determination): Promise<void>;
    /** Records that a finding was reopened: the determination or closure in force stays on record and no longer holds. */
    reopen(reopening: {
      tenant: string;
      finding: string;
      revision: number;
      reason: string;
      by: { kind: 'human' | 'system'; id: string; name: string };
      at: number;
    }): Promise<void>;
    /** By time, those of findings that were merged into it as well; each names the finding it was about. */
    ofFinding(tenant: string, finding: string): Promise<readonly Determination[]>;
  };
  readonly evidence: {
    /** Existing ids are kept as they are. */
    put(tenant: string, events: readonly EvidenceEvent[]): Promise<void>;
    get(tenant: string, ids: readonly string[]): Promise<readonly EvidenceEvent[]>;
  };
  readonly counters: {
    add(tenant: string, counts: Readonly<Record<string, number>>): Promise<void>;
    read(tenant: string): Promise<Readonly<Record<string, number>>>;
  };
  readonly policy: {
    /** The policy in force; revision 0 where only defaults are. */
    get(tenant: string): Promise<{ policy: Policy; revision: number }>;
    /** Throws `POLICY_REVISION_STALE` (412). */
    put(tenant: string, policy: Policy, expectedRevision: number, at: number): Promise<void>;
  };
  readonly context: {
    add(fact: ContextFact): Promise<void>;
    /** False where there is no such fact, or it was withdrawn before. */
    withdraw(tenant: string, id: string, at: number): Promise<boolean>;
    /** Facts that hold at `now`, of these entities or of all; at most 1,000, oldest first. */
    holding(tenant: string, now: number, entities?: readonly Entity[]): Promise<readonly ContextFact[]>;
  };
  readonly below: BelowRows;
  readonly access: AccessRows;
  readonly review: ReviewRows;
  readonly response: ResponseRows;
  readonly autonomy: AutonomyRows;
  readonly secrets: SecretRows;
  readonly connectors: ConnectorRows;
  readonly sources: SourceRows;
  readonly hunts: HuntRows;
  readonly models: ModelRows;
  readonly tuning: TuningRows;
  readonly idempotency: {
    /** The stored answer for a key, or null. Scoped by tenant and account. */
    get(
      tenant: string,
      account: string,
      key: string,
    ): Promise<{ requestHash: string; status: number; body: string } | null>;
    put(
      tenant: string,
      account: string,
      key: string,
      answer: { requestHash: string; status: number; body: string; at: number },
    ): Promise<void>;
  };
}

/** What an account is in a tenant. */
export interface Membership {
  readonly tenant: Tenant;
  readonly role: Role;
  /** `provider` where the role comes from working for the tenant's provider. */
  readonly via: 'provider' | null;
}

export interface StateStore {
  /** Runs `work` in one transaction that may see exactly `tenants`. The only road to tenant data. */
  withTenants<T>(tenants: readonly string[], work: (tx: StateTx) => Promise<T>): Promise<T>;
  createTenant(tenant: Tenant): Promise<void>;
  /** Tenants an account may enter, with its role in each: by itself, through a provider, or the stronger of both. */
  memberships(account: string): Promise<readonly Membership[]>;
  addMember(tenant: string, account: string, role: Role): Promise<void>;
  /**
   * Destroys the keys of a data subject in the chain of `tenant`, so that what it says of them can no longer be read; on record first.
   * Returns how many keys that were. Throws `LEDGER_SUBJECT_UNKNOWN`.
   */
  eraseSubject(tenant: string, subject: string, by: Pick<LedgerNote, 'actor' | 'onBehalfOf'>): Promise<number>;
  /** Called after commit with what changed; for live views. Returns an unsubscribe. */
  onChange(listener: (change: { tenant: string; kind: string; id: string }) => void): () => void;
  close(): Promise<void>;
}
