import { countHabits } from '../../adapters/duckdb/habit-counts.ts';
import { type HabitKind, type Habits, habitKinds } from '../../adapters/memory-lake/habits.ts';
import { lakeHour } from '../../contracts/lake.ts';
import { isBuiltInAccount } from '../../contracts/names.ts';
import type { Clock } from '../../ports/clock.ts';
import type { WorkStore } from '../../ports/work-store.ts';

/** What is usual is what the last two weeks say. */
const WINDOW = 14 * 86_400_000;
/** Files counted at a time. */
const FILES = 50;
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
  let isStarted = false;
  let counted = new Set<string>();
  return async (habits) => {
    const listed = work.files(tenant, lakeHour(clock.now() - WINDOW));
    const fresh = listed.filter(({ name, merges }) => (!isStarted || merges === 0) && !counted.has(name));
    for (let at = 0; at < fresh.length; at += FILES) {
      const files = fresh.slice(at, at + FILES);
      // Added once all is read: what fails on the way is counted whole the next time.
      const found: Parameters<Habits['add']>[] = [];
      await countHabits(dir, files, (kind, thing, place, times) => {
        if (!kinds.has(kind) || (kind === 'host-user' && isBuiltInAccount(place))) return;
        found.push([kind as HabitKind, thing, place, times]);
      });
      for (const one of found) habits.add(...one);
      for (const { name } of files) counted.add(name);
    }
    isStarted = true;
    // Only names that can come up again are kept.
    const names = new Set(listed.map(({ name }) => name));
    counted = counted
      .intersection(names)
      .union(new Set(listed.filter(({ merges }) => merges > 0).map(({ name }) => name)));
  };
}
