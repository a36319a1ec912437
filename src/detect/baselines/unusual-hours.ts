import type { ActivityKind } from '../../contracts/event.ts';
import { ActiveHours, activeHourColumns } from './active-hours.ts';
import { isMachineAccount } from './acts.ts';
import type { Baseline, Past, Surprise, Unlearned } from './baseline.ts';
import { dayOf, HOUR, hourOf, weekdayName, weekdayOf } from './hours.ts';
import { type KeyHash, keyHash } from './key-hash.ts';
import { type ColumnType, KeyTable } from './key-table.ts';
import type { Sighting } from './sighting.ts';
import { TenantHours } from './tenant-hours.ts';

const SEED = 0x70c3;
const PEOPLE = 734_000;
const columns: Record<string, ColumnType> = {
  ...activeHourColumns,
  /** Hours of the day being seen, a bit each; of them, those that were said to be strange. */
  mask: 'u32',
  strange: 'u32',
  today: 'u16',
  /** Hour last active, since the epoch. */
  last: 'u32',
  firstDay: 'u16',
  /** Strange days within a month, and the last of them. */
  strangeDays: 'u8',
  strangeDay: 'u16',
};
const YOUNG = 14;
/** Active days without which somebody's hours are not known. */
const KNOWN = 10;
/** p is a bound from above, and cannot be small where few days are known: what it is worth, calibration tells. */
const STRANGE = 0.005;
/** Days without anything that still say something about weekdays; a longer absence is a holiday, and says nothing. */
const LONG_WEEKEND = 4;
/** Days, and weeks, that a person's hours are believed to be everybody's. */
const LIKE_ALL_DAYS = 10;
const LIKE_ALL_WEEKS = 2;
/** How much of an hour's share its neighbours, up to three hours away, are believed to have: work runs late, and clocks change. */
const NEARBY = [1, 0.4, 0.1, 0.01];
/** Strange days before this one that make a habit of it. */
const HABIT = 2;
const MONTH = 30;
/** The share of days above which an hour is one of its own. */
const SOMETIMES = 0.05;

/** Who goes on past midnight, without a pause of so many hours, is still in the day before, until this hour. */
const PAUSE = 3;
const NIGHT_ENDS = 6;

type Person = 'user' | 'cloud_principal';

/**
 * A person active in an hour of the week in which it never is, nor others are. Own shares of days by hour (spread to neighbouring hours, a
 * circular kernel) and weekday are shrunk toward those of all the tenant's people, worth ten days and two weeks (empirical Bayes). p is
 * how many hours at least so unlikely a day of the person has on average: the mass of the region outside the highest density (Hyndman
 * 1996), a bound from above on the chance that a day has one. A night that follows an evening is of the evening's day: Friday's
 * last hours are no Saturday. What was spoken of is learned from the third such day within a month on.
 */
export class UnusualHours implements Baseline {
  readonly name = 'unusual-hours';
  readonly title = 'Active at an hour at which nobody is';
  readonly level = 'low';
  readonly techniques = ['T1078'];
  readonly tactics = ['initial-access'];
  readonly falsePositives = ['Work at night that was agreed on', 'A journey to another time zone'];
  readonly youngDays = YOUNG;
  readonly kinds: ReadonlySet<ActivityKind> = new Set(['logon', 'sign_in', 'process_start', 'script', 'api_call']);
  readonly #past: Past;
  readonly #rows: KeyTable<Record<string, ColumnType>>;
  readonly #hours: ActiveHours;
  readonly #tenants = new TenantHours();

  constructor(past: Past, people = PEOPLE) {
    this.#past = past;
    this.#rows = new KeyTable(columns, people);
    this.#hours = new ActiveHours(this.#rows);
  }

  get bytes(): number {
    return this.#rows.bytes + this.#tenants.bytes;
  }

