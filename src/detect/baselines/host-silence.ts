import type { ActivityKind } from '../../contracts/event.ts';
import { Absences } from './absences.ts';
import { ActiveHours, activeHourColumns } from './active-hours.ts';
import type { Baseline, Past, Surprise, Unlearned } from './baseline.ts';
import { dayOf, HOUR, hourOf, writtenHour } from './hours.ts';
import { keyHash } from './key-hash.ts';
import { type ColumnType, KeyTable } from './key-table.ts';
import { NameStore } from './name-store.ts';
import type { Sighting } from './sighting.ts';
import { type Stream, Streams } from './streams.ts';

const SEED = 0x70c5;
const HOSTS = 734_000;
const columns: Record<string, ColumnType> = {
  ...activeHourColumns,
  stream: 'u16',
  name: 'u32',
  /** Last hour in which it was heard, hours since the epoch. */
  last: 'u32',
  firstDay: 'u16',
  /** Hours of the last day on which it was heard, a bit each. */
  mask: 'u32',
  /** Hours since, in which it would have been heard, going by its hours; while its source was. */
  missed: 'f32',
  /** Days on which an absence ended, the last of them, and how long that was. */
  absences: 'u8',
  absenceDay: 'u16',
  absence: 'f32',
  /** -log10 of the least p said of this silence. */
  said: 'u8',
};
const YOUNG = 14;
const KNOWN = 10;
const STRANGE = 0.001;
/** Beyond p = 1e-6 nothing more is said of a silence. */
const CERTAIN = 6;
/** Hours that are nearly always active, or nearly never: the mean share of an active hour of a host that does not come and go. */
const STEADY = 0.95;
/** Days without anything that still say something about weekdays. */
const LONG_WEEKEND = 4;
/** Missed hours that begin an absence; fewer are the width of an hour. */
const AWAY = 1;
/** Hosts that fall silent together and are one thing. */
const TOGETHER = 5;
const NAMED = 20;
/** Bytes of names of rows that are gone, before they are cleared away. */
const WASTE = 1 << 20;

const kinds: readonly ActivityKind[] = [
  ...(['process_start', 'process_end', 'process_access', 'remote_thread', 'image_load', 'driver_load'] as const),
  ...(['network', 'dns', 'file', 'registry', 'pipe', 'wmi', 'logon', 'logon_failure', 'logoff'] as const),
  ...(['account_change', 'service_install', 'task', 'script', 'log_cleared', 'share_access'] as const),
  ...(['directory_access', 'sign_in', 'sign_in_failure', 'api_call', 'other'] as const),
];

interface Silent {
  readonly slot: number;
  readonly p: number;
}

/**
 * A host that stops while its source goes on. Silence is measured in the hours in which the host would have been heard, going by its own
 * shares of hours and weekdays (time rescaling: Brown et al. 2002), while others of the source were. p is the chance that an absence
 * begins on a day of the host, times the share of the tenant's absences that last so long: of hosts that are always there, or of
 * those that come and go (see Absences), where a holiday is never ruled out. Half of a source's hosts at once is the source's silence,
 * which is watched elsewhere; some at once are one surprise.
 */
export class HostSilence implements Baseline {
  readonly name = 'host-silence';
  readonly title = 'A host that always reports has stopped';
  readonly level = 'low';
  readonly techniques = ['T1562.001', 'T1562'];
  readonly tactics = ['defense-evasion'];
  readonly falsePositives = ['A host taken out of service', 'A longer outage or move'];
  readonly youngDays = YOUNG;
  readonly kinds: ReadonlySet<ActivityKind> = new Set(kinds);
  readonly #past: Past;
  readonly #rows: KeyTable<Record<string, ColumnType>>;
  readonly #hours: ActiveHours;
  readonly #absences = new Absences();
  readonly #streams = new Streams();
  #names = new NameStore();
  #keptNames = 0;

  constructor(past: Past, hosts = HOSTS) {
    this.#past = past;
    this.#rows = new KeyTable(columns, hosts);
    this.#hours = new ActiveHours(this.#rows);
  }

  get bytes(): number {
    return this.#rows.bytes + this.#absences.bytes + this.#names.bytes;
  }

