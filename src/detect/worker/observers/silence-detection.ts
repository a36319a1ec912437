import type { Detection, Detector } from '../../../contracts/detection.ts';
import { stableId } from '../../../kernel/ids.ts';
import { baseline, baselineVersion, isoMinute } from './baseline.ts';

const MINUTE = 60_000;
const AGAINST =
  'longer than its own gaps, measured by the hours of the week where those are known, are about once a quarter';

/** @param last minute (since the epoch) in which it was heard for the last time, likewise `now` */
export function sourceSilent(tenant: string, source: string, last: number, now: number): Detection {
  const detector = baseline('source-silent', `Source ${source} fell silent`, 'medium', [
    'The sender was retired, moved or is under maintenance',
    'A holiday: the feed follows working hours',
  ]);
  return silence(tenant, detector, 'source', source, last, now);
}

/** The source goes on, without records that `lens` reads. */
export function shapeSilent(tenant: string, source: string, lens: string, last: number, now: number): Detection {
  const detector = baseline('shape-silent', `Source ${source} no longer sends records read as ${lens}`, 'medium', [
    'The sender was upgraded or set up anew and shapes its records differently',
    'What it collects has changed',
  ]);
  return silence(tenant, detector, 'source and lens', `${source} ${lens}`, last, now);
}

export function allSilent(tenant: string, sources: number, last: number, now: number): Detection {
  const detector = baseline('all-sources-silent', 'All sources fell silent at once', 'high', [
    'The doors of this server cannot be reached: network, certificate, address',
  ]);
  return silence(tenant, detector, 'sources', String(sources), last, now);
}

/** It rests on no event: on their absence. */
function silence(
  tenant: string,
  detector: Detector,
  field: string,
  value: string,
  last: number,
  now: number,
): Detection {
  return {
    id: stableId('detection', tenant, detector.id, baselineVersion, value, String(last)),
    tenant,
    detector,
    events: [],
    at: last * MINUTE,
    fields: [
      { selection: 'baseline', field, value, pattern: `last heard ${isoMinute(last)}` },
      { selection: 'baseline', field: 'silence', value: `${now - last} minutes`, pattern: AGAINST },
    ],
    entities: [],
  };
}
