import type { Baseline, MakeBaseline, Past, Surprise, Unlearned } from './baseline.ts';
import { IntervalRings } from './interval-rings.ts';
import { keyHash } from './key-hash.ts';
import { KeyTable } from './key-table.ts';
import { RareDestinations } from './rare-destinations.ts';
import { type Rhythm, rhythmOf } from './rhythm.ts';
import { RhythmShares } from './rhythm-shares.ts';
import type { Sighting } from './sighting.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SEED = 0x6265;
/** Hours in which a pair was seen before it is listened to: most destinations are never called again. */
const LASTING = 3;
const FEWEST = 20;
const FITTING = 1e-4;
/** Days after its first call in which a destination is new to the tenant. */
const NEW = 14;
/** Destinations that more hosts than these call are how the estate works. */
const ESTATE = 0.02;
const FEW_HOSTS = 3;

const NOTHING: readonly Surprise[] = [];

/**
 * Regular intervals from one host (and program) to one destination that hardly any other host calls. p is how often a host's day brings
 * such a rhythm: the lasting pairs to rare destinations that a host brings on a day, times the larger of two shares of them: those
 * that would seem to have a rhythm without having one (`rhythmOf`), and those that in this tenant's past, in this host's and in this
 * program's, shrunk toward it, turned out to have one (a monitoring server, an updater); new and known destinations apart. A
 * pair is spoken of once; what a host did from its first day on, and what had its rhythm while the tenant was young, is its habit. A
 * host counts with 20 lasting pairs and one rhythm a day at most; shares fade with a half-life of 30 days. Beats of less than about
 * 20 seconds are not heard, nor are destinations that 2 % of the hosts call.
 */
class Beaconing implements Baseline {
  readonly name = 'beaconing';
  readonly title = 'Calls to a rare destination at regular intervals';
  readonly level = 'low';
  readonly techniques = ['T1071', 'T1571'];
  readonly tactics = ['command-and-control'];
  readonly falsePositives = [
    'A program new to one host that asks its maker for news',
    'A web page left open that refreshes itself',
    'A new appliance or service polled by one server',
  ];
  readonly youngDays = 14;
  readonly kinds = new Set(['network'] as const);
  readonly #past: Past;
  readonly #destinations = new RareDestinations();
  readonly #pairs = new KeyTable({ hour: 'u32', hours: 'u8', since: 'u16', isNew: 'u8', spoken: 'u16' }, 734_000);
  readonly #shares = new RhythmShares();
  readonly #rings = new IntervalRings(32_768);

  constructor(past: Past) {
    this.#past = past;
  }

