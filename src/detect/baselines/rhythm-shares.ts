import { shrunkShare, weightOf } from './fading.ts';
import { keyHash } from './key-hash.ts';
import { KeyTable } from './key-table.ts';

const SEED = 0x6273;
/** Lasting pairs of one host that count on one day; of rhythms, one. */
const PAIRS_A_DAY = 20;
/** What the whole tenant's share weighs against a program's or a host's own, in lasting pairs. */
const PRIOR = 20;

/** A host (with a program) and a rare destination that it keeps calling. */
export interface Pair {
  readonly tenant: string;
  readonly host: string;
  readonly image: string | undefined;
  /** The destination was new to the tenant when the pair began. */
  readonly isNew: boolean;
}

/** How many lasting pairs to rare destinations turned out to have a rhythm: of a tenant, of each program, of each host. */
export class RhythmShares {
  readonly #table = new KeyTable(
    {
      lasting: 'f64',
      regular: 'f64',
      since: 'u16',
      lastingDay: 'u16',
      today: 'u8',
      regularDay: 'u16',
      regularNew: 'u8',
      days: 'f64',
      seenDay: 'u16',
    },
    183_000,
  );

  /** The host calls something on that day; gives the first day on which it did. */
  hostSince(tenant: string, host: string, day: number): number {
    const slot = this.#host(tenant, host, day);
    const since = this.#table.column('since')[slot] ?? day;
    const seenDay = this.#table.column('seenDay');
    if (day > (seenDay[slot] ?? 0)) {
      seenDay[slot] = day;
      this.#add(
        'days',
        [
          [tenant, 'all'],
          [tenant, 'host', host],
        ],
        day,
        1,
      );
    }
    return since;
  }

  /** A pair has come to last; says nothing where the host brought too many today. */
  lasting(pair: Pair, day: number): void {
    const slot = this.#host(pair.tenant, pair.host, day);
    const [lastingDay, today] = [this.#table.column('lastingDay'), this.#table.column('today')];
    if (lastingDay[slot] !== day) {
      lastingDay[slot] = day;
      today[slot] = 0;
    }
    if ((today[slot] ?? 0) >= PAIRS_A_DAY) return;
    today[slot] = (today[slot] ?? 0) + 1;
    this.#add('lasting', [[pair.tenant, 'all'], ...keysOf(pair)], day, 1);
  }

  /** A pair has a rhythm. */
  regular(pair: Pair, day: number): void {
    const slot = this.#host(pair.tenant, pair.host, day);
    const regularDay = this.#table.column('regularDay');
    if (regularDay[slot] === day) return;
    regularDay[slot] = day;
    this.#table.column('regularNew')[slot] = pair.isNew ? 1 : 0;
    this.#add('regular', keysOf(pair), day, 1);
  }

  /**
   * The tenant's numbers; `share` of lasting pairs that had a rhythm, the largest of tenant, host and program; `perDay`, lasting pairs that
   * a host brings on a day, the larger of all hosts' and this one's.
   */
  of(pair: Pair, day: number): { lasting: number; regular: number; share: number; perDay: number } {
    const [tenant, host, image] = keysOf(pair).map((names) => this.#sums(names, day));
    const all = this.#sums([pair.tenant, 'all'], day);
    const { lasting, regular } = tenant ?? all;
    // Jeffreys' half: none so far is not never.
    const share = shrunkShare(regular, lasting, { share: 0.5, weight: 1 });
    const shares = [host, image].map((one) =>
      shrunkShare(one?.regular ?? 0, one?.lasting ?? 0, { share, weight: PRIOR }),
    );
    const perDay = shrunkShare(all.lasting, all.days, { share: 0.5, weight: 1 });
    const own = shrunkShare(host?.lasting ?? 0, host?.days ?? 0, { share: perDay, weight: PRIOR });
    return { lasting, regular, share: Math.min(1, Math.max(share, ...shares)), perDay: Math.max(perDay, own) };
  }

  /** Takes out a rhythm that the host added in that time. */
  unlearn(tenant: string, host: string, first: number, last: number): void {
    const slot = this.#table.find(keyHash(SEED, tenant, 'host', host));
    if (slot === -1) return;
    const day = this.#table.column('regularDay')[slot] ?? 0;
    if (day === 0 || day < first || day > last) return;
    this.#table.column('regularDay')[slot] = 0;
    const isNew = this.#table.column('regularNew')[slot] === 1;
    // Of which program it was is not kept; the tenant's share and the host's are what it weighed most in.
    const [all, own] = keysOf({ tenant, host, image: undefined, isNew });
    this.#add('regular', [all, own], day, -1);
  }

  get bytes(): number {
    return this.#table.bytes;
  }

  pages(): Iterable<readonly [string, Uint8Array]> {
    return this.#table.pages('shares');
  }

  restore(pages: ReadonlyMap<string, Uint8Array>): void {
    this.#table.restore('shares', pages);
  }

  #host(tenant: string, host: string, day: number): number {
    const slot = this.#table.take(keyHash(SEED, tenant, 'host', host), day);
    if (this.#table.isNew) this.#table.column('since')[slot] = day;
    return slot;
  }

  #sums(names: Names, day: number): { lasting: number; regular: number; days: number } {
    const slot = this.#table.find(keyHash(SEED, ...names));
    if (slot === -1) return { lasting: 0, regular: 0, days: 0 };
    const sum = (of: 'lasting' | 'regular' | 'days') => (this.#table.column(of)[slot] ?? 0) / weightOf(day);
    return { lasting: sum('lasting'), regular: sum('regular'), days: sum('days') };
  }

  #add(what: 'lasting' | 'regular' | 'days', keys: readonly Names[], day: number, sign: 1 | -1): void {
    for (const parts of keys) {
      const slot = this.#table.take(keyHash(SEED, ...parts), day);
      if (this.#table.isNew) this.#table.column('since')[slot] = day;
      const column = this.#table.column(what);
      column[slot] = Math.max(0, (column[slot] ?? 0) + sign * weightOf(day));
    }
  }
}

type Names = readonly (string | undefined)[];

function keysOf({ tenant, host, image, isNew }: Pair): readonly [all: Names, host: Names, image: Names] {
  return [
    [tenant, isNew ? 'new' : 'known'],
    [tenant, 'host', host],
    [tenant, 'image', image],
  ];
}
