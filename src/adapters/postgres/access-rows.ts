import type { AccessRows } from '../../ports/state/access.ts';
import type { NoteChange } from './changes.ts';
import type { Queries } from './connection.ts';
import { memberRows } from './member-rows.ts';
import { providerRows } from './provider-rows.ts';
import { tokenRows } from './token-rows.ts';

/** Rows of access of one transaction. */
export function accessRows(queries: Queries, changed: NoteChange): AccessRows {
  return { ...tokenRows(queries), ...memberRows(queries, changed), ...providerRows(queries, changed) };
}
