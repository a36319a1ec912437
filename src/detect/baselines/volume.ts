import type { ActivityKind } from '../../contracts/event.ts';
import { type Act, type Actor, actorOf, acts } from './acts.ts';
import type { Baseline, Past, Surprise, Unlearned } from './baseline.ts';
import { HourlyCounts } from './hourly-counts.ts';
import { dayOf, HOUR, hourOf, weekdayName, writtenHour } from './hours.ts';
import { type KeyHash, keyHash } from './key-hash.ts';
import type { Sighting } from './sighting.ts';
import { TenantHeights } from './tenant-heights.ts';

const SEED = 0x70c1;
/** Series kept: 2^20 rows of a table at most. */
const SERIES = 734_000;
/** Counts of this hour of those who have no series: nobody gets one who never does a quarter of what would matter. */
const SMALL = 1 << 18;
const YOUNG = 14;
const HOURS_OF_DAY = 24;
/** Active days without which a series has no rhythm. */
const RHYTHM = 7;
/** Days of an entity that are so high, and those that are said to be: one in a hundred, one in a thousand. */
const BEYOND = 0.01;
const STRANGE = 0.001;
/** Entities beyond their usual on one day in one kind of act, after whom it is the tenant's day and not theirs. */
const EVERYBODY = 5;

interface Judged {
  readonly p: number;
  readonly expected: number | undefined;
  readonly spread: number;
  readonly days: number;
  readonly precedents: number;
  readonly others: number;
}

/**
 * Far more of one kind of act in an hour than the entity's own hour of day and weekday lead one to expect. p is the chance that a day of
 * the entity has such an hour: 24 times (Bonferroni) the tail of a negative binomial with seasonal mean and learned spread (see
 * Seasonal); where the like has come on at least two days of the last 100, or one at the same place of the week or month, at least the
 * rate of such days; where five of the tenant's entities are beyond their usual on the same day, at least their share. An entity without
 * a rhythm of its own in that act is held against the heights of all of the tenant's (see TenantHeights). Looked at as the hour fills,
 * so p only falls within it. What was spoken of teaches nothing.
 */
export class Volume implements Baseline {
  readonly name = 'volume';
  readonly title = 'Far more in an hour than usual';
  readonly level = 'low';
  readonly techniques = ['T1110', 'T1486', 'T1048', 'T1595'];
  readonly tactics = ['credential-access', 'impact', 'exfiltration'];
  readonly falsePositives = [
    'A backup, migration or scan that was not done before',
    'A changed password in a stored task',
  ];
  readonly youngDays = YOUNG;
  readonly kinds: ReadonlySet<ActivityKind> = new Set(acts.flatMap(({ kinds }) => kinds));
  readonly #past: Past;
  readonly #byKind = new Map<ActivityKind, readonly Act[]>();
  readonly #counts: HourlyCounts;
  readonly #heights = new TenantHeights();
  readonly #small = new Uint16Array(SMALL);
  #smallHour = 0;

