import type { Activity } from '../../contracts/event.ts';
import type { EventFact, ProcessFact } from '../../ports/event-lake.ts';

const CHILD_LIMIT = 500;

interface ProcessRecord {
  key: string;
  host: string | undefined;
  user: string | undefined;
  image: string | undefined;
  commandLine: string | undefined;
  parentKey: string | undefined;
  event: string | undefined;
  startedAt: number | undefined;
  children: string[];
}

/** Processes by key, filled from start events first and from any mention where the start was not seen. */
export class Processes {
  readonly #byKey = new Map<string, ProcessRecord>();

  get(key: string): ProcessFact | undefined {
    return this.#byKey.get(key);
  }

  see(fact: EventFact): void {
    const activity = fact.activity;
    const key = activity.process?.key;
    if (key === undefined) return;
    const record = this.#record(key);
    record.host ??= activity.host;
    record.user ??= activity.user;
    record.image ??= activity.process?.image;
    record.commandLine ??= activity.process?.commandLine;
    if (activity.kind === 'process_start') this.#start(record, fact, activity);
  }

  #start(record: ProcessRecord, fact: EventFact, activity: Activity): void {
    // A reused pid starts a new life under the same key; the later start describes what came last, the tree keeps the first.
    if (record.event !== undefined) return;
    record.event = fact.id;
    record.startedAt = fact.time;
    record.user = activity.user ?? record.user;
    record.image = activity.process?.image ?? record.image;
    record.commandLine = activity.process?.commandLine ?? record.commandLine;
    const parentKey = activity.parent?.key;
    if (parentKey === undefined || parentKey === record.key) return;
    record.parentKey = parentKey;
    const parent = this.#record(parentKey);
    parent.host ??= activity.host;
    parent.image ??= activity.parent?.image;
    parent.commandLine ??= activity.parent?.commandLine;
    if (parent.children.length < CHILD_LIMIT) parent.children.push(record.key);
  }

  #record(key: string): ProcessRecord {
    let record = this.#byKey.get(key);
    if (record === undefined) {
      record = {
        key,
        host: undefined,
        user: undefined,
        image: undefined,
        commandLine: undefined,
        parentKey: undefined,
        event: undefined,
        startedAt: undefined,
        children: [],
      };
      this.#byKey.set(key, record);
    }
    return record;
  }
}
