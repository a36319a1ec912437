import { type LakeColumn, lakeColumns } from '../contracts/lake.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import type { LakeQueries } from '../ports/lake.ts';
import { askHunt, type Hunt } from './ask.ts';

/** Columns whose values are worth counting: not those that differ from event to event. */
export const topColumns: readonly LakeColumn[] = lakeColumns
  .map(([name]) => name)
  .filter((name) => !['id', 'time', 'received', 'raw'].includes(name));

export interface TopValues {
  readonly field: LakeColumn;
  /** Most frequent first; a value of null stands for events that do not say. */
  readonly values: readonly { readonly value: string | null; readonly events: number }[];
}

/** The column of a name. Throws `HUNT_FIELD_UNKNOWN`. */
export function topColumn(name: string): LakeColumn {
  const column = topColumns.find((each) => each === name);
  if (column !== undefined) return column;
  throw new BridgewatchError(
    'HUNT_FIELD_UNKNOWN',
    `there is no field ${JSON.stringify(name.slice(0, 60))} to count; fields are ${topColumns.join(', ')}`,
    400,
  );
}

/** How often each value of a field is among the events found. @param most values at most */
export async function topValuesOf(
  queries: LakeQueries,
  hunt: Hunt,
  field: LakeColumn,
  most: number,
): Promise<TopValues> {
  const { rows } = await askHunt(
    queries,
    hunt,
    (where, put) =>
      `SELECT "${topColumn(field)}"::VARCHAR AS value, count(*)::DOUBLE AS events FROM events WHERE ${where} GROUP BY value ORDER BY events DESC, value LIMIT ${put(most)}`,
  );
  const values = rows.map(([value, events]) => ({
    value: value === null ? null : String(value),
    events: Number(events),
  }));
  return { field, values };
}
