import type { Triage } from '../contracts/stages.ts';
import type { EventLake } from '../ports/event-lake.ts';
import { candidateOf } from './candidate.ts';
import { group } from './group.ts';
import { detectorSpread } from './terms.ts';

export { KnownFindings } from './identity.ts';
export { publish } from './publish.ts';
export { type Capacity, defaultCapacity, severityOf, surface } from './rank.ts';

/** Groups detections into stories and weighs each by what its detectors say. */
export function createTriage(lake: EventLake): Triage {
  return (detections) => {
    const spread = detectorSpread(detections);
    return group(detections, lake).map((story) => candidateOf(story, spread, lake));
  };
}
