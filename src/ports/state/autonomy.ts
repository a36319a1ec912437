import type { ClassSubject } from '../../contracts/autonomy.ts';
import type {
  AutomationStop,
  AutonomyCase,
  AutonomyClass,
  By,
  CaseLabel,
  ClassChange,
  Closure,
  Consideration,
  Grant,
  GrantStep,
  LabelAsked,
} from '../../contracts/grant.ts';

/** Which findings of a class are asked for: of its family, as the AI sees them. */
export interface ClassFindings {
  readonly family: string;
  readonly subject: ClassSubject;
}

/** What a transaction keeps of autonomy. Facts are added; classes, closures and stops move on; a grant only ends. */
export interface AutonomyRows {
  classes(tenant: string): Promise<readonly AutonomyClass[]>;
  /** Locks the row when `forUpdate`: whoever acts under a class and whoever demotes it meet here. */
  class(tenant: string, key: string, forUpdate?: boolean): Promise<AutonomyClass | null>;
  /** Inserts, or writes level, epoch, versions, grant and watch of the one there is. */
  putClass(each: AutonomyClass): Promise<void>;
  addChange(change: Omit<ClassChange, 'seq'>): Promise<void>;
  /** Newest first. */
  changes(tenant: string, key: string, limit: number): Promise<readonly ClassChange[]>;

  /** False where the epoch has a case of this finding already: the first one stands. */
  addCase(each: AutonomyCase): Promise<boolean>;
  cases(tenant: string, key: string, epoch: number): Promise<readonly AutonomyCase[]>;
  casesOf(tenant: string, finding: string): Promise<readonly AutonomyCase[]>;
  addLabel(label: CaseLabel): Promise<void>;
  labels(tenant: string, key: string, epoch: number): Promise<readonly CaseLabel[]>;
  addLabelAsked(asked: LabelAsked): Promise<void>;
  labelsAsked(tenant: string, key: string, epoch: number): Promise<readonly LabelAsked[]>;

  addGrant(grant: Grant): Promise<void>;
  endGrant(tenant: string, id: string, at: number, why: string): Promise<void>;
  grant(tenant: string, id: string): Promise<Grant | null>;
  /** Newest first. */
  grantsOf(tenant: string, key: string): Promise<readonly Grant[]>;
  addStep(step: GrantStep): Promise<void>;
  /** Oldest first. */
  steps(tenant: string, grant: string): Promise<readonly GrantStep[]>;

  addClosure(closure: Closure): Promise<void>;
  /** Writes where it stands; what it is about never changes. */
  moveClosure(closure: Closure): Promise<void>;
  closure(tenant: string, id: string, forUpdate?: boolean): Promise<Closure | null>;
  closuresOf(tenant: string, finding: string): Promise<readonly Closure[]>;
  /** Newest first. */
  closures(
    tenant: string,
    filter: {
      readonly key?: string;
      readonly grant?: string;
      readonly state?: Closure['state'];
      readonly closedAfter?: number;
    },
    limit: number,
  ): Promise<readonly Closure[]>;

  /** How many the class has closed since `since`. */
  closedSince(tenant: string, key: string, since: number): Promise<number>;

  /** Closures in force on the record of an epoch whose blind review was due before `now` and is not done; of a merged finding nobody can do it. */
  reviewsOverdue(tenant: string, key: string, epoch: number, now: number): Promise<number>;

  addConsideration(consideration: Consideration): Promise<void>;
  considerationsOf(tenant: string, finding: string): Promise<readonly Consideration[]>;
  /** Ids of open findings of a class that have not changed since `quietSince` and were not considered under `grant` yet, oldest first. */
  candidates(
    tenant: string,
    of: ClassFindings,
    grant: string,
    quietSince: number,
    limit: number,
  ): Promise<readonly string[]>;
  /** Detectors, telling entities and status of a class's findings that became visible since `since`; at most 5,000, newest first. */
  recent(
    tenant: string,
    of: ClassFindings,
    since: number,
  ): Promise<
    readonly {
      readonly id: string;
      readonly status: string;
      readonly detectors: Readonly<Record<string, string>>;
      readonly entities: readonly string[];
    }[]
  >;
  /** What the stored events were read as: the sources of a finding. `known` says of how many. */
  sourcesOf(
    tenant: string,
    events: readonly string[],
  ): Promise<{ readonly sources: readonly string[]; readonly known: number }>;
  /** Open findings of a class visible since before `before`: people have not said what they are. */
  waiting(tenant: string, of: ClassFindings, before: number): Promise<number>;

  addStop(stop: AutomationStop): Promise<void>;
  /** False where it was lifted before. */
  liftStop(tenant: string, id: string, by: By, at: number): Promise<boolean>;
  /** Of the tenants the transaction sees. Gives up after half a second: whoever asks fails closed. */
  standing(): Promise<readonly AutomationStop[]>;
  stops(tenant: string, limit: number): Promise<readonly AutomationStop[]>;
  /** Whether any stop stands for a class, everything included. The last look before a commit. */
  stopped(tenant: string, key: string): Promise<boolean>;
}
