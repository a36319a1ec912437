import type { Detection, Level } from './detection.ts';
import type { Entity } from './entity.ts';
import type { SourceEvent } from './event.ts';
import type { Reason } from './finding.ts';
import type { Investigation, Recommendation } from './investigation.ts';
import type { Features, Model } from './model.ts';

/** A story that triage has grouped and weighed, before investigation. */
export interface Candidate {
  readonly id: string;
  readonly tenant: string;
  readonly title: string;
  readonly family: string;
  /** Highest level among its detectors. */
  readonly level: Level;
  /** Techniques its detectors are tagged with -> how much those detectors say. */
  readonly techniqueWeights: ReadonlyMap<string, number>;
  readonly tactics: readonly string[];
  readonly entities: readonly Entity[];
  readonly firstEventAt: number;
  readonly lastEventAt: number;
  readonly base: number;
  /** As the model weighs them. */
  readonly reasons: readonly Reason[];
  /** What they are made of, before the model. */
  readonly features: Features;
  readonly detections: readonly Detection[];
  readonly events: readonly string[];
}

/** What an investigation adds to a candidate. */
export interface Investigated {
  readonly investigation: Investigation;
  /** Techniques the events themselves show, whether or not a detector named them -> weight. */
  readonly techniqueWeights: ReadonlyMap<string, number>;
}

/** The function types stages need of each other; topology.ts passes them in. */
export interface Detecting {
  /** Detections that these events complete. */
  push(events: readonly SourceEvent[]): readonly Detection[];
  /** Nothing more comes: what waited for later events is judged. */
  end(): readonly Detection[];
}
/** `Known`: findings that people can see already, whose parts stay together. */
export type Triage<Known> = (detections: readonly Detection[], model: Model, known?: Known) => readonly Candidate[];
export type Investigate = (candidate: Candidate) => Investigated;
export type Recommend = (candidate: Candidate, investigated: Investigated, threatProbability: number) => Recommendation;
