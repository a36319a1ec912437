import type { ActivityKind } from '../../contracts/event.ts';
import type { Baseline, MakeBaseline, Past, Surprise, Unlearned } from './baseline.ts';
import { Egress } from './egress.ts';
import { DAY_MS } from './habits.ts';
import { keyHash } from './key-hash.ts';
import { KeyTable } from './key-table.ts';
import { NoveltyRate } from './novelty-rate.ts';
import type { Sighting } from './sighting.ts';

const WORTH = 0.05;
/** An airliner's speed, km/h. */
const SPEED = 900;
/** What GeoIP may be wrong by at both ends together, km. */
const TOLERANCE = 200;
/** A carrier's or provider's network puts its customers anywhere within so many km; so many accounts make it one. */
const CARRIER_REACH = 1000;
const CARRIER_ACCOUNTS = 5;
const EARTH_RADIUS = 6371;
const HOUR = 3_600_000;
const MINUTE = 60_000;
const ACTIVE_DAYS = 5;
const kinds: ReadonlySet<ActivityKind> = new Set(['sign_in', 'logon']);

/** Great-circle distance in km by the haversine formula (Sinnott 1984); degrees. */
export function distance(lat: number, lon: number, toLat: number, toLon: number): number {
  const radians = Math.PI / 180;
  const half =
    Math.sin(((toLat - lat) * radians) / 2) ** 2 +
    Math.cos(lat * radians) * Math.cos(toLat * radians) * Math.sin(((toLon - lon) * radians) / 2) ** 2;
  return 2 * EARTH_RADIUS * Math.asin(Math.min(1, Math.sqrt(half)));
}

interface Jump {
  readonly km: number;
  /** Between the two, at least a minute. */
  readonly ms: number;
  /** Country it was from, as two letters; '' where it is not known by such. */
  readonly from: string;
}

/** What the account's past makes of it. */
interface Standing {
  readonly p: number;
  readonly days: number;
  readonly activeDays: number;
  readonly jumps: number;
}

/**
 * Two successful sign-ins of one account, one after the other, that lie farther apart than 900 km/h allow, GeoIP's error of 200 km taken off.
 * Coordinates only where the records have them. p: the share of such an account's days with a jump at least as far (below 1,000 km, below
 * 4,000, more; `NoveltyRate`), or, where it is more, the share of jumps on the days spent at one of the two addresses or networks that
 * several accounts share (`Egress`): a VPN explains itself, an office does not. Less than 1,000 km to where five accounts come from by the
 * same network or address is a carrier's GeoIP. One jump of an account a day.
 * Memory: at most 30 MB.
 */
