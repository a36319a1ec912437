import type {
  Challenger,
  Lesson,
  ModelVersion,
  Promotion,
  ShadowScore,
  TaughtExample,
} from '../../contracts/learning.ts';
import type { Features } from '../../contracts/model.ts';

/** What a transaction keeps of models and of what they learn from. */
export interface ModelRows {
  /** Keeps what is there under that id. */
  addVersion(version: ModelVersion): Promise<void>;
  version(tenant: string, id: string): Promise<ModelVersion | null>;
  /** Newest first. */
  versions(tenant: string, limit: number): Promise<readonly ModelVersion[]>;
  /** The version promoted last; null before there is any. */
  champion(tenant: string): Promise<ModelVersion | null>;
  /** The ledger entry first: it holds the tenant's chain, so that promotions come one after another. */
  addPromotion(promotion: Omit<Promotion, 'seq'>): Promise<Promotion>;
  /** Newest first. */
  promotions(tenant: string, limit: number): Promise<readonly Promotion[]>;

  challenger(tenant: string): Promise<Challenger | null>;
  putChallenger(challenger: Challenger): Promise<void>;

  addExample(example: TaughtExample): Promise<void>;
  /** What was decided on a finding teaches no more. Returns how many that were. */
  supersede(tenant: string, finding: string, at: number): Promise<number>;
  example(tenant: string, determination: string): Promise<TaughtExample | null>;
  /** Those in force that have features, the latest `limit`, oldest first. */
  examples(tenant: string, limit: number): Promise<readonly TaughtExample[]>;
  /** Determinations of examples in force that no lesson was told of yet, oldest first. */
  untold(tenant: string, limit: number): Promise<readonly string[]>;
  /** Threats in force that people found and the AI had not shown. */
  missed(tenant: string): Promise<number>;

  putLesson(lesson: Lesson): Promise<void>;
  lesson(tenant: string, determination: string): Promise<Lesson | null>;

  /** A finding's revision is scored once by a version. */
  addScores(scores: readonly ShadowScore[]): Promise<void>;
  /** Each finding's latest revision that this version scored beside this champion, newest first. */
  scores(tenant: string, version: string, champion: string, limit: number): Promise<readonly ShadowScore[]>;

  /** Findings of the pipeline that became visible since, as the model takes them, newest first. */
  inputs(
    tenant: string,
    since: number,
    limit: number,
  ): Promise<readonly { readonly at: number; readonly features: Features }[]>;
}
