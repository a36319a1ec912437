import { BINS, likeness } from './likeness.ts';

/** As like as that, an entity joins a group; as unlike as that, it leaves. Between, it stays: groups are stable. */
const JOIN = 0.35;
const LEAVE = 0.2;
/** So much more like another group, it changes over. */
const BETTER = 0.25;
const TRUSTED = 250;

/**
 * Groups of like entities, found by leaders (Hartigan 1975): who is like no group founds one. A group's sketch is the majority of its
 * members' in each bin (Boyer and Moore's vote), so it moves with them when all get new software. Bounded; where no room is left, newcomers
 * join the most alike or none.
 */
export class PeerGroups {
  readonly #limit: number;
  readonly #marks: Uint16Array;
  readonly #votes: Uint8Array;
  /** Hash of the tenant; 0 where there is no such group. */
  readonly #tenant: Uint32Array;
  /** Members of the week under way, of the one before, and which week that is. */
  readonly #members: Uint32Array;
  readonly #before: Uint32Array;
  readonly #week: Uint32Array;
  readonly #founded: Uint32Array;

  /** @param limit groups at most, of all tenants; below 65,535 */
  constructor(limit: number) {
    this.#limit = limit + 1;
    this.#marks = new Uint16Array(this.#limit * BINS);
    this.#votes = new Uint8Array(this.#limit * BINS);
    this.#tenant = new Uint32Array(this.#limit);
    this.#members = new Uint32Array(this.#limit);
    this.#before = new Uint32Array(this.#limit);
    this.#week = new Uint32Array(this.#limit);
    this.#founded = new Uint32Array(this.#limit);
  }

  get bytes(): number {
    return this.#arrays().reduce((bytes, [, array]) => bytes + array.byteLength, 0);
  }

  /** How many belong to it, the entity itself among them; 0 for group 0, which is none. */
  members(group: number): number {
    return group === 0 ? 0 : Math.max(this.#members[group] ?? 0, this.#before[group] ?? 0);
  }

  /** Tells a group from one that had its number before. */
  founded(group: number): number {
    return this.#founded[group] ?? 0;
  }

  /** The group that an entity belongs to from now on, 1 or more; 0 where there is none for it. */
  join(tenant: number, group: number, sketch: (bin: number) => number, week: number): number {
    const home = tenant >>> 0 || 1;
    let best = 0;
    let most = 0;
    for (let other = 1; other < this.#limit; other += 1) {
      if (this.#tenant[other] !== home) continue;
      const like = this.#like(other, sketch);
      if (like > most) [best, most] = [other, like];
    }
    const own = group !== 0 && this.#tenant[group] === home ? this.#like(group, sketch) : 0;
    const stays = own >= LEAVE && most < own + BETTER;
    const joined = stays ? group : most >= JOIN ? best : this.#found(home, week);
    if (joined !== 0) this.#welcome(joined, sketch, week);
    return joined;
  }

  *pages(prefix: string): Generator<readonly [string, Uint8Array]> {
    for (const [name, array] of this.#arrays())
      yield [`${prefix}|${name}`, new Uint8Array(array.buffer, array.byteOffset, array.byteLength)];
  }

  restore(prefix: string, pages: ReadonlyMap<string, Uint8Array>): void {
    for (const [name, array] of this.#arrays()) {
      const page = pages.get(`${prefix}|${name}`);
      if (page?.byteLength === array.byteLength) new Uint8Array(array.buffer).set(page);
    }
  }

  #arrays(): readonly (readonly [string, Uint8Array | Uint16Array | Uint32Array])[] {
    return [
      ['marks', this.#marks],
      ['votes', this.#votes],
      ['tenant', this.#tenant],
      ['members', this.#members],
      ['before', this.#before],
      ['week', this.#week],
      ['founded', this.#founded],
    ];
  }

  #like(group: number, sketch: (bin: number) => number): number {
    return likeness(sketch, (bin) => this.#marks[group * BINS + bin] ?? 0);
  }

  /** A free place, else that of a group that nobody has belonged to for four weeks. */
  #found(tenant: number, week: number): number {
    for (let group = 1; group < this.#limit; group += 1) {
      const isLeft = this.#tenant[group] !== 0 && week - (this.#week[group] ?? 0) > 4;
      if (this.#tenant[group] !== 0 && !isLeft) continue;
      this.#tenant[group] = tenant;
      this.#members[group] = 0;
      this.#before[group] = 0;
      this.#week[group] = week;
      this.#founded[group] = week;
      this.#marks.fill(0, group * BINS, (group + 1) * BINS);
      this.#votes.fill(0, group * BINS, (group + 1) * BINS);
      return group;
    }
    return 0;
  }

  #welcome(group: number, sketch: (bin: number) => number, week: number): void {
    if ((this.#week[group] ?? 0) < week) {
      this.#before[group] = (this.#week[group] ?? 0) === week - 1 ? (this.#members[group] ?? 0) : 0;
      this.#members[group] = 0;
      this.#week[group] = week;
    }
    this.#members[group] = (this.#members[group] ?? 0) + 1;
    for (let bin = 0; bin < BINS; bin += 1) {
      const at = group * BINS + bin;
      const votes = this.#votes[at] ?? 0;
      if (votes === 0) {
        this.#marks[at] = sketch(bin);
        this.#votes[at] = 1;
      } else if (this.#marks[at] === sketch(bin)) this.#votes[at] = Math.min(TRUSTED, votes + 1);
      else this.#votes[at] = votes - 1;
    }
  }
}
