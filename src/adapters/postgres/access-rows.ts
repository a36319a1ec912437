import type { AccessRows } from '../../ports/state/access.ts';
import type { NoteChange } from './changes.ts';
import type { Queries } from './connection.ts';

/** Rows of access of one transaction. */
export function accessRows(_queries: Queries, _changed: NoteChange): AccessRows {
  return {};
}