class ImpossibleTravel implements Baseline {
  readonly name = 'impossible-travel';
  readonly title = 'Sign-ins of one account farther apart than anybody travels';
  readonly level = 'medium';
  readonly techniques = ['T1078'];
  readonly tactics = ['initial-access'];
  readonly falsePositives = ['A VPN or proxy that one person alone uses', 'An account that several people share'];
  readonly youngDays = 7;
  readonly kinds = kinds;
  readonly #past: Past;
  readonly #accounts = new KeyTable(
    {
      lat: 'f32',
      lon: 'f32',
      at: 'f64',
      address: 'u32',
      network: 'u32',
      country: 'u16',
      first: 'u16',
      active: 'u16',
      jump: 'u16',
    },
    180_000,
  );
  readonly #rate = new NoveltyRate(0x91, 180_000);
  readonly #egress = new Egress(0x92, { ways: 90_000, visits: 360_000 });

  constructor(past: Past) {
    this.#past = past;
  }

  see(sighting: Sighting): readonly Surprise[] {
    const { tenant, whence, outcome, last } = sighting;
    const who = sighting.user ?? sighting.principal;
    if (who === undefined || outcome === 'failure' || whence?.latitude === undefined || whence.longitude === undefined)
      return [];
    const day = Math.floor(last / DAY_MS);
    const key = { ...keyHash(0x90, tenant, who) };
    const known = this.#accounts.find(key);
    const lastDay = known === -1 ? 0 : this.#accounts.day(known);
    const slot = this.#accounts.take(key, day);
    const [begin, active] = [this.#accounts.column('first'), this.#accounts.column('active')];
    if (known === -1) begin[slot] = day;
    if (day > lastDay) active[slot] = Math.min(65_535, (active[slot] ?? 0) + 1);
    const isGrown = day - (begin[slot] ?? day) >= this.youngDays && (active[slot] ?? 0) > ACTIVE_DAYS;
    if (isGrown) this.#rate.day(tenant, key, day);
    const ways = this.#ways(sighting);
    for (const way of ways) this.#egress.visit(tenant, who, way, day);
    const [address, network] = [this.#accounts.column('address'), this.#accounts.column('network')];
    const before = [address[slot] ?? 0, network[slot] ?? 0];
    const jump = this.#move(slot, sighting, whence.latitude, whence.longitude);
    [address[slot], network[slot]] = ways;
    const jumped = this.#accounts.column('jump');
    if (jump === undefined || jumped[slot] === day) return [];
    const share = this.#egress.jump(tenant, who, [...ways, ...before], day);
    const isNear =
      jump.km < CARRIER_REACH && ways.some((way) => this.#egress.accounts(tenant, way) >= CARRIER_ACCOUNTS);
    // What the way explains says nothing of how often this account or tenant jumps.
    if (!isGrown || share > WORTH || isNear) return [];
    jumped[slot] = day;
    const rate = this.#rate.news(tenant, key, day, jump.km < 1000 ? 1 : jump.km < 4000 ? 2 : 3);
    const p = Math.max(rate.p, share);
    if (p > WORTH) return [];
    const activeDays = active[slot] ?? 0;
    return [this.#say(sighting, who, jump, { p, activeDays, days: day - (begin[slot] ?? day), jumps: rate.newDays })];
  }

  unlearn({ tenant, entities, from, to }: Unlearned): void {
    for (const { kind, value } of entities) {
      if (kind !== 'user' && kind !== 'cloud_principal') continue;
      const key = { ...keyHash(0x90, tenant, value) };
      this.#rate.unlearn(tenant, key, Math.floor(from / DAY_MS), Math.floor(to / DAY_MS));
      const slot = this.#accounts.find(key);
      const at = this.#accounts.column('at');
      // Where the intruder was is not where the owner travels from.
      if (slot !== -1 && (at[slot] ?? 0) >= from && (at[slot] ?? 0) <= to) at[slot] = 0;
    }
  }

  get bytes(): number {
    return this.#accounts.bytes + this.#rate.bytes + this.#egress.bytes;
  }

  *pages(): Generator<readonly [string, Uint8Array]> {
    yield* this.#accounts.pages('accounts');
    yield* this.#rate.pages('rate|');
    yield* this.#egress.pages('egress|');
  }

  restore(pages: ReadonlyMap<string, Uint8Array>): void {
    this.#accounts.restore('accounts', pages);
    this.#rate.restore('rate|', pages);
    this.#egress.restore('egress|', pages);
  }

  /** Address, and network within its country, as hashes. */
  #ways({ sourceAddress, whence }: Sighting): readonly [number, number] {
    const address = sourceAddress === undefined ? 0 : keyHash(0x93, sourceAddress).high;
    const network = whence?.network === undefined ? 0 : keyHash(0x94, whence.network, whence.country).high;
    return [address, network];
  }

  /** Remembers where the account is now; how it came there, where nobody could have. */
  #move(slot: number, { first, last, whence }: Sighting, lat: number, lon: number): Jump | undefined {
    const [lats, lons, ats] = [this.#accounts.column('lat'), this.#accounts.column('lon'), this.#accounts.column('at')];
    const countries = this.#accounts.column('country');
    const before = ats[slot] ?? 0;
    const km = before === 0 ? 0 : distance(lats[slot] ?? 0, lons[slot] ?? 0, lat, lon);
    // What was folded over the same time, or came out of order, was there at the same time.
    const ms = Math.max(MINUTE, first - before, before - last);
    const from = lettersOf(countries[slot] ?? 0);
    if (last >= before) {
      [lats[slot], lons[slot], ats[slot]] = [lat, lon, last];
      countries[slot] = numberOf(whence?.country);
    }
    return (km - TOLERANCE) / (ms / HOUR) > SPEED ? { km, ms, from } : undefined;
  }

  #say(sighting: Sighting, who: string, { km, ms, from }: Jump, { p, days, activeDays, jumps }: Standing): Surprise {
    const { tenant, last, whence, sourceAddress, user } = sighting;
    const [minutes, far] = [Math.round(ms / MINUTE), Math.round(km)];
    const speed = Math.round(km / (ms / HOUR));
    const past = Math.round(jumps);
    const place = (country: string | undefined) => (country === undefined || country === '' ? 'a place' : country);
    return {
      baseline: this.name,
      tenant,
      key: `${who}|${Math.floor(last / DAY_MS)}`,
      at: last,
      p,
      text: `${who} signed in from ${place(from)} and ${minutes} minutes later from ${place(whence?.country)}, ${far} km away (${speed} km/h); on ${past} of the ${activeDays - 1} earlier days in ${days} days that this account was seen it did the like`,
      numbers: { km: far, minutes, speed, days, activeDays, jumps: past, tenantDays: this.#past.days(tenant) },
      entities: [
        user === undefined ? { kind: 'cloud_principal', value: who } : { kind: 'user', value: who },
        ...(sourceAddress === undefined ? [] : [{ kind: 'address' as const, value: sourceAddress }]),
      ],
      sightings: [sighting],
    };
  }
}

/** Two-letter countries as a number and back; 0 is any other. */
function numberOf(country: string | undefined): number {
  return country?.length === 2 ? ((country.charCodeAt(0) & 255) << 8) | (country.charCodeAt(1) & 255) : 0;
}

function lettersOf(number: number): string {
  return number === 0 ? '' : String.fromCharCode(number >> 8, number & 255);
}

export const impossibleTravel: MakeBaseline = (past) => new ImpossibleTravel(past);
