import type { SourceEvent } from '../../contracts/event.ts';
import { stableId } from '../../kernel/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Claim, Observation } from '../../ports/work-store.ts';
import { type FieldProbe, probesOf } from './field-probes.ts';

export const UPKEEP = 'upkeep';

/** What a worker saw of one source since it last said so. */
export interface UpkeepBody {
  /** Of the newest event in it. */
  readonly receivedAt: number;
  readonly source: string;
  readonly lens: string;
  /** Receipt minute (epoch ms / 60,000) -> events. */
  readonly minutes: readonly (readonly [number, number])[];
  readonly samples: readonly FieldSample[];
}

/** How often fields were filled in a sample of like events. */
export interface FieldSample {
  /** `[kind, product, service, ...categories]` as JSON: events of one activity and one Sigma logsource. */
  readonly group: string;
  readonly events: number;
  /** Field -> events that had it; a field that none had is left out. */
  readonly filled: Readonly<Record<string, number>>;
}

interface Cell {
  readonly tenant: string;
  readonly source: string;
  readonly lens: string;
  receivedAt: number;
  minute: number;
  events: number;
  /** Events until the next is looked into. */
  skip: number;
  looked: number;
  readonly minutes: Map<number, number>;
  readonly groups: Map<string, { events: number; readonly filled: Map<string, number> }>;
}

export interface WatchParts {
  readonly claim: Claim;
  readonly clock: Clock;
  /** Fields that the loaded rules look at in events of an origin. */
  readonly fieldsFor: (origin: SourceEvent['origin']) => ReadonlyMap<string, number>;
}

/** Milliseconds what was seen is held back, so that what is said stays little. */
const SAID_EVERY = 10_000;
/** Of what a source sends between two sayings so many events are looked into one by one, and then about one in so many. */
const FIRST = 16;
const ONE_IN = 64;
const CELLS = 10_000;
/** Groups of one cell, and groups whose fields are remembered: origins come out of records, which anyone may write. */
const GROUPS = 64;
const KNOWN_GROUPS = 2000;
const MINUTE = 60_000;

/**
 * Sees every event: counts it by receipt minute, and looks now and then whether the fields are filled that the product and its rules
 * live by. What it says goes with the commit that covers the events, so that each is counted once.
 */
export class Watch {
  readonly #parts: WatchParts;
  readonly #cells = new Map<string, Cell>();
  readonly #probes = new Map<string, readonly FieldProbe[]>();
  #last: Cell | undefined;
  #oldest = Number.POSITIVE_INFINITY;
  #newest = Number.NEGATIVE_INFINITY;
  #said = 0;
  #random = 1;

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  see(tenant: string, event: SourceEvent, receivedAt: number): void {
    const { file: source, lens } = event;
    let cell = this.#last;
    if (cell === undefined || cell.lens !== lens.name || cell.source !== source || cell.tenant !== tenant) {
      cell = this.#cell(tenant, source, lens.name);
      if (cell === undefined) return;
      this.#last = cell;
    }
    if (receivedAt !== cell.receivedAt) this.#at(cell, receivedAt);
    cell.events += 1;
    if (cell.skip > 0) cell.skip -= 1;
    else this.#look(cell, event);
  }

  /** What was seen since the last time; nothing while that is not long ago. */
  take(): readonly Observation[] {
    if (this.#cells.size === 0) return [];
    // By receipt as well: a worker that catches up goes through hours in seconds, and nobody must think those hours empty.
    if (Math.max(this.#parts.clock.now(), this.#newest) - this.#oldest < SAID_EVERY) return [];
    const observations = [...this.#cells.values()].map((cell) => this.#observation(cell));
    this.#cells.clear();
    this.#last = undefined;
    this.#oldest = Number.POSITIVE_INFINITY;
    return observations;
  }

  #cell(tenant: string, source: string, lens: string): Cell | undefined {
    const key = `${tenant}|${source}|${lens}`;
    let cell = this.#cells.get(key);
    if (cell === undefined && this.#cells.size < CELLS) {
      const minutes = new Map<number, number>();
      const groups: Cell['groups'] = new Map();
      cell = { tenant, source, lens, receivedAt: 0, minute: 0, events: 0, skip: 0, looked: 0, minutes, groups };
      this.#cells.set(key, cell);
    }
    return cell;
  }

  #at(cell: Cell, receivedAt: number): void {
    const minute = Math.floor(receivedAt / MINUTE);
    if (minute !== cell.minute) {
      closeMinute(cell);
      cell.minute = minute;
    }
    cell.receivedAt = receivedAt;
    if (receivedAt < this.#oldest) this.#oldest = receivedAt;
    if (receivedAt > this.#newest) this.#newest = receivedAt;
  }

  #look(cell: Cell, { record, lens, origin }: SourceEvent): void {
    cell.looked += 1;
    if (cell.looked > FIRST) {
      // An even step would meet a feed that alternates always at the same event.
      this.#random = (Math.imul(this.#random, 1664525) + 1013904223) >>> 0;
      cell.skip = (this.#random >>> 8) % (2 * ONE_IN - 1);
    }
    const activity = lens.activity(record);
    const group = JSON.stringify([activity.kind, origin.product ?? '', origin.service ?? '', ...origin.categories]);
    let counts = cell.groups.get(group);
    if (counts === undefined) {
      if (cell.groups.size >= GROUPS) return;
      counts = { events: 0, filled: new Map() };
      cell.groups.set(group, counts);
    }
    counts.events += 1;
    for (const { field, isFilled } of this.#probesFor(lens, group, origin))
      if (isFilled(activity, record)) counts.filled.set(field, (counts.filled.get(field) ?? 0) + 1);
  }

  #probesFor(lens: SourceEvent['lens'], group: string, origin: SourceEvent['origin']): readonly FieldProbe[] {
    const key = `${lens.name}|${group}`;
    let probes = this.#probes.get(key);
    if (probes === undefined) {
      if (this.#probes.size >= KNOWN_GROUPS) this.#probes.clear();
      probes = probesOf(lens, this.#parts.fieldsFor(origin).keys());
      this.#probes.set(key, probes);
    }
    return probes;
  }

  /** Epoch and number make its id: what a start of the worker did not commit its successor sees again and says itself. */
  #observation(cell: Cell): Observation {
    const { claim } = this.#parts;
    closeMinute(cell);
    this.#said += 1;
    const { tenant, source, lens, receivedAt } = cell;
    const minutes = [...cell.minutes];
    const samples = [...cell.groups].map(([group, { events, filled }]) => ({
      group,
      events,
      filled: Object.fromEntries(filled),
    }));
    const body: UpkeepBody = { receivedAt, source, lens, minutes, samples };
    return {
      id: stableId(UPKEEP, claim.name, String(claim.epoch), String(cell.minute), String(this.#said)),
      kind: UPKEEP,
      tenant,
      body,
    };
  }
}

function closeMinute(cell: Cell): void {
  if (cell.events > 0) cell.minutes.set(cell.minute, (cell.minutes.get(cell.minute) ?? 0) + cell.events);
  cell.events = 0;
}
