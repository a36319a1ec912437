import type { AutonomyRows } from '../../ports/state/autonomy.ts';
import type { NoteChange } from './changes.ts';
import type { Queries } from './connection.ts';

/** Rows of autonomy of one transaction. */
export function autonomyRows(_queries: Queries, _changed: NoteChange): AutonomyRows {
  return {};
}
