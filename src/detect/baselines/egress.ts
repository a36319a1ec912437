import { keyHash } from './key-hash.ts';
import { KeyTable } from './key-table.ts';

/** As many accounts make an address or a network a shared one, whose own share of jumps says something of itself. */
const SHARED = 3;
const HALF_LIFE_DAYS = 60;
const SHRINK = 3;

/**
 * Addresses and networks that many accounts come through, and on what share of the account-days spent on each the account jumped: near 1 for a
 * VPN, a cloud's or a mobile carrier's egress, near 0 for an office. One account counts once a day. A way is named by a 32-bit hash, 0 is none.
 */
export class Egress {
  readonly #seed: number;
  readonly #ways: KeyTable<{ accounts: 'u16'; visits: 'f32'; jumps: 'f32'; last: 'u16' }>;
  /** By account and way: the last day counted, and the last day of a jump. */
  readonly #visits: KeyTable<{ visit: 'u16'; jump: 'u16' }>;

  constructor(seed: number, limits: { readonly ways: number; readonly visits: number }) {
    this.#seed = seed;
    this.#ways = new KeyTable({ accounts: 'u16', visits: 'f32', jumps: 'f32', last: 'u16' }, limits.ways);
    this.#visits = new KeyTable({ visit: 'u16', jump: 'u16' }, limits.visits);
  }

  get bytes(): number {
    return this.#ways.bytes + this.#visits.bytes;
  }

  visit(tenant: string, account: string, way: number, day: number): void {
    if (way === 0) return;
    const slot = this.#way(tenant, way, day);
    const visit = this.#visits.take(keyHash(this.#seed, tenant, account, String(way)), day);
    const [accounts, visits, days] = [
      this.#ways.column('accounts'),
      this.#ways.column('visits'),
      this.#visits.column('visit'),
    ];
    if (this.#visits.isNew) accounts[slot] = Math.min(65_535, (accounts[slot] ?? 0) + 1);
    if ((days[visit] ?? 0) >= day) return;
    days[visit] = day;
    visits[slot] = (visits[slot] ?? 0) + 1;
  }

  /** How many accounts came that way. */
  accounts(tenant: string, way: number): number {
    const slot = way === 0 ? -1 : this.#ways.find(keyHash(this.#seed, tenant, String(way)));
    return slot === -1 ? 0 : (this.#ways.column('accounts')[slot] ?? 0);
  }

  /**
   * Counts a jump between ways, against the one that jumps most by now: an office is not to blame for the VPN that people reach it from.
   * Answers the highest share of jumps on any of them that is shared, before this one.
   */
  jump(tenant: string, account: string, ways: readonly number[], day: number): number {
    let [worst, most, share] = [0, -1, 0];
    for (const way of ways) {
      if (way === 0) continue;
      const slot = this.#way(tenant, way, day);
      const visits = (this.#ways.column('visits')[slot] ?? 0) + SHRINK;
      const jumps = this.#ways.column('jumps')[slot] ?? 0;
      if ((jumps + 1) / visits > most) [worst, most] = [way, (jumps + 1) / visits];
      if ((this.#ways.column('accounts')[slot] ?? 0) >= SHARED) share = Math.max(share, jumps / visits);
    }
    if (worst !== 0) this.#blame(tenant, account, worst, day);
    return share;
  }

  *pages(prefix: string): Generator<readonly [string, Uint8Array]> {
    yield* this.#ways.pages(`${prefix}ways`);
    yield* this.#visits.pages(`${prefix}visits`);
  }

  restore(prefix: string, pages: ReadonlyMap<string, Uint8Array>): void {
    this.#ways.restore(`${prefix}ways`, pages);
    this.#visits.restore(`${prefix}visits`, pages);
  }

  #blame(tenant: string, account: string, way: number, day: number): void {
    const visit = this.#visits.take(keyHash(this.#seed, tenant, account, String(way)), day);
    const days = this.#visits.column('jump');
    if ((days[visit] ?? 0) >= day) return;
    days[visit] = day;
    const slot = this.#way(tenant, way, day);
    const jumps = this.#ways.column('jumps');
    jumps[slot] = (jumps[slot] ?? 0) + 1;
  }

  #way(tenant: string, way: number, day: number): number {
    const slot = this.#ways.take(keyHash(this.#seed, tenant, String(way)), day);
    const last = this.#ways.column('last');
    const before = last[slot] ?? 0;
    if (day <= before) return slot;
    last[slot] = day;
    if (before === 0) return slot;
    const kept = 0.5 ** ((day - before) / HALF_LIFE_DAYS);
    for (const name of ['visits', 'jumps'] as const) {
      const column = this.#ways.column(name);
      column[slot] = (column[slot] ?? 0) * kept;
    }
    return slot;
  }
}
