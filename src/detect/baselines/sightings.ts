import type { Activity, SourceEvent } from '../../contracts/event.ts';
import { stableId } from '../../kernel/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Claim, Observation } from '../../ports/work-store.ts';
import { keyHash } from './key-hash.ts';
import { KeyTable } from './key-table.ts';
import type { Sighting } from './sighting.ts';
import { packSightings } from './sighting-rows.ts';
import { type Telling, tellingHash, tellingOf } from './telling.ts';

export const BASELINES = 'baselines';

interface Cell {
  readonly telling: Telling;
  readonly tenant: string;
  readonly source: string;
  readonly lens: string;
  readonly commandLine: string | undefined;
  readonly whence: Activity['whence'];
  first: number;
  last: number;
  count: number;
  readonly times: number[];
  event: string;
  raw: string | undefined;
  /** Of those that differ in the command line alone. */
  others: Map<string, Cell> | undefined;
}

export interface SightingsParts {
  readonly claim: Claim;
  readonly clock: Clock;
}

/** Milliseconds what was seen is held back, so that like acts become one. */
const SAID_EVERY = 10_000;
const HOUR = 3_600_000;
/** Milliseconds that an event's time may be ahead of its receipt; beyond that the receipt's is taken. */
const AHEAD = 600_000;
/** Cells that are said at once, and beyond which none is made until they are. */
const MANY = 20_000;
const LIMIT = 200_000;
const COMMAND_LINES = 64;
const COMMAND_LINE = 2000;
const RAW = 4096;
const TIMES = 64;
/** Sightings of one observation. */
const ROWS = 2000;
/** Likes remembered: their records have been sent along. */
const LIKES = 300_000;
const DAY = 86_400_000;

/** Folds like acts into sightings. An hour of event time is never part of another's sighting. */
export class Folding {
  readonly #cells = new Map<number, Cell>();
  readonly #sent = new KeyTable({}, LIKES);
  readonly #grain: number;
  readonly #limit: number;
  #size = 0;
  #seed = { tenant: '', source: '', grain: -1, hash: 0 };
  /** Acts that were not taken in since there were too many different ones at once. */
  passedOver = 0;