  see(sighting: Sighting): readonly Surprise[] {
    const { tenant, user, principal } = sighting;
    const who = principal ?? user;
    if (who === undefined || sighting.outcome === 'failure') return [];
    const kind: Person = principal === undefined ? 'user' : 'cloud_principal';
    if (kind === 'user' && isMachineAccount(who)) return [];
    const hour = hourOf(sighting.first);
    const slot = this.#rows.take(personKey(tenant, kind, who), dayOf(hour));
    const today = this.#rows.column('today');
    const last = this.#rows.column('last');
    const goesOn = hour % 24 < NIGHT_ENDS && dayOf(hour) - 1 === today[slot] && hour - (last[slot] ?? 0) <= PAUSE;
    const day = goesOn ? dayOf(hour) - 1 : dayOf(hour);
    last[slot] = Math.max(last[slot] ?? 0, hour);
    if (this.#rows.isNew) {
      today[slot] = day;
      this.#rows.column('firstDay')[slot] = day;
    } else if (day > (today[slot] ?? 0)) {
      this.#endDay(slot, tenant, day);
      today[slot] = day;
    } else if (day < (today[slot] ?? 0)) return [];
    const mask = this.#rows.column('mask');
    const bit = 1 << (hour % 24);
    if (((mask[slot] ?? 0) & bit) !== 0) return [];
    mask[slot] = (mask[slot] ?? 0) | bit;
    const surprise = this.#judge(sighting, kind, who, slot, day);
    return surprise === undefined ? [] : [surprise];
  }

  unlearn({ tenant, entities, from, to }: Unlearned): void {
    for (const { kind, value } of entities) {
      if (kind !== 'user' && kind !== 'cloud_principal') continue;
      const slot = this.#rows.find(personKey(tenant, kind, value));
      if (slot === -1) continue;
      this.#rows.column('strangeDays')[slot] = 0;
      const today = this.#rows.column('today')[slot] ?? 0;
      const mask = this.#rows.column('mask');
      for (let hour = 0; hour < 24; hour += 1) {
        const begin = (today * 24 + hour) * HOUR;
        const isIn = (at: number): boolean => at <= to && at + HOUR > from;
        if (isIn(begin) || (hour < NIGHT_ENDS && isIn(begin + 24 * HOUR)))
          mask[slot] = (mask[slot] ?? 0) & ~(1 << hour);
      }
    }
  }

  *pages(): Iterable<readonly [string, Uint8Array]> {
    yield* this.#rows.pages('people');
    yield* this.#tenants.pages('tenants');
  }

  restore(pages: ReadonlyMap<string, Uint8Array>): void {
    this.#rows.restore('people', pages);
    this.#tenants.restore('tenants', pages);
  }

