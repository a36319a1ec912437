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
    },
    183_000,
  );

  /** The day on which the host was first seen to call anything. */
  hostSince(tenant: string, host: string, day: number): number {
    const slot = this.#host(tenant, host, day);
    return this.#table.column('since')[slot] ?? day;
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
    this.#add('lasting', keysOf(pair), day, 1);
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

  /** The tenant's numbers, and the largest share of tenant, host and program. */
  of(pair: Pair, day: number): { lasting: number; regular: number; share: number } {
    const today = weightOf(day);
    const [tenant, ...own] = keysOf(pair).map((parts) => {
      const slot = this.#table.find(keyHash(SEED, ...parts));
      if (slot === -1) return { lasting: 0, regular: 0 };
      return {
        lasting: (this.#table.column('lasting')[slot] ?? 0) / today,
        regular: (this.#table.column('regular')[slot] ?? 0) / today,
      };
    });
    const { lasting, regular } = tenant ?? { lasting: 0, regular: 0 };
    // Jeffreys' half: none so far is not never.
    const all = shrunkShare(regular, lasting, { share: 0.5, weight: 1 });
    const shares = own.map((one) => shrunkShare(one.regular, one.lasting, { share: all, weight: PRIOR }));
    return { lasting, regular, share: Math.min(1, Math.max(all, ...shares)) };
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

  #add(what: 'lasting' | 'regular', keys: readonly Names[], day: number, sign: 1 | -1): void {
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
