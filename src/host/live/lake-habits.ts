import { countHabits } from '../../adapters/duckdb/habit-counts.ts';
import { type HabitKind, type Habits, habitKinds } from '../../adapters/memory-lake/habits.ts';
import { lakeHour } from '../../contracts/lake.ts';
import { isBuiltInAccount } from '../../contracts/names.ts';
import type { Clock } from '../../ports/clock.ts';
import type { WorkStore } from '../../ports/work-store.ts';

/** What is usual is what the last two weeks say. */
const WINDOW = 14 * 86_400_000;
const kinds: ReadonlySet<string> = new Set(habitKinds);

/**
 * Keeps a tenant's habits up to the lake: every file as a worker wrote it is counted once. Merged files hold rows that were counted before;
 * only at the start are they counted instead.
 */
export function lakeHabits(
  dir: string,
  tenant: string,
  work: WorkStore,
  clock: Clock,
): (habits: Habits) => Promise<void> {
  let counted: Set<string> | undefined;
  return async (habits) => {
    const listed = work.files(tenant, lakeHour(clock.now() - WINDOW));
    const known = counted;
    const fresh = listed.filter(({ name, merges }) => (known === undefined ? true : merges === 0 && !known.has(name)));
    // Only names that can come up again are kept.
    counted = new Set(listed.map(({ name }) => name));
    await countHabits(dir, fresh, (kind, thing, place, times) => {
      if (!kinds.has(kind) || (kind === 'host-user' && isBuiltInAccount(place))) return;
      habits.add(kind as HabitKind, thing, place, times);
    });
  };
}