  /**
   * @param grain milliseconds of event time that one sighting spans at most; a whole part of an hour
   * @param limit sightings held at most
   */
  constructor(grain = HOUR, limit = LIMIT) {
    this.#grain = grain;
    this.#limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  /** @param at event time, epoch ms */
  see(tenant: string, event: SourceEvent, activity: Activity, at: number): void {
    const { high, low } = tellingHash(activity, this.#seedOf(tenant, event.file, at));
    // 53 of 64 bits: two acts among 20,000 are taken for one by chance once in 40 million times.
    const key = (high & 0x1fffff) * 2 ** 32 + low;
    let cell = this.#cells.get(key);
    const commandLine = activity.process?.commandLine;
    if (cell === undefined) {
      cell = this.#cell(tenant, event, activity, at);
      if (cell === undefined) return;
      this.#cells.set(key, cell);
    } else if (commandLine !== undefined && commandLine !== cell.commandLine) {
      cell.others ??= new Map();
      let other = cell.others.get(commandLine);
      if (other === undefined && cell.others.size < COMMAND_LINES - 1) {
        other = this.#cell(tenant, event, activity, at);
        if (other !== undefined) cell.others.set(commandLine, other);
      }
      if (other !== undefined) cell = other;
    }
    cell.count += 1;
    if (at < cell.first) {
      cell.first = at;
      cell.event = event.id;
    }
    if (at > cell.last) cell.last = at;
    if (activity.kind === 'network' && cell.times.length < TIMES) cell.times.push(at);
  }

  /** All so far, oldest first, by tenant; empties. */
  take(): Map<string, Sighting[]> {
    const found = new Map<string, Sighting[]>();
    const add = (cell: Cell): void => {
      const list = found.get(cell.tenant);
      if (list === undefined) found.set(cell.tenant, [sightingOf(cell)]);
      else list.push(sightingOf(cell));
    };
    for (const cell of this.#cells.values()) {
      add(cell);
      if (cell.others !== undefined) for (const other of cell.others.values()) add(other);
    }
    this.#cells.clear();
    this.#size = 0;
    for (const list of found.values()) list.sort((a, b) => a.first - b.first || (a.event < b.event ? -1 : 1));
    return found;
  }

  /** Hash of what else keeps acts apart: tenant, source, and the hour. The last one's is the next one's, nearly always. */
  #seedOf(tenant: string, source: string, at: number): number {
    const grain = Math.floor(at / this.#grain);
    if (grain !== this.#seed.grain || source !== this.#seed.source || tenant !== this.#seed.tenant)
      this.#seed = { tenant, source, grain, hash: keyHash(2, tenant, source, String(grain)).low };
    return this.#seed.hash;
  }

  #cell(tenant: string, event: SourceEvent, activity: Activity, at: number): Cell | undefined {
    if (this.#size >= this.#limit) {
      this.passedOver += 1;
      return undefined;
    }
    this.#size += 1;
    this.#sent.take(tellingHash(activity, keyHash(3, tenant).low), Math.max(0, Math.floor(at / DAY)));
    const telling = tellingOf(activity);
    return {
      telling,
      tenant,
      source: event.file,
      lens: event.lens.name,
      commandLine: activity.process?.commandLine,
      whence: activity.whence,
      first: at,
      last: at,
      count: 0,
      times: [],
      event: event.id,
      raw: this.#sent.isNew ? rawOf(event) : undefined,
      others: undefined,
    };
  }
}

function rawOf(event: SourceEvent): string | undefined {
  const raw = event.raw ?? JSON.stringify(event.record);
  return raw.length <= RAW ? raw : undefined;
}

function sightingOf(cell: Cell): Sighting {
  const { telling, tenant, source, lens, commandLine, whence, first, last, count, times, event, raw } = cell;
  return {
    tenant,
    source,
    ...telling,
    commandLine: commandLine?.slice(0, COMMAND_LINE),
    whence,
    first,
    last,
    count,
    times: times.sort((a, b) => a - b),
    event,
    raw,
    lens,
  };
}

/**
 * Sees every event for the baselines. What it has to say goes with the commit that covers the events, so that each counts once: epoch and
 * number make an observation's id.
 */
export class Sightings {
  readonly #parts: SightingsParts;
  readonly #folding = new Folding();
  #oldest = Number.POSITIVE_INFINITY;
  #newest = Number.NEGATIVE_INFINITY;
  #said = 0;

  constructor(parts: SightingsParts) {
    this.#parts = parts;
  }

  see(tenant: string, event: SourceEvent, receivedAt: number, activity: Activity): void {
    if (receivedAt < this.#oldest) this.#oldest = receivedAt;
    if (receivedAt > this.#newest) this.#newest = receivedAt;
    const isOff = event.timeSuspect || event.time > receivedAt + AHEAD;
    this.#folding.see(tenant, event, activity, isOff ? receivedAt : event.time);
  }

  /** What was seen since the last time; nothing while that is neither long ago nor much. */
  take(): readonly Observation[] {
    const { size } = this.#folding;
    if (size === 0) return [];
    if (size < MANY && Math.max(this.#parts.clock.now(), this.#newest) - this.#oldest < SAID_EVERY) return [];
    const receivedAt = this.#newest;
    const observations: Observation[] = [];
    for (const [tenant, sightings] of this.#folding.take())
      for (let at = 0; at < sightings.length; at += ROWS)
        observations.push(this.#observation(tenant, sightings.slice(at, at + ROWS), receivedAt));
    this.#oldest = Number.POSITIVE_INFINITY;
    this.#newest = Number.NEGATIVE_INFINITY;
    return observations;
  }

  #observation(tenant: string, sightings: readonly Sighting[], receivedAt: number): Observation {
    const { name, epoch } = this.#parts.claim;
    this.#said += 1;
    return {
      id: stableId(BASELINES, name, String(epoch), String(this.#said)),
      kind: BASELINES,
      tenant,
      body: packSightings(sightings, receivedAt),
    };
  }
}
