import type { ContextFact } from '../contracts/context.ts';
import type { Triage } from '../contracts/stages.ts';
import type { EventLake } from '../ports/event-lake.ts';
import { inCampaign } from './campaign.ts';
import { candidateOf } from './candidate.ts';
import { standingFacts } from './context.ts';
import { group, inTimeOrder } from './group.ts';
import type { DetectorHistory } from './history.ts';
import type { KnownFindings } from './identity.ts';
import { sweepsOf } from './sweep.ts';
import { detectorSpread } from './terms.ts';

export { BelowLine } from './below.ts';
export { DetectorHistory } from './history.ts';
export { KnownFindings } from './identity.ts';
export { publish } from './publish.ts';
export { type Capacity, defaultCapacity, rankOf, severityOf, surface } from './rank.ts';
export { Repeats } from './repeats.ts';

export interface TriageParts {
  readonly lake: EventLake;
  /** What detectors said before; without it nothing is said of how rare a detection is. */
  readonly history?: DetectorHistory;
  /** What people say now, asked at each settling. */
  readonly context?: () => readonly ContextFact[];
}

/**
 * Groups detections into stories and weighs each by what its detectors say. Parts of a finding that people can already see stay
 * together.
 */
export function createTriage({ lake, history, context = () => [] }: TriageParts): Triage<KnownFindings> {
  return (detections, model, known) => {
    const ordered = inTimeOrder(detections);
    const sweeps = sweepsOf(ordered, lake);
    const standing = standingFacts(context());
    const surroundings = { lake, history, spread: detectorSpread(ordered), sweeps, standing };
    const groups = group(ordered, lake, sweeps);
    const stories = known === undefined ? groups : known.rejoin(known.apart(groups, inTimeOrder), inTimeOrder);
    const candidates = stories.map((story) => candidateOf(story, surroundings, model));
    return history === undefined
      ? candidates
      : inCampaign(candidates, model, Math.max(lake.hostCount(), surroundings.spread.hosts.size));
  };
}
