import type { Level } from '../../contracts/detection.ts';
import type { Entity } from '../../contracts/entity.ts';
import type { ActivityKind } from '../../contracts/event.ts';
import type { Sighting } from './sighting.ts';

/** Something that a tenant's own past did not lead one to expect. */
export interface Surprise {
  /** Name of the baseline. */
  readonly baseline: string;
  readonly tenant: string;
  /** What it is about, the same for the same surprise whenever it is worked out: part of the detection's id. */
  readonly key: string;
  /** Event time, epoch ms. */
  readonly at: number;
  /**
   * How often the tenant's past would have produced something at least as strange, in (0, 1]: what the baseline believes, before the
   * framework holds it against how often that baseline has in fact spoken so.
   */
  readonly p: number;
  /** One sentence with its numbers: "first time in 31 days that any of 412 hosts ran rundll32.exe under winword.exe". */
  readonly text: string;
  /** The numbers in the sentence and those behind it, by name. */
  readonly numbers: Readonly<Record<string, number | string>>;
  readonly entities: readonly Entity[];
  /** The sightings it rests on; the first names the event shown first. None where it is an absence. */
  readonly sightings: readonly Sighting[];
}

/** Names that a person's `threat` named: what they did teaches no baseline. */
export interface Unlearned {
  readonly tenant: string;
  readonly entities: readonly Entity[];
  /** Event time, epoch ms, both inclusive. */
  readonly from: number;
  readonly to: number;
}

/** What all baselines may ask of the tenant's past. */
export interface Past {
  /** Whole days (of event time) since the tenant's first sighting. */
  days(tenant: string): number;
  /** Event time of the first sighting of an entity, epoch ms; undefined where it has never been seen. */
  firstSeen(tenant: string, kind: 'host' | 'user' | 'cloud_principal', value: string): number | undefined;
  /** How many of them are known, those that were active within the last 30 days. */
  known(tenant: string, kind: 'host' | 'user' | 'cloud_principal'): number;
}

/**
 * One behavioural baseline: streaming, bounded in memory, exact about what it does not know yet. It reads sightings of all hosts in
 * the order of receipt, at most some minutes out of the order of event time.
 */
export interface Baseline {
  /** Stable: detections are `baseline:<name>`. */
  readonly name: string;
  readonly title: string;
  /** What a hit of it asks for; `low` unless hardly anything harmless looks so. */
  readonly level: Level;
  readonly techniques: readonly string[];
  readonly tactics: readonly string[];
  /** Usual harmless causes, as a rule's author would list them. */
  readonly falsePositives: readonly string[];
  /** Days of a tenant's past without which it says nothing. */
  readonly youngDays: number;
  readonly kinds: ReadonlySet<ActivityKind>;
  /** Takes a sighting in and says what is strange about it. Called while young as well: that is how it learns. */
  see(sighting: Sighting): readonly Surprise[];
  /** An hour of event time (hours since the epoch) is over for a tenant: what is judged by the hour. Called once an hour, in order. */
  close?(tenant: string, hour: number): readonly Surprise[];
  /** A person said `threat`: what those entities did in that time is no part of what is usual. */
  unlearn(what: Unlearned): void;
  /** Bytes held, about. */
  readonly bytes: number;
  /** Whole state in pages by name; a page whose digest is as it was is not written again. `restore` takes them back. */
  pages(): Iterable<readonly [name: string, page: Uint8Array]>;
  restore(pages: ReadonlyMap<string, Uint8Array>): void;
}

/** Makes a baseline. `past` is shared by all and fed before each of them. */
export type MakeBaseline = (past: Past) => Baseline;
