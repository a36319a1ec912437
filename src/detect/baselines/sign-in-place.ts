import type { ActivityKind } from '../../contracts/event.ts';
import { clientName } from './agent-family.ts';
import type { Baseline, MakeBaseline, Past, Surprise, Unlearned } from './baseline.ts';
import { Habits, type Novelty } from './habits.ts';
import { Held } from './held.ts';
import type { Sighting } from './sighting.ts';

/** More surprising than this share of an account's days is not worth a word. */
const WORTH = 0.05;
const kinds: ReadonlySet<ActivityKind> = new Set(['sign_in', 'logon']);

type Facet = 'country' | 'network' | 'client';
const facets: readonly Facet[] = ['country', 'network', 'client'];

/**
 * Country, network and client (browser and system, or tool) of successful sign-ins, new for an account. p: the share of an account's
 * days on which such a thing is new, and new to as few others (`NoveltyRate`); of several new things the rarest counts, times the
 * share of new places in the tenant that came with a new client where one did. An account that travels, and everyone who leaves by a
 * VPN, thereby have their own norm. Memory: at most 50 MB.
 */
class SignInPlace implements Baseline {
  readonly name = 'sign-in-place';
  readonly title = 'Sign-in from a place new to the account';
  readonly level = 'low';
  readonly techniques = ['T1078'];
  readonly tactics = ['initial-access'];
  readonly falsePositives = ['Travel', 'A new phone or provider', 'A new VPN egress'];
  readonly youngDays = 7;
  readonly kinds = kinds;
  readonly #past: Past;
  readonly #habits: Readonly<Record<Facet, Habits>>;
  /** Whether a new client comes with a new place, over all tenants: [new places, of them with a new client]. */
  readonly #together = new Float64Array(2);

  readonly #held = new Held();

  constructor(past: Past) {
    this.#past = past;
    const made = (seed: number, pairs: number) =>
      new Habits(seed, { pairs, entities: 90_000, things: 45_000, youngDays: this.youngDays });
    this.#habits = { country: made(0x51, 180_000), network: made(0x52, 360_000), client: made(0x53, 180_000) };
  }

  see(sighting: Sighting): readonly Surprise[] {
    const { tenant, whence, userAgent, outcome, last } = sighting;
    const who = sighting.user ?? sighting.principal;
    if (who === undefined || outcome === 'failure' || (whence === undefined && userAgent === undefined)) return [];
    const values: Readonly<Record<Facet, string | undefined>> = {
      country: whence?.country,
      network: whence?.network,
      client: userAgent === undefined ? undefined : clientName(userAgent),
    };
    const news: [Facet, string, Novelty][] = [];
    for (const facet of facets) {
      const value = values[facet];
      const novelty = value === undefined ? undefined : this.#habits[facet].see(tenant, who, value, last);
      if (value !== undefined && novelty !== undefined) news.push([facet, value, novelty]);
    }
    if (news.length === 0) return [];
    const p = this.#joint(news);
    if (p > WORTH) return [];
    const things = news.map(([facet, value]) => `${facet}\n${value}`);
    return this.#held.hold(this.#say(sighting, who, news, p), things);
  }

  close(tenant: string, hour: number): readonly Surprise[] {
    return this.#held.due(tenant, hour, (thing, at) => {
      const end = thing.indexOf('\n');
      const facet = facets.find((each) => each === thing.slice(0, end));
      return facet !== undefined && this.#habits[facet].isRollout(tenant, thing.slice(end + 1), at);
    });
  }

  unlearn({ tenant, entities, from, to }: Unlearned): void {
    for (const { kind, value } of entities) {
      if (kind !== 'user' && kind !== 'cloud_principal') continue;
      for (const facet of facets) this.#habits[facet].unlearn(tenant, value, from, to);
    }
  }

  get bytes(): number {
    const own = this.#together.byteLength + this.#held.bytes;
    return facets.reduce((bytes, facet) => bytes + this.#habits[facet].bytes, own);
  }

  *pages(): Generator<readonly [string, Uint8Array]> {
    for (const facet of facets) yield* this.#habits[facet].pages(`${facet}|`);
    yield* this.#held.pages('');
    yield ['together', new Uint8Array(this.#together.buffer)];
  }

  restore(pages: ReadonlyMap<string, Uint8Array>): void {
    for (const facet of facets) this.#habits[facet].restore(`${facet}|`, pages);
    this.#held.restore('', pages);
    const together = pages.get('together');
    if (together !== undefined) new Uint8Array(this.#together.buffer).set(together);
  }

  /** A new country nearly always comes by a new network; a new client beside them is another matter. */
  #joint(news: readonly [Facet, string, Novelty][]): number {
    const places = news.filter(([facet]) => facet !== 'client').map(([, , { p }]) => p);
    const client = news.find(([facet]) => facet === 'client')?.[2];
    if (places.length === 0) return client?.p ?? 1;
    const place = Math.min(...places);
    const [before, withClient] = [this.#together[0] ?? 0, this.#together[1] ?? 0];
    this.#together[0] = before + 1;
    if (client === undefined) return place;
    this.#together[1] = withClient + 1;
    return place * ((withClient + 1) / (before + 2));
  }

  #say(sighting: Sighting, who: string, news: readonly [Facet, string, Novelty][], p: number): Surprise {
    const { tenant, last } = sighting;
    const [, , { days, activeDays, known }] = news.reduce((least, one) => (one[2].p < least[2].p ? one : least));
    const parts = news.map(([facet, value, { others }]) => `${facet} ${value} (used by ${others} other accounts)`);
    const numbers: Record<string, number | string> = { days, activeDays, accounts: known };
    for (const [facet, value, { others, newDays }] of news) {
      numbers[facet] = value;
      numbers[`${facet}Others`] = others;
      numbers[`${facet}NewDays`] = Math.round(newDays * 10) / 10;
    }
    numbers.tenantDays = this.#past.days(tenant);
    return {
      baseline: this.name,
      tenant,
      key: `${who}|${news.map(([facet, value]) => `${facet}=${value}`).join('|')}`,
      at: last,
      p,
      text: `first time in ${days} days (${activeDays} with sign-ins) that ${who} signed in from ${parts.join(', ')}, of ${known} accounts known`,
      numbers,
      entities: [
        sighting.user === undefined ? { kind: 'cloud_principal', value: who } : { kind: 'user', value: who },
        ...(sighting.sourceAddress === undefined ? [] : [{ kind: 'address' as const, value: sighting.sourceAddress }]),
      ],
      sightings: [sighting],
    };
  }
}

export const signInPlace: MakeBaseline = (past) => new SignInPlace(past);
