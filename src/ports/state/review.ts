import type { Incident, IncidentClosing } from '../../contracts/incident.ts';
import type { BlindAssignment, NewReviewTask, ReviewKind, ReviewTask, Withheld } from '../../contracts/review.ts';
import type { Page, Shift } from '../../contracts/rota.ts';

/** Who reads, as far as it decides what is withheld from them. */
export interface Reader {
  readonly account: string;
  /** May be asked for a second opinion. */
  readonly reviews: boolean;
  /** May be asked to settle a disagreement. */
  readonly adjudicates: boolean;
}

/** A person at a moment. */
export interface By {
  readonly id: string;
  readonly name: string;
  readonly at: number;
}

/** Where people's work on a finding stands, beside any verdict. */
export interface Desk {
  /** First opened by a person who may decide. */
  readonly acknowledged: By | null;
  /** Whose it is; null where it is nobody's. */
  readonly assignee: { readonly id: string; readonly name: string } | null;
  /** Times it waited on the customer, in order; the last may still run (`until` null). */
  readonly waits: readonly Wait[];
  readonly comments: number;
}

export interface Wait {
  readonly from: number;
  readonly until: number | null;
}

export interface Comment {
  readonly id: string;
  readonly finding: string;
  readonly by: { readonly id: string; readonly name: string };
  readonly at: number;
  readonly text: string;
}

/** Which detections a person has taken out of a finding, into one of their own. */
export interface Split {
  readonly detection: string;
  readonly from: string;
  readonly into: string;
}

/** What a transaction keeps of review. */
export interface ReviewRows {
  /** Once a finding; `rank` is where it stands in the queue while its probability may not tell. */
  assignBlind(assignment: BlindAssignment, rank: number): Promise<void>;
  blindAssignment(tenant: string, finding: string): Promise<BlindAssignment | null>;
  /** Moves a finding that is still blind; does nothing to others. */
  rankBlind(tenant: string, finding: string, rank: number): Promise<void>;
  /**
   * Findings whose AI opinion is withheld from the reader, and why; of `ids`, or of the whole tenant. A live incident is withheld from
   * nobody: it needs hands.
   */
  withheld(tenant: string, reader: Reader, ids?: readonly string[]): Promise<ReadonlyMap<string, Withheld>>;
  /** A reader asked to see what a pending review keeps from them: they may not give that opinion any more. */
  disclose(tenant: string, finding: string, account: string, at: number): Promise<void>;
  disclosed(tenant: string, finding: string): Promise<ReadonlySet<string>>;

  /** Does nothing where a task of that id is there. */
  openTask(task: NewReviewTask): Promise<void>;
  task(tenant: string, id: string, forUpdate?: boolean): Promise<ReviewTask | null>;
  /** By `dueAt`. */
  tasks(
    tenant: string,
    filter: { state?: ReviewTask['state']; finding?: string; kinds?: readonly ReviewKind[] },
    limit: number,
  ): Promise<readonly ReviewTask[]>;
  /** False where the task was not open. */
  answerTask(tenant: string, id: string, opinion: NonNullable<ReviewTask['opinion']>): Promise<boolean>;
  /** Open tasks of these kinds on a finding become `void`; says how many. */
  voidTasks(tenant: string, finding: string, kinds: readonly ReviewKind[], at: number): Promise<number>;

  openIncident(incident: Incident): Promise<void>;
  incident(tenant: string, id: string, forUpdate?: boolean): Promise<Incident | null>;
  /** The one that is open or contained, or null. */
  liveIncident(tenant: string, finding: string): Promise<Incident | null>;
  /** Newest first. */
  incidents(tenant: string, limit: number): Promise<readonly Incident[]>;
  incidentsOf(tenant: string, finding: string): Promise<readonly Incident[]>;
  /** Containment of the finding's incident was verified; false where none is open. */
  containIncident(tenant: string, finding: string, at: number): Promise<boolean>;
  closeIncident(tenant: string, id: string, closing: IncidentClosing): Promise<boolean>;
  /** Of a reversed verdict: every incident of the finding that is not withdrawn yet. */
  withdrawIncidents(tenant: string, finding: string, at: number): Promise<readonly Incident[]>;

  /** By finding; every id asked for has an entry. */
  desks(tenant: string, findings: readonly string[]): Promise<ReadonlyMap<string, Desk>>;
  /** Once a person and finding. `blind`: the AI's opinion was withheld from them when they opened it. */
  acknowledge(tenant: string, finding: string, by: By, blind: boolean): Promise<void>;
  /** Whether the person opened the finding with the AI's opinion in sight. */
  sawOpinion(tenant: string, finding: string, account: string): Promise<boolean>;
  assign(tenant: string, finding: string, to: Desk['assignee'], by: By): Promise<void>;
  comment(tenant: string, comment: Comment): Promise<void>;
  comments(tenant: string, finding: string): Promise<readonly Comment[]>;
  /** False where it waits already. */
  startWait(tenant: string, finding: string, by: By, why: string): Promise<boolean>;
  /** False where it does not wait. */
  endWait(tenant: string, finding: string, by: By): Promise<boolean>;

  split(tenant: string, splits: readonly Split[], by: By): Promise<void>;
  splits(tenant: string): Promise<readonly Split[]>;

  addShift(shift: Shift): Promise<void>;
  withdrawShift(tenant: string, id: string, at: number): Promise<boolean>;
  /** Those not withdrawn that end after `now`, by `startsAt`. */
  shifts(tenant: string, now: number): Promise<readonly Shift[]>;
  /** False where that step of the finding was taken already, by this or another process. */
  addPage(page: Page): Promise<boolean>;
  pages(tenant: string, findings: readonly string[]): Promise<readonly Page[]>;
  /** Pages that were not taken by the other side yet, with fewer than `tries` tries. */
  unsentPages(tenant: string, tries: number): Promise<readonly Page[]>;
  /** One more try; `sentAt` null where it failed. */
  pageTried(tenant: string, finding: string, step: number, sentAt: number | null): Promise<void>;
}
