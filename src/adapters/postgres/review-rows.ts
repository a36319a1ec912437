import type { ReviewRows } from '../../ports/state/review.ts';
import type { NoteChange } from './changes.ts';
import type { Queries } from './connection.ts';
import { blindRows } from './review/blind-rows.ts';
import { deskRows } from './review/desk-rows.ts';
import { incidentRows } from './review/incident-rows.ts';
import { rotaRows } from './review/rota-rows.ts';
import { taskRows } from './review/task-rows.ts';

/** Rows of review of one transaction. */
export function reviewRows(queries: Queries, changed: NoteChange): ReviewRows {
  return {
    ...blindRows(queries, changed),
    ...taskRows(queries, changed),
    ...incidentRows(queries, changed),
    ...deskRows(queries, changed),
    ...rotaRows(queries, changed),
  };
}
