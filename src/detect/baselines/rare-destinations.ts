import { keyHash } from './key-hash.ts';
import { KeyTable } from './key-table.ts';
import { linearCount } from './linear-count.ts';

const SEED = 0x6264;
const EVERYONE = 0xffffffff;
/** Loopback, link-local, multicast, broadcast: the host itself and everyone in reach are no destination. IPv4, IPv6 in canonical text. */
const NOWHERE = /^(?:(?:0|127|169\.254|22[4-9]|23\d|255)(?:\.\d{1,3})+$|::1?$|fe80:|ff[0-9a-f]{2}:)/;

/** How many hosts of a tenant call a destination, about, and since when. */
export class RareDestinations {
  readonly #table = new KeyTable({ low: 'u32', high: 'u32', since: 'u16', threat: 'u16' }, 183_000);

  /** Takes in that the host called it. Hosts by linear counting in 64 bits: near exact up to some 50, Infinity from about 250 on. */
  meet(tenant: string, destination: string, host: string, day: number): { hosts: number; since: number } {
    const bit = keyHash(SEED, host).low & 63;
    const slot = this.#table.take(keyHash(SEED, tenant, destination), day);
    const [low, high, since] = [this.#table.column('low'), this.#table.column('high'), this.#table.column('since')];
    if (this.#table.isNew) {
      since[slot] = day;
      if (NOWHERE.test(destination)) low[slot] = high[slot] = EVERYONE;
    }
    const half = bit < 32 ? low : high;
    half[slot] = (half[slot] ?? 0) | (1 << (bit & 31));
    return { hosts: linearCount(low[slot] ?? 0, high[slot] ?? 0), since: since[slot] ?? day };
  }

  /** Day from which on what was said of it before is said again; 0 where nobody called it a threat. */
  threatDay(tenant: string, destination: string): number {
    const slot = this.#table.find(keyHash(SEED, tenant, destination));
    return slot === -1 ? 0 : (this.#table.column('threat')[slot] ?? 0);
  }

  /** Hosts that an attack brought there do not make it usual. */
  unlearn(tenant: string, destination: string, day: number): void {
    const slot = this.#table.find(keyHash(SEED, tenant, destination));
    if (slot === -1) return;
    this.#table.column('low')[slot] = 0;
    this.#table.column('high')[slot] = 0;
    this.#table.column('threat')[slot] = day;
  }

  get bytes(): number {
    return this.#table.bytes;
  }

  pages(): Iterable<readonly [string, Uint8Array]> {
    return this.#table.pages('destinations');
  }

  restore(pages: ReadonlyMap<string, Uint8Array>): void {
    this.#table.restore('destinations', pages);
  }
}
