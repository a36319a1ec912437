import type { Detection } from '../contracts/detection.ts';
import type { SourceEvent } from '../contracts/event.ts';
import type { Detecting } from '../contracts/stages.ts';
import { InFiles } from './baselines/in-files.ts';
import { correlationDetections } from './correlating.ts';
import { createMatching } from './matching.ts';
import type { RuleEngine } from './rule-engine.ts';

export { Baselines, baselineCounts, unlearnObservation } from './baselines/observer.ts';
export { Sightings } from './baselines/sightings.ts';
export { detectorVersion } from './detector.ts';
export { createMatching, type Matched } from './matching.ts';
export type { RuleEngine } from './rule-engine.ts';
export { correlatedObservation } from './worker/correlated.ts';
export { type FlushBounds, LaneWorker, type Poison, workerCrashPoints } from './worker/lane-worker.ts';
export { Correlations } from './worker/observers/correlations.ts';
export { sourceHealth, Upkeep } from './worker/observers/upkeep.ts';
export { SecondStage } from './worker/second-stage.ts';
export { Watch } from './worker/watch.ts';

export interface DetectingOptions {
  /**
   * Milliseconds of event time that a correlation waits for events out of order. Infinity (the default) is for files, read
   * one after the other, where a later one may hold earlier events: correlations speak at `end`. A live stream needs a bound,
   * such as 60,000, or they never speak; an event that comes later than that is not counted.
   */
  readonly lateness?: number;
  /** Whether behavioural baselines look on as well; they speak at `end`, of what more than a week of telemetry led up to. */
  readonly baselines?: boolean;
}

/**
 * Both stages in one place, for what is read as a whole: events in, detections out. Ids depend on the rule's text and the events
 * alone, so a replay gives the same ones, and after `end` more events may come. Correlations count in event time over all
 * events pushed and speak once the lateness allowed has passed, or at `end`.
 */
export function createDetecting(engine: RuleEngine, tenant: string, options: DetectingOptions = {}): Detecting {
  const match = createMatching(engine, tenant);
  const ofCorrelation = correlationDetections(tenant);
  const correlator = engine.correlator<SourceEvent>({ lateness: options.lateness ?? Number.POSITIVE_INFINITY });
  const baselines = options.baselines === true ? new InFiles(tenant) : undefined;
  return {
    push(events) {
      const detections: Detection[] = [];
      for (const event of events) {
        baselines?.push(event);
        const matched = match(event);
        if (matched === undefined) continue;
        if (matched.rules.length > 0)
          for (const hit of correlator.push(event, matched.rules)) detections.push(ofCorrelation(hit));
        detections.push(...matched.detections);
      }
      return detections;
    },
    end: () => [...correlator.flush().map(ofCorrelation), ...(baselines?.end() ?? [])],
  };
}
