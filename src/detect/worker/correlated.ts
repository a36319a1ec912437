import { stableId } from '../../kernel/ids.ts';
import type { Observation } from '../../ports/work-store.ts';
import type { SigmaRule } from '../../sigma/index.ts';
import type { Matched } from '../matching.ts';
import { type CorrelatedBody, rawOf } from './outcome.ts';

export const CORRELATED = 'correlated';

/** The note for the second stage of an event that correlations count; undefined where none of its rules feeds one. */
export function correlatedObservation(
  feeds: ReadonlySet<SigmaRule>,
): (tenant: string, matched: Matched, receivedAt: number, replay: boolean) => Observation | undefined {
  return (tenant, { event, rules }, receivedAt, replay) => {
    const counted = rules.filter((rule) => feeds.has(rule));
    if (counted.length === 0) return undefined;
    const body: CorrelatedBody = {
      receivedAt,
      replay,
      source: event.file,
      event: event.id,
      time: event.time,
      timeSuspect: event.timeSuspect,
      raw: rawOf(event),
      rules: counted.map(({ id }) => id),
    };
    return { id: stableId(CORRELATED, tenant, event.id), kind: CORRELATED, tenant, body };
  };
}
