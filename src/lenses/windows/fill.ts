import type { ActivityKind, JsonObject } from '../../contracts/event.ts';
import type { Draft } from '../activity.ts';
import type { WindowsShape } from './shape.ts';

/** What a filler may read besides the event's own fields. */
export interface EventContext {
  readonly shape: WindowsShape;
  readonly record: JsonObject;
  readonly id: number;
}

/** Writes what one kind of event says into the activity. `data` holds the event's own fields. */
export type Fill = (made: Draft, data: JsonObject, context: EventContext) => void;

/** One event id: what kind of activity it is, and who fills in the facts. */
export type Row = readonly [ActivityKind, Fill];
export type Table = Readonly<Record<number, Row>>;
