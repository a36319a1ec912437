import type { ReviewRows } from '../../ports/state/review.ts';
import type { NoteChange } from './changes.ts';
import type { Queries } from './connection.ts';

/** Rows of review of one transaction. */
export function reviewRows(_queries: Queries, _changed: NoteChange): ReviewRows {
  return {};
}
