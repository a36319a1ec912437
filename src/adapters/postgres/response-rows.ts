import type { ResponseRows } from '../../ports/state/response.ts';
import type { NoteChange } from './changes.ts';
import type { Queries } from './connection.ts';

/** Rows of response of one transaction. */
export function responseRows(_queries: Queries, _changed: NoteChange): ResponseRows {
  return {};
}