  constructor(past: Past, series = SERIES) {
    this.#past = past;
    this.#counts = new HourlyCounts(series);
    for (const kind of this.kinds) {
      this.#byKind.set(
        kind,
        acts.filter((act) => act.kinds.includes(kind)),
      );
    }
  }

  get bytes(): number {
    return this.#counts.bytes + this.#heights.bytes + this.#small.byteLength;
  }

  see(sighting: Sighting): readonly Surprise[] {
    let said: readonly Surprise[] = [];
    for (const act of this.#byKind.get(sighting.kind) ?? []) {
      if (act.failuresOnly && sighting.outcome !== 'failure') continue;
      for (const kind of act.by) {
        const who = actorOf(sighting, kind);
        if (who === undefined) continue;
        const surprise = this.#count(sighting, act, kind, who);
        if (surprise !== undefined) said = [...said, surprise];
      }
    }
    return said;
  }

  unlearn({ tenant, entities, from, to }: Unlearned): void {
    for (const { kind, value } of entities) {
      for (const act of acts) {
        if (act.by.includes(kind as Actor)) this.#counts.forget(seriesKey(tenant, act, kind as Actor, value), from, to);
      }
    }
  }

  *pages(): Iterable<readonly [string, Uint8Array]> {
    yield* this.#counts.pages('counts');
    yield* this.#heights.pages('heights');
    yield ['hour', Buffer.from(String(this.#smallHour))];
    yield ['small', new Uint8Array(this.#small.buffer)];
  }

  restore(pages: ReadonlyMap<string, Uint8Array>): void {
    this.#counts.restore('counts', pages);
    this.#heights.restore('heights', pages);
    this.#smallHour = Number(Buffer.from(pages.get('hour') ?? []).toString());
    new Uint8Array(this.#small.buffer).set(pages.get('small') ?? []);
  }

  #count(sighting: Sighting, act: Act, kind: Actor, who: string): Surprise | undefined {
    const key = seriesKey(sighting.tenant, act, kind, who);
    const hour = hourOf(sighting.first);
    let { count } = sighting;
    if (this.#counts.find(key) === -1) {
      count = this.#countSmall(key, hour, count);
      if (count < act.atLeast / 4) return undefined;
    }
    const slot = this.#counts.take(key, hour);
    const ended = this.#counts.endedHeight;
    if (ended > 0) this.#heights.note(this.#tenantRow(sighting.tenant, act, kind, hour), ended);
    // Minutes late are counted now; what is older than that would make an hour of two.
    if (this.#counts.hour(slot) - hour > 1) return undefined;
    const now = this.#counts.add(slot, count);
    if (now < act.atLeast || !this.#counts.isDue(slot, now)) return undefined;
    this.#counts.lookAgainAt(slot, now * 1.25);
    return this.#judge(sighting, act, kind, who, slot, now);
  }

  #judge(sighting: Sighting, act: Act, kind: Actor, who: string, slot: number, now: number): Surprise | undefined {
    const { tenant } = sighting;
    const hour = this.#counts.hour(slot);
    const known = this.#counts.known(slot);
    const hasRhythm = known.days >= YOUNG && known.active >= RHYTHM;
    const expected = this.#counts.expected(slot);
    const row = this.#tenantRow(tenant, act, kind, hour);
    const alone = hasRhythm
      ? Math.min(1, HOURS_OF_DAY * this.#counts.tail(now, expected))
      : this.#heights.tail(row, now, act.atLeast);
    if (alone > BEYOND) return undefined;
    const precedents = this.#counts.precedents(slot, now);
    if (this.#counts.beyond(slot, now)) this.#heights.oneBeyond(row);
    const since = this.#past.firstSeen(tenant, kind, who) ?? sighting.first;
    const entityDays = Math.floor((sighting.first - since) / (24 * HOUR));
    if (this.#past.days(tenant) < YOUNG || entityDays < YOUNG) return undefined;
    const others = this.#heights.beyondToday(row) - 1;
    let p = alone;
    if (precedents >= 2) p = Math.max(p, precedents / Math.min(entityDays, 100));
    if (others >= EVERYBODY) p = Math.max(p, others / Math.max(others, this.#past.known(tenant, kind)));
    if (p > STRANGE) return undefined;
    this.#counts.spoken(slot);
    const days = hasRhythm ? known.days : entityDays;
    const judged = {
      p,
      expected: hasRhythm ? expected.mean : undefined,
      spread: expected.spread,
      days,
      precedents,
      others,
    };
    return this.#say(sighting, act, kind, who, hour, now, judged);
  }

  #say(
    sighting: Sighting,
    act: Act,
    kind: Actor,
    who: string,
    hour: number,
    count: number,
    { p, expected, spread, days, precedents, others }: Judged,
  ): Surprise {
    const peers = this.#past.known(sighting.tenant, kind);
    const usual =
      expected === undefined
        ? `it has no rhythm of its own in this, and hardly any of ${peers} known has done so much in ${days} days`
        : `usual at this hour of a ${weekdayName(dayOf(hour))} is about ${written(expected)}, by ${days} days of its past`;
    return {
      baseline: this.name,
      tenant: sighting.tenant,
      key: `${act.name}|${kind}|${who}|${hour}`,
      at: sighting.first,
      p,
      text: `${who}: ${count} ${act.name} within the hour from ${writtenHour(hour)}; ${usual}`,
      numbers: {
        count,
        days,
        peers,
        ...(expected === undefined ? {} : { expected: Number(written(expected)), spread: Number(spread.toFixed(3)) }),
        daysLikeIt: precedents,
        othersToday: others,
      },
      entities: [{ kind, value: who }],
      sightings: [sighting],
    };
  }

  #tenantRow(tenant: string, act: Act, kind: Actor, hour: number): number {
    const days = this.#past.days(tenant);
    const key = keyHash(SEED, tenant, act.name, kind);
    return this.#heights.at(key, dayOf(hour), () => this.#past.known(tenant, kind), days);
  }

  /** Those in the same place count together: a series is made too early at worst. */
  #countSmall({ low }: KeyHash, hour: number, count: number): number {
    if (hour > this.#smallHour) {
      this.#small.fill(0);
      this.#smallHour = hour;
    }
    const at = (low ^ (low >>> 14)) & (SMALL - 1);
    const now = Math.min(65_535, (this.#small[at] ?? 0) + count);
    this.#small[at] = now;
    return now;
  }
}

function seriesKey(tenant: string, act: Act, kind: Actor, who: string): KeyHash {
  return keyHash(SEED, tenant, act.name, kind, who);
}

function written(mean: number): string {
  return mean >= 10 ? mean.toFixed(0) : mean.toPrecision(1);
}

export function makeVolume(past: Past): Baseline {
  return new Volume(past);
}