  see(sighting: Sighting): readonly Surprise[] {
    const { tenant, image, domain, remoteAddress, remotePort, first } = sighting;
    const host = sighting.host ?? sighting.sourceAddress;
    const destination = domain ?? remoteAddress;
    // Without a port it is somebody calling in.
    if (host === undefined || destination === undefined || (remotePort ?? domain) === undefined) return NOTHING;
    const day = Math.floor(first / DAY);
    const met = this.#destinations.meet(tenant, destination, host, day);
    if (met.hosts > Math.max(FEW_HOSTS, ESTATE * this.#past.known(tenant, 'host'))) return NOTHING;

    const key = { ...keyHash(SEED, tenant, host, image, destination) };
    const slot = this.#pairs.take(key, day);
    const since = this.#pairs.column('since');
    if (this.#pairs.isNew) {
      since[slot] = day;
      // What was there on the tenant's first day was there before.
      const age = day - met.since;
      this.#pairs.column('isNew')[slot] = age <= NEW && age < this.#past.days(tenant) ? 1 : 0;
    }
    const pair = { tenant, host, image, isNew: this.#pairs.column('isNew')[slot] === 1 };
    const hostSince = this.#shares.hostSince(tenant, host, day);
    const hours = this.#hours(slot, Math.floor(first / HOUR));
    if (hours.isNext && hours.seen === LASTING) this.#shares.lasting(pair, day);
    if (hours.seen < LASTING) return NOTHING;

    const row = this.#rings.take(key);
    if (sighting.times.length === 0) this.#rings.beat(row, first);
    for (const time of sighting.times) this.#rings.beat(row, time);
    if (!hours.isNext) return NOTHING;
    const rhythm = this.#rhythm(slot, row, this.#destinations.threatDay(tenant, destination));
    if (rhythm === undefined) return NOTHING;
    this.#pairs.column('spoken')[slot] = day;
    const shares = this.#shares.of(pair, day);
    this.#shares.regular(pair, day);
    const isHabit = this.#past.days(tenant) < this.youngDays || (since[slot] ?? day) - hostSince < 1;
    if (isHabit) return NOTHING;
    return [this.#say(sighting, host, destination, { ...rhythm, ...shares, ...met, isNew: pair.isNew })];
  }

  unlearn({ tenant, entities, from, to }: Unlearned): void {
    const [first, last] = [Math.floor(from / DAY), Math.floor(to / DAY)];
    for (const { kind, value } of entities) {
      if (kind === 'domain' || kind === 'address') this.#destinations.unlearn(tenant, value, last + 1);
      if (kind === 'host' || kind === 'address') this.#shares.unlearn(tenant, value, first, last);
    }
  }

  get bytes(): number {
    return this.#destinations.bytes + this.#pairs.bytes + this.#shares.bytes + this.#rings.bytes;
  }

  *pages(): Generator<readonly [string, Uint8Array]> {
    yield* this.#destinations.pages();
    yield* this.#pairs.pages('pairs');
    yield* this.#shares.pages();
    yield* this.#rings.pages('rings');
  }

  restore(pages: ReadonlyMap<string, Uint8Array>): void {
    this.#destinations.restore(pages);
    this.#pairs.restore('pairs', pages);
    this.#shares.restore(pages);
    this.#rings.restore('rings', pages);
  }

  /** Hours of event time in which the pair was seen, and whether this is another. */
  #hours(slot: number, hour: number): { seen: number; isNext: boolean } {
    const [last, hours] = [this.#pairs.column('hour'), this.#pairs.column('hours')];
    const isNext = hour > (last[slot] ?? 0);
    if (isNext) {
      last[slot] = hour;
      hours[slot] = Math.min(255, (hours[slot] ?? 0) + 1);
    }
    return { seen: hours[slot] ?? 0, isNext };
  }

  /** The pair's rhythm, where it has one that was not spoken of since its destination was called a threat, if it was. */
  #rhythm(slot: number, row: number, threatDay: number): Rhythm | undefined {
    const spoken = this.#pairs.column('spoken')[slot] ?? 0;
    if (spoken !== 0 && spoken >= threatDay) return undefined;
    const intervals = this.#rings.sorted(row);
    if (intervals.length < FEWEST) return undefined;
    const rhythm = rhythmOf(intervals);
    return rhythm.p > FITTING ? undefined : rhythm;
  }

  #say(sighting: Sighting, host: string, destination: string, found: Found): Surprise {
    const { tenant, image, first } = sighting;
    const numbers = {
      seconds: found.period,
      jitterPercent: Math.round(found.jitter * 100),
      fitting: found.fitting,
      intervals: found.intervals,
      hosts: found.hosts,
      knownHosts: this.#past.known(tenant, 'host'),
      destinationDays: Math.floor(first / DAY) - found.since,
      lastingPairs: Math.round(found.lasting),
      withRhythm: Math.round(found.regular),
      tenantDays: this.#past.days(tenant),
      pWithoutRhythm: found.p,
    };
    const who = image === undefined ? host : `${image} on ${host}`;
    const others = found.hosts > 1 ? `${found.hosts} of ${numbers.knownHosts} hosts call it` : 'no other host calls it';
    const text =
      `${who} calls ${destination} every ${numbers.seconds} s (within ${numbers.jitterPercent} %): ` +
      `${numbers.fitting} of the last ${numbers.intervals} intervals fit; ${others}, first seen ` +
      `${numbers.destinationDays} days ago; of about ${numbers.lastingPairs} lasting calls to ` +
      `${found.isNew ? 'new' : 'known'} rare destinations in ${numbers.tenantDays} days ` +
      `${numbers.withRhythm} had such a rhythm`;
    const kind = sighting.domain === undefined ? 'address' : 'domain';
    return {
      baseline: this.name,
      tenant,
      key: `${host}|${image ?? ''}|${destination}|${Math.floor(first / DAY)}`,
      at: sighting.last,
      p: Math.min(1, Math.max(found.p, found.share) * found.perDay),
      text,
      numbers,
      entities: [
        { kind: sighting.host === undefined ? 'address' : 'host', value: host },
        { kind, value: destination },
      ],
      sightings: [sighting],
    };
  }
}

interface Found extends Rhythm {
  readonly lasting: number;
  readonly regular: number;
  readonly share: number;
  readonly perDay: number;
  readonly hosts: number;
  readonly since: number;
  readonly isNew: boolean;
}

export const beaconing: MakeBaseline = (past) => new Beaconing(past);
