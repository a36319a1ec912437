import type { AutonomyRows } from '../../ports/state/autonomy.ts';
import { classRows } from './autonomy/class-rows.ts';
import { closureRows } from './autonomy/closure-rows.ts';
import { findingsOfClass } from './autonomy/finding-rows.ts';
import { grantRows } from './autonomy/grant-rows.ts';
import { recordRows } from './autonomy/record-rows.ts';
import { stopRows } from './autonomy/stop-rows.ts';
import type { NoteChange } from './changes.ts';
import type { Queries } from './connection.ts';

/** Rows of autonomy of one transaction. */
export function autonomyRows(queries: Queries, changed: NoteChange): AutonomyRows {
  return {
    ...classRows(queries, changed),
    ...recordRows(queries),
    ...grantRows(queries, changed),
    ...closureRows(queries, changed),
    ...findingsOfClass(queries),
    ...stopRows(queries, changed),
  };
}
