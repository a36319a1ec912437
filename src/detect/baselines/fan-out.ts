import type { Entity } from '../../contracts/entity.ts';
import type { Baseline, MakeBaseline, Past, Surprise, Unlearned } from './baseline.ts';
import { DailyReach } from './daily-reach.ts';
import { type Measure, measures } from './fan-out-measures.ts';
import { keyHash } from './key-hash.ts';
import { KeyTable } from './key-table.ts';
import { PeerDays } from './peer-days.ts';
import type { Sighting } from './sighting.ts';

const HOUR = 3_600_000;
const SEED = 0x666f;
/** Pairs of this hour that are told apart exactly; beyond that a flood counts some twice. */
const PAIRS = 367_000;
/** Fewer are no fan-out, however unusual. */
const FEWEST = 8;
/** An entity's own days with any, without which it says nothing. */
const YOUNG = 7;
/** Strange enough to be said before the hour is over. */
const AT_ONCE = 1e-6;
const WORTH_SAYING = 0.01;
/** Entities that are looked at again when their hour is over. */
const HELD = 1000;
const SHOWN = 10;

interface Held {
  readonly tenant: string;
  readonly measure: Measure;
  readonly who: Entity;
  readonly hour: number;
  count: number;
  readonly sightings: Sighting[];
}

const NOTHING: readonly Surprise[] = [];

/**
 * How many different things one entity reaches within an hour: hosts by logon, addresses and ports by network, accounts by refused
 * logon. p is how often a day of this entity would hold an hour with as many: the larger of the tail under its own daily maxima
 * (Student's t of their logarithms) and of its days that did, shrunk toward its peers' (`DailyReach.p`); where many peers reach as much
 * today, their share. A scanner's Tuesdays are its own days, and two of them make a habit. Whoever has fewer than seven days of its own
 * is not spoken of, except where accounts are refused: there the peers alone speak of a source without a past. Days weigh half after
 * 30; a day counts once, however much was reached on it. Said when the hour is over, or at once where p is below one in a million.
 */
class FanOut implements Baseline {
  readonly name = 'fan-out';
  readonly title = 'Reaches more hosts, addresses, ports or accounts within an hour than it ever does';
  readonly level = 'low';
  readonly techniques = ['T1046', 'T1021', 'T1110.003'];
  readonly tactics = ['discovery', 'lateral-movement', 'credential-access'];
  readonly falsePositives = [
    'The first two runs of a new scan, inventory or deployment',
    'Somebody who helps out on many machines for a day',
    'An application whose stored password for many accounts has expired',
  ];
  readonly youngDays = 14;
  readonly kinds = new Set(['logon', 'logon_failure', 'sign_in_failure', 'network'] as const);
  readonly #past: Past;
  readonly #pairs = new KeyTable({}, PAIRS);
  readonly #reach = new DailyReach();
  readonly #peers = new PeerDays();
  readonly #held = new Map<string, Held>();

  constructor(past: Past) {
    this.#past = past;
  }

  see(sighting: Sighting): readonly Surprise[] {
    let said = NOTHING;
    for (const measure of measures) {
      if (!measure.kinds.has(sighting.kind)) continue;
      const who = measure.who(sighting);
      const what = measure.what(sighting);
      if (who === undefined || what === undefined) continue;
      const surprise = this.#count(sighting, measure, who, what);
      if (surprise !== undefined) said = [...said, surprise];
    }
    return said;
  }

  close(tenant: string, hour: number): readonly Surprise[] {
    const said: Surprise[] = [];
    for (const [key, held] of this.#held) {
      if (held.tenant !== tenant || held.hour > hour) continue;
      this.#held.delete(key);
      const surprise = this.#judge(held, WORTH_SAYING);
      if (surprise !== undefined) said.push(surprise);
    }
    return said;
  }

  unlearn({ tenant, entities, from, to }: Unlearned): void {
    const [first, last] = [Math.floor(from / HOUR / 24), Math.floor(to / HOUR / 24)];
    for (const { kind, value } of entities) {
      for (const { name } of measures) {
        const slot = this.#reach.find(keyHash(SEED, tenant, name, kind, value));
        const today = slot === -1 ? undefined : this.#reach.unlearn(slot, first, last);
        if (today !== undefined && today.most > 0) this.#peers.went(tenant, name, today.day, today.most, 0);
      }
    }
  }

  get bytes(): number {
    return this.#pairs.bytes + this.#reach.bytes + this.#peers.bytes + this.#held.size * 4096;
  }

