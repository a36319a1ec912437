import type { Lens } from '../../contracts/event.ts';
import { someScalar, textOf } from '../fields.ts';
import { windowsActivity } from './activity.ts';
import { windowsReader } from './fields.ts';
import { windowsOrigin } from './origin.ts';
import type { WindowsShape } from './shape.ts';

/**
 * A lens for Windows events in one container. Native id: computer, channel, record number, event id and the time as
 * written. The record number alone starts again when a log is cleared, and forwarded logs share it across computers.
 */
export function windowsLens(shape: WindowsShape): Lens {
  return {
    name: shape.name,
    matches: shape.matches,
    time: shape.time,
    nativeId: (record) => {
      const number = textOf(shape.recordId(record));
      if (number === undefined || number === '0') return undefined;
      const computer = textOf(shape.computer(record)) ?? '';
      const channel = textOf(shape.channel(record)) ?? '';
      const id = textOf(shape.eventId(record)) ?? '';
      const time = textOf(shape.writtenTime(record));
      // Without a time a recycled record number would pass for the old event.
      return time === undefined ? undefined : `${computer}|${channel}|${number}|${id}|${time}`.toLowerCase();
    },
    origin: (record) => windowsOrigin(shape, record),
    reader: (field) => windowsReader(shape, field),
    someValue: (record, visit) => someScalar(record, visit),
    activity: (record) => windowsActivity(shape, record),
  };
}
