import type { FindingEvent } from '../../api/model.ts';
import { baseName } from '../../ui/base-name.ts';

/** What to call the processes that events name by key: `rundll32.exe 4824`. */
export function processNames(events: readonly FindingEvent[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { activity } of events) {
    for (const ref of [activity.process, activity.parent, activity.target]) {
      if (ref?.key === undefined || ref.image === undefined || names.has(ref.key)) continue;
      names.set(ref.key, ref.pid === undefined ? baseName(ref.image) : `${baseName(ref.image)} ${ref.pid}`);
    }
  }
  return names;
}