  #judge(sighting: Sighting, kind: Person, who: string, slot: number, day: number): Surprise | undefined {
    const { tenant } = sighting;
    const hour = hourOf(sighting.first);
    const days = day - (this.#rows.column('firstDay')[slot] ?? 0);
    const active = this.#hours.activeDays(slot);
    if (days < YOUNG || active < KNOWN || this.#past.days(tenant) < YOUNG) return undefined;
    // Mostly the hour is one of its own, and nothing more needs to be worked out.
    if (this.#hours.hour(slot, hour % 24) > SOMETIMES && this.#hours.weekday(slot, weekdayOf(day)) > 0.3)
      return undefined;
    const row = this.#tenants.at(tenant, day);
    const p = this.#rarity(slot, row, days, hour, weekdayOf(day));
    if (p > STRANGE) return undefined;
    const strange = this.#rows.column('strange');
    strange[slot] = (strange[slot] ?? 0) | (1 << (hour % 24));
    const peers = this.#past.known(tenant, kind);
    const peerDays = Math.round(this.#tenants.days(row));
    const peerDaysSo = this.#tenants.seenAt(row, hour % 24);
    const own = { hour: this.#hours.hour(slot, hour % 24), weekday: this.#hours.weekday(slot, weekdayOf(day)) };
    const all = this.#tenants.weekday(row, weekdayOf(day));
    return {
      baseline: this.name,
      tenant,
      key: `${kind}|${who}|${day}`,
      at: sighting.first,
      p,
      text:
        own.hour > SOMETIMES
          ? `${who} was active on a ${weekdayName(day)}; in ${days} days it was on ${percent(own.weekday)} of them, and all ${peers} known on ${percent(all)} of theirs`
          : `${who} was active after ${String(hour % 24).padStart(2, '0')}:00 UTC ${day < dayOf(hour) ? 'in the night after a' : 'on a'} ${weekdayName(day)}; in ${days} days it was at that hour on ${percent(own.hour)} of its active days, and of ${peerDays} such days of all ${peers} known ${peerDaysSo} went there`,
      numbers: {
        hour: hour % 24,
        weekday: weekdayName(day),
        days,
        activeDays: active,
        ownShare: percent(own.hour),
        ownWeekdayShare: percent(own.weekday),
        peers,
        peerDays,
        peerDaysSo,
        peerWeekdayShare: percent(all),
      },
      entities: [
        { kind, value: who },
        ...(sighting.host === undefined ? [] : [{ kind: 'host' as const, value: sighting.host }]),
      ],
      sightings: [sighting],
    };
  }

  /** Hours at least as unlikely as this one that a day has on average. */
  #rarity(slot: number, row: number, days: number, hour: number, weekday: number): number {
    const active = this.#hours.activeDays(slot);
    const weeks = days / 7;
    const hours = Array.from({ length: 24 }, (_, at) => {
      const own = near((hour) => this.#hours.hour(slot, hour), at);
      const all = near((hour) => this.#tenants.hour(row, hour), at);
      return (active * own + LIKE_ALL_DAYS * all) / (active + LIKE_ALL_DAYS);
    });
    const weekdays = Array.from({ length: 7 }, (_, at) => {
      const [own, all] = [this.#hours.weekday(slot, at), this.#tenants.weekday(row, at)];
      return (weeks * own + LIKE_ALL_WEEKS * all) / (weeks + LIKE_ALL_WEEKS);
    });
    const here = (hours[hour % 24] ?? 0) * (weekdays[weekday] ?? 0);
    let mass = 0;
    for (const ofWeek of weekdays) {
      for (const share of hours) if (ofWeek * share <= here * (1 + 1e-9)) mass += (ofWeek * share) / 7;
    }
    return Math.min(1, mass);
  }

  #endDay(slot: number, tenant: string, now: number): void {
    const day = this.#rows.column('today')[slot] ?? 0;
    const mask = this.#rows.column('mask');
    const strange = this.#rows.column('strange');
    const taught = (mask[slot] ?? 0) & ~(this.#isHabit(slot, day) ? 0 : (strange[slot] ?? 0));
    const first = this.#rows.column('firstDay')[slot] ?? day;
    const row = this.#tenants.at(tenant, now);
    // A day on which all was strange says nothing about its weekday either.
    if (taught !== 0) {
      this.#hours.learn(slot, day, taught, (day - first) / 7);
    }
    // A strange day is one of all people's days: left out, the next one would seem rarer than it is.
    if (mask[slot] !== 0) this.#tenants.learn(row, day, mask[slot] ?? 0);
    if (now - day - 1 <= LONG_WEEKEND) {
      for (let at = day + 1; at < now; at += 1) {
        this.#hours.learn(slot, at, 0, (at - first) / 7);
        this.#tenants.learn(row, at, 0);
      }
    }
    mask[slot] = 0;
    strange[slot] = 0;
  }

  /** Whether strange days have come often enough that this one is to be learned from. */
  #isHabit(slot: number, day: number): boolean {
    if (this.#rows.column('strange')[slot] === 0) return false;
    const strangeDays = this.#rows.column('strangeDays');
    const strangeDay = this.#rows.column('strangeDay');
    const before = day - (strangeDay[slot] ?? 0) > MONTH ? 0 : (strangeDays[slot] ?? 0);
    strangeDays[slot] = Math.min(255, before + 1);
    strangeDay[slot] = day;
    return before >= HABIT;
  }
}

function percent(share: number): string {
  const written = share >= 0.1 ? (100 * share).toFixed(0) : String(Number((100 * share).toPrecision(1)));
  return `${written} %`;
}

function near(share: (hour: number) => number, at: number): number {
  let most = 0;
  for (const [away, part] of NEARBY.entries()) {
    most = Math.max(most, part * share((at + away) % 24), part * share((at + 24 - away) % 24));
  }
  return most;
}

function personKey(tenant: string, kind: Person, who: string): KeyHash {
  return keyHash(SEED, tenant, kind, who);
}

export function makeUnusualHours(past: Past): Baseline {
  return new UnusualHours(past);
}
