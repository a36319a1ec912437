import type { Baseline, Surprise } from '../../src/detect/baselines/baseline.ts';
import type { Sighting } from '../../src/detect/baselines/sighting.ts';
import { HOUR } from './sighting.ts';

/** What a baseline says of sightings of the sample tenant, at once and when the hours after them are over. */
export function tell(baseline: Baseline, ...sightings: readonly Sighting[]): readonly Surprise[] {
  const said = sightings.flatMap((one) => baseline.see(one));
  const last = sightings.reduce((latest, { last: at }) => Math.max(latest, at), 0);
  return [...said, ...(baseline.close?.('acme', Math.floor(last / HOUR) + 2) ?? [])];
}
