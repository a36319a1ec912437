import type { ContextFact } from '../contracts/context.ts';
import type { Triage } from '../contracts/stages.ts';
import type { EventLake } from '../ports/event-lake.ts';
import { candidateOf } from './candidate.ts';
import { standingFacts } from './context.ts';
import { group, inTimeOrder } from './group.ts';
import type { KnownFindings } from './identity.ts';
import { detectorSpread } from './terms.ts';

export { BelowLine } from './below.ts';
export { KnownFindings } from './identity.ts';
export { publish } from './publish.ts';
export { type Capacity, defaultCapacity, rankOf, severityOf, surface } from './rank.ts';

/**
 * Groups detections into stories and weighs each by what its detectors say. Parts of a finding that people can already see stay
 * together.
 *
 * @param context what people say now, asked at each settling
 */
export function createTriage(lake: EventLake, context: () => readonly ContextFact[] = () => []): Triage<KnownFindings> {
  return (detections, model, known) => {
    const standing = standingFacts(context());
    const spread = detectorSpread(detections);
    const groups = group(detections, lake);
    const stories = known === undefined ? groups : known.rejoin(known.apart(groups, inTimeOrder), inTimeOrder);
    return stories.map((story) => candidateOf(story, spread, lake, model, standing));
  };
}