  see({ tenant, source, host, first }: Sighting): readonly Surprise[] {
    if (host === undefined) return [];
    const stream = this.#streams.take(tenant, source);
    if (stream === undefined) return [];
    const hour = hourOf(first);
    if (hour > stream.last) {
      stream.before = stream.last;
      stream.last = hour;
    }
    const slot = this.#rows.take(keyHash(SEED, tenant, source, host), dayOf(hour));
    const last = this.#rows.column('last');
    const mask = this.#rows.column('mask');
    if (this.#rows.isNew) {
      this.#rows.column('stream')[slot] = stream.index;
      this.#rows.column('firstDay')[slot] = dayOf(hour);
      this.#rows.column('name')[slot] = this.#nameOf(host);
      last[slot] = hour;
      mask[slot] = 1 << (hour % 24);
      return [];
    }
    const before = last[slot] ?? 0;
    if (hour <= before) return [];
    this.#endAbsence(slot, tenant, dayOf(hour));
    if (dayOf(hour) > dayOf(before)) {
      this.#endDay(slot, dayOf(before), dayOf(hour));
      mask[slot] = 0;
    }
    mask[slot] = (mask[slot] ?? 0) | (1 << (hour % 24));
    last[slot] = hour;
    return [];
  }

  close(tenant: string, hour: number): readonly Surprise[] {
    const heard = this.#streams.of(tenant).filter(({ last, before }) => last === hour || before === hour);
    if (heard.length === 0) return [];
    const byIndex = new Map(
      heard.map((stream) => [stream.index, { stream, hosts: 0, away: 0, silent: [] as Silent[] }]),
    );
    const streamOf = this.#rows.column('stream');
    const last = this.#rows.column('last');
    for (let slot = 0; slot < streamOf.length; slot += 1) {
      const index = streamOf[slot] ?? 0;
      const of = index === 0 ? undefined : byIndex.get(index);
      if (of === undefined || hour - (last[slot] ?? 0) > 24 * 60) continue;
      of.hosts += 1;
      if ((last[slot] ?? 0) >= hour) continue;
      const p = this.#miss(slot, tenant, hour);
      if ((this.#rows.column('missed')[slot] ?? 0) >= AWAY) of.away += 1;
      if (p !== undefined) of.silent.push({ slot, p });
    }
    return [...byIndex.values()].flatMap(({ stream, hosts, away, silent }) =>
      silent.length === 0 || (hosts > 1 && away > hosts / 2) ? [] : this.#say(stream, silent, hosts, away, hour),
    );
  }

  unlearn({ tenant, entities, from, to }: Unlearned): void {
    for (const { kind, value } of entities) {
      if (kind !== 'host') continue;
      for (const { source } of this.#streams.of(tenant)) {
        const slot = this.#rows.find(keyHash(SEED, tenant, source, value));
        if (slot === -1) continue;
        const day = this.#rows.column('absenceDay')[slot] ?? 0;
        if (day < dayOf(hourOf(from)) || day > dayOf(hourOf(to)) + 1) continue;
        const absences = this.#rows.column('absences');
        absences[slot] = Math.max(0, (absences[slot] ?? 0) - 1);
        this.#absences.note(
          this.#absences.at(tenant, this.#isSteady(slot), day),
          this.#rows.column('absence')[slot] ?? 0,
          -1,
        );
        this.#rows.column('absenceDay')[slot] = 0;
      }
    }
  }

  *pages(): Iterable<readonly [string, Uint8Array]> {
    yield* this.#rows.pages('hosts');
    yield* this.#absences.pages('absences');
    yield* this.#names.pages('names');
    yield ['kept', Buffer.from(String(this.#keptNames))];
    yield ['streams', this.#streams.save()];
  }

  restore(pages: ReadonlyMap<string, Uint8Array>): void {
    this.#rows.restore('hosts', pages);
    this.#absences.restore('absences', pages);
    this.#names.restore('names', pages);
    this.#keptNames = Number(Buffer.from(pages.get('kept') ?? []).toString());
    const streams = pages.get('streams');
    if (streams !== undefined) this.#streams.restore(streams);
  }

  /** One more hour without it; p where that has become stranger by a power of ten than was said. */
  #miss(slot: number, tenant: string, hour: number): number | undefined {
    const day = dayOf(hour);
    const share = this.#hours.hour(slot, hour % 24) * this.#hours.weekday(slot, (day + 3) % 7);
    const missed = this.#rows.column('missed');
    missed[slot] = (missed[slot] ?? 0) + share;
    const said = this.#rows.column('said');
    if (share < 0.01 || (missed[slot] ?? 0) < AWAY || (said[slot] ?? 0) >= CERTAIN) return undefined;
    const days = dayOf(this.#rows.column('last')[slot] ?? 0) - (this.#rows.column('firstDay')[slot] ?? 0);
    if (days < YOUNG || this.#hours.activeDays(slot) < KNOWN || this.#past.days(tenant) < YOUNG) return undefined;
    const isSteady = this.#isSteady(slot);
    const begins = ((this.#rows.column('absences')[slot] ?? 0) + 0.5) / (days + 5);
    const p = begins * this.#absences.tail(this.#absences.at(tenant, isSteady, day), isSteady, missed[slot] ?? 0);
    const strength = Math.floor(-Math.log10(p));
    if (p > STRANGE || strength <= (said[slot] ?? 0)) return undefined;
    said[slot] = Math.min(CERTAIN, strength);
    return p;
  }

  #say(stream: Stream, silent: readonly Silent[], hosts: number, away: number, hour: number): readonly Surprise[] {
    if (silent.length < TOGETHER) return silent.map((one) => this.#sayOne(stream, one, hosts, away, hour));
    const named = silent.map(({ slot }) => this.#names.get(this.#rows.column('name')[slot] ?? 0)).sort();
    const { tenant, source } = stream;
    return [
      {
        baseline: this.name,
        tenant,
        key: `${source}|${hour}|together`,
        at: (hour + 1) * HOUR,
        p: Math.max(...silent.map(({ p }) => p)),
        text: `${silent.length} of ${hosts} hosts of ${source} that keep their hours have fallen silent together, among them ${named.slice(0, 3).join(', ')}; the others go on`,
        numbers: { silent: silent.length, hosts, away },
        entities: named.slice(0, NAMED).map((value) => ({ kind: 'host', value })),
        sightings: [],
      },
    ];
  }

  #sayOne({ tenant, source }: Stream, { slot, p }: Silent, hosts: number, away: number, hour: number): Surprise {
    const host = this.#names.get(this.#rows.column('name')[slot] ?? 0);
    const last = this.#rows.column('last')[slot] ?? 0;
    const missed = Math.round(this.#rows.column('missed')[slot] ?? 0);
    const days = dayOf(last) - (this.#rows.column('firstDay')[slot] ?? 0);
    const absences = this.#rows.column('absences')[slot] ?? 0;
    return {
      baseline: this.name,
      tenant,
      key: `${source}|${host}|${last}`,
      at: (hour + 1) * HOUR,
      p,
      text: `${host} has sent nothing through ${source} since the hour from ${writtenHour(last)}: ${missed} hours in which it would have been heard, by ${days} days of its past with ${absences} on which it came back from being away; ${hosts - away} of ${hosts} hosts of the source go on`,
      numbers: { missedHours: missed, silentHours: hour - last, days, absences, hosts, hostsAway: away },
      entities: [{ kind: 'host', value: host }],
      sightings: [],
    };
  }

  /** Mean share of an active hour, by hours as by weekdays: near 1 for what is there whenever it ever is. */
  #isSteady(slot: number): boolean {
    let [hours, hoursSquared, weekdays, weekdaysSquared] = [0, 0, 0, 0];
    for (let hour = 0; hour < 24; hour += 1) {
      const share = this.#hours.hour(slot, hour);
      hours += share;
      hoursSquared += share * share;
    }
    for (let weekday = 0; weekday < 7; weekday += 1) {
      const share = this.#hours.weekday(slot, weekday);
      weekdays += share;
      weekdaysSquared += share * share;
    }
    return hours > 0 && (hoursSquared / hours) * (weekdaysSquared / weekdays) > STEADY;
  }

  /** It is heard again. A day counts one absence, however often it came and went. */
  #endAbsence(slot: number, tenant: string, day: number): void {
    const missed = this.#rows.column('missed');
    const length = missed[slot] ?? 0;
    missed[slot] = 0;
    this.#rows.column('said')[slot] = 0;
    const absenceDay = this.#rows.column('absenceDay');
    if (length < AWAY || absenceDay[slot] === day) return;
    absenceDay[slot] = day;
    this.#rows.column('absence')[slot] = length;
    const absences = this.#rows.column('absences');
    absences[slot] = Math.min(255, (absences[slot] ?? 0) + 1);
    // Of one who is new it is not known yet whether it comes and goes.
    if (this.#hours.activeDays(slot) < KNOWN) return;
    this.#absences.note(this.#absences.at(tenant, this.#isSteady(slot), day), length);
  }

  #endDay(slot: number, day: number, now: number): void {
    const first = this.#rows.column('firstDay')[slot] ?? day;
    // Of the first day only a part was seen.
    if (day > first) this.#hours.learn(slot, day, this.#rows.column('mask')[slot] ?? 0, (day - first - 1) / 7);
    if (now - day - 1 > LONG_WEEKEND) return;
    for (let at = day + 1; at < now; at += 1) this.#hours.learn(slot, at, 0, (at - first - 1) / 7);
  }

  /** Names of rows that made room for others are cleared away when they have become as many as those in use. */
  #nameOf(host: string): number {
    if (this.#names.used > 2 * this.#keptNames + WASTE) {
      const kept = new NameStore();
      const name = this.#rows.column('name');
      for (const slot of this.#rows.slots()) {
        if (name[slot] !== 0) name[slot] = kept.add(this.#names.get(name[slot] ?? 0));
      }
      this.#names = kept;
      this.#keptNames = kept.used;
    }
    return this.#names.add(host);
  }
}

export function makeHostSilence(past: Past): Baseline {
  return new HostSilence(past);
}