  *pages(): Generator<readonly [string, Uint8Array]> {
    yield* this.#pairs.pages('pairs');
    yield* this.#reach.pages();
    yield* this.#peers.pages();
    const held = [...this.#held].map(([key, { measure, ...rest }]) => [key, { ...rest, measure: measure.name }]);
    yield ['held', Buffer.from(JSON.stringify(held))];
  }

  restore(pages: ReadonlyMap<string, Uint8Array>): void {
    this.#pairs.restore('pairs', pages);
    this.#reach.restore(pages);
    this.#peers.restore(pages);
    this.#held.clear();
    const page = pages.get('held');
    if (page === undefined) return;
    const held = JSON.parse(Buffer.from(page).toString()) as [string, Omit<Held, 'measure'> & { measure: string }][];
    for (const [key, one] of held) {
      const measure = measures.find(({ name }) => name === one.measure);
      if (measure !== undefined) this.#held.set(key, { ...one, measure });
    }
  }

  #count(sighting: Sighting, measure: Measure, who: Entity, what: string): Surprise | undefined {
    const { tenant, first } = sighting;
    const hour = Math.floor(first / HOUR);
    // Hours stand in for days, so that the pairs of hours past make room first.
    this.#pairs.take(keyHash(SEED, tenant, measure.name, who.value, String(hour), what), hour & 0xffff);
    if (!this.#pairs.isNew) return undefined;
    const reached = this.#reach.reached(keyHash(SEED, tenant, measure.name, who.kind, who.value), hour);
    if (reached === undefined) return undefined;
    const { slot, now, before } = reached;
    if (now <= before) return undefined;
    this.#peers.went(tenant, measure.name, Math.floor(hour / 24), before, now);
    if (now < FEWEST || !this.#reach.isHigh(slot, now)) return undefined;
    if (this.#past.days(tenant) < this.youngDays) return undefined;
    if (!measure.isFromOutside && this.#reach.of(slot).days < YOUNG) return undefined;
    const held = this.#hold(sighting, measure, who, hour, now);
    return held === undefined ? undefined : this.#judge(held, AT_ONCE);
  }

  #hold(sighting: Sighting, measure: Measure, who: Entity, hour: number, count: number): Held | undefined {
    const { tenant } = sighting;
    const key = `${tenant}|${measure.name}|${who.value}`;
    let held = this.#held.get(key);
    if (held === undefined || held.hour !== hour) {
      if (held === undefined && this.#held.size >= HELD) return undefined;
      held = { tenant, measure, who, hour, count, sightings: [] };
      this.#held.set(key, held);
    }
    held.count = count;
    if (held.sightings.length < SHOWN) held.sightings.push({ ...sighting, raw: undefined });
    return held;
  }

  #judge({ tenant, measure, who, hour, count, sightings }: Held, limit: number): Surprise | undefined {
    const slot = this.#reach.find(keyHash(SEED, tenant, measure.name, who.kind, who.value));
    if (slot === -1) return undefined;
    const day = Math.floor(hour / 24);
    const today = this.#reach.today(slot);
    const peers = this.#peers.reach(tenant, measure.name, day, count, today.day === day ? today.most : 0);
    const p = this.#reach.p(slot, count, day, peers.share);
    if (p > limit || !this.#reach.speaks(slot, day)) return undefined;
    const { days, usual, highest } = this.#reach.of(slot);
    const numbers = {
      count,
      days,
      usual: Math.round(usual * 10) / 10,
      highest,
      peerDays: Math.round(peers.days),
      peerDaysAsMuch: Math.round(peers.reached),
      tenantDays: this.#past.days(tenant),
    };
    const own =
      days === 0
        ? 'never seen before'
        : `on ${days} days before, ${numbers.usual} in its busiest hour as a rule and ${highest} at most`;
    const text =
      `${who.value} ${measure.did} ${count} ${measure.things} within an hour: ${own}; of about ` +
      `${numbers.peerDays} days of others ${numbers.peerDaysAsMuch} reached as much`;
    return {
      baseline: this.name,
      tenant,
      key: `${measure.name}|${who.value}|${day}`,
      at: sightings[0]?.first ?? hour * HOUR,
      p,
      text,
      numbers,
      entities: entitiesOf(who, sightings),
      sightings,
    };
  }
}

/** Who did it, and on which hosts, as far as shown. */
function entitiesOf(who: Entity, sightings: readonly Sighting[]): readonly Entity[] {
  const hosts = new Set(sightings.map(({ host }) => host).filter((host) => host !== undefined));
  if (who.kind === 'host') hosts.delete(who.value);
  return [who, ...[...hosts].map((value) => ({ kind: 'host' as const, value }))];
}

export const fanOut: MakeBaseline = (past) => new FanOut(past);
