import type { FindingEvent } from '../../api/model.ts';
import { describeActivity } from './describe-activity.ts';

/** One line of the timeline: an event, or a run of events that say the same. */
export interface TimelineRow {
  readonly sentence: string;
  readonly first: FindingEvent;
  readonly last: FindingEvent;
  readonly ids: readonly string[];
}

/** Folds runs of events that say the same on the same host (a beacon, a loop) into one row each. Takes events in time order. */
export function timelineRows(events: readonly FindingEvent[]): readonly TimelineRow[] {
  const rows: { sentence: string; first: FindingEvent; last: FindingEvent; ids: string[] }[] = [];
  for (const event of events) {
    const sentence = describeActivity(event.activity);
    const row = rows.at(-1);
    // Records that say nothing a person can read are not the same only because all say nothing.
    const says = event.activity.kind !== 'other';
    if (row && says && row.sentence === sentence && row.first.activity.host === event.activity.host) {
      row.last = event;
      row.ids.push(event.id);
    } else rows.push({ sentence, first: event, last: event, ids: [event.id] });
  }
  return rows;
}
