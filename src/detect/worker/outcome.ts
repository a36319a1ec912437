import type { Activity, SourceEvent } from '../../contracts/event.ts';
import { type LakeValue, lakeHour, lakeRow } from '../../contracts/lake.ts';
import type { LakeBuffer } from '../../ports/lake.ts';
import type { DetectedEvent, Observation, WorkCommit } from '../../ports/work-store.ts';
import type { Matched } from '../matching.ts';

/** An event that rules of a correlation met, as the second stage needs it. */
export interface CorrelatedBody {
  readonly receivedAt: number;
  readonly replay: boolean;
  readonly source: string;
  readonly event: string;
  readonly time: number;
  readonly timeSuspect: boolean;
  readonly raw: string;
  /** Ids of the rules met. */
  readonly rules: readonly string[];
}

/** What has been worked out and is not committed yet. */
export class Outcome {
  #detections: { readonly detection: Matched['detections'][number]; readonly events: readonly DetectedEvent[] }[] = [];
  #observations: Observation[] = [];
  #counts = new Map<string, number>();
  readonly #detectAt = new Map<number, number>();

  get isEmpty(): boolean {
    return this.#detectAt.size === 0;
  }

  get hasNews(): boolean {
    return this.#detections.length > 0 || this.#observations.length > 0;
  }

  matched({ event, detections }: Matched): void {
    const { id, time, file, lens } = event;
    const kept: DetectedEvent = { id, time, source: file, lens: lens.name, raw: rawOf(event) };
    for (const detection of detections) this.#detections.push({ detection, events: [kept] });
  }

  observe(observation: Observation): void {
    this.#observations.push(observation);
  }

  count(tenant: string, source: string, name: string, by = 1): void {
    const key = `${tenant}|${source}|${name}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + by);
  }

  done(lane: number, position: number): void {
    this.#detectAt.set(lane, position);
  }

  /** Everything so far, to be committed as one; empties. */
  take(): WorkCommit {
    const commit = {
      detect: new Map(this.#detectAt),
      detections: this.#detections,
      observations: this.#observations,
      counts: this.#counts,
    };
    this.#detectAt.clear();
    this.#detections = [];
    this.#observations = [];
    this.#counts = new Map();
    return commit;
  }
}

export function rawOf(event: SourceEvent): string {
  return event.raw ?? JSON.stringify(event.record);
}

/** Puts an event into the lake, into the hour it happened in: or, where its time is suspect, into that of its receipt. */
export function addToLake(
  buffer: LakeBuffer,
  tenant: string,
  event: SourceEvent,
  activity: Activity,
  receivedAt: number,
): void {
  const row: readonly LakeValue[] = lakeRow(event, activity, event.file, receivedAt, rawOf(event));
  buffer.add(tenant, hourOf(event.timeSuspect ? receivedAt : event.time), row);
}

const hours = new Map<number, string>();

function hourOf(time: number): string {
  const number = Math.floor(time / 3_600_000);
  let hour = hours.get(number);
  if (hour === undefined) {
    if (hours.size > 10_000) hours.clear();
    hour = lakeHour(time);
    hours.set(number, hour);
  }
  return hour;
}
