import { and, asc, eq, inArray } from 'drizzle-orm';
import type { ReviewTask } from '../../../contracts/review.ts';
import type { ReviewRows } from '../../../ports/state/review.ts';
import type { NoteChange } from '../changes.ts';
import type { Queries } from '../connection.ts';
import { reviewTasks } from '../schema-review.ts';

type TaskRows = Pick<ReviewRows, 'openTask' | 'task' | 'tasks' | 'answerTask' | 'voidTasks'>;

/** Opinions asked of people. An answered task is never changed again. */
export function taskRows(queries: Queries, changed: NoteChange): TaskRows {
  const one = (tenant: string, id: string) => and(eq(reviewTasks.tenantId, tenant), eq(reviewTasks.id, id));
  return {
    async openTask({ tenant, finding, ...task }) {
      await queries
        .insert(reviewTasks)
        .values({ ...task, tenantId: tenant, findingId: finding })
        .onConflictDoNothing();
      changed(tenant, 'review', task.id);
    },

    async task(tenant, id, forUpdate = false) {
      const query = queries.select().from(reviewTasks).where(one(tenant, id));
      const [row] = await (forUpdate ? query.for('update') : query);
      return row === undefined ? null : taskOf(row);
    },

    async tasks(tenant, { state, finding, kinds }, limit) {
      const rows = await queries
        .select()
        .from(reviewTasks)
        .where(
          and(
            eq(reviewTasks.tenantId, tenant),
            state === undefined ? undefined : eq(reviewTasks.state, state),
            finding === undefined ? undefined : eq(reviewTasks.findingId, finding),
            kinds === undefined ? undefined : inArray(reviewTasks.kind, [...kinds]),
          ),
        )
        .orderBy(asc(reviewTasks.dueAt), asc(reviewTasks.id))
        .limit(limit);
      return rows.map(taskOf);
    },

    async answerTask(tenant, id, { by, verdict, reason, note, at, blind }) {
      const answered = await queries
        .update(reviewTasks)
        .set({ state: 'done', doneById: by.id, doneByName: by.name, verdict, reason, note, doneAt: at, blind })
        .where(and(one(tenant, id), eq(reviewTasks.state, 'open')))
        .returning({ id: reviewTasks.id });
      changed(tenant, 'review', id);
      return answered.length === 1;
    },

    async voidTasks(tenant, finding, kinds, at) {
      const gone = await queries
        .update(reviewTasks)
        .set({ state: 'void', doneAt: at })
        .where(
          and(
            eq(reviewTasks.tenantId, tenant),
            eq(reviewTasks.findingId, finding),
            eq(reviewTasks.state, 'open'),
            inArray(reviewTasks.kind, [...kinds]),
          ),
        )
        .returning({ id: reviewTasks.id });
      for (const { id } of gone) changed(tenant, 'review', id);
      return gone.length;
    },
  };
}

function taskOf(row: typeof reviewTasks.$inferSelect): ReviewTask {
  const { tenantId, findingId, doneById, doneByName, verdict, reason, note, doneAt, blind, ...task } = row;
  const answered =
    doneById !== null && doneByName !== null && verdict !== null && doneAt !== null
      ? { by: { id: doneById, name: doneByName }, verdict, reason: reason ?? '', note: note ?? '', at: doneAt }
      : null;
  return {
    ...task,
    tenant: tenantId,
    finding: findingId,
    opinion: answered === null ? null : { ...answered, blind: blind ?? false },
  };
}
