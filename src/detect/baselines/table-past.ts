import type { Past } from './baseline.ts';
import { keyHash } from './key-hash.ts';
import { KeyTable } from './key-table.ts';
import type { Sighting } from './sighting.ts';

type EntityKind = 'host' | 'user' | 'cloud_principal';
const kinds: readonly EntityKind[] = ['host', 'user', 'cloud_principal'];

interface Tenant {
  /** Of its groups: one a kind of entity. */
  readonly index: number;
  readonly from: number;
  to: number;
  /** Entities active within `ACTIVE` days, by kind. */
  readonly known: [number, number, number];
}

const DAY = 86_400_000;
const MINUTE = 60_000;
const ACTIVE = 30;
const ENTITIES = 1_468_000;
const TENANTS = 4096;
const SEED = 0x9a57;

/** The past of all tenants by entity: 18 bytes each over the load, at most some 1.4 million, the least recently active make room. */
export class TablePast implements Past {
  readonly #tenants = new Map<string, Tenant>();
  readonly #entities: KeyTable<{ first: 'u32'; group: 'u32' }>;
  /** Day of the last count; entities leave by not being seen. */
  #counted = 0;

  constructor(limit = ENTITIES) {
    this.#entities = new KeyTable({ first: 'u32', group: 'u32' }, limit);
  }

  get bytes(): number {
    return this.#entities.bytes + this.#tenants.size * 200;
  }

  see({ tenant, host, user, principal, first, last }: Sighting): void {
    const known = this.#tenant(tenant, first);
    if (known === undefined) return;
    if (last > known.to) known.to = last;
    const day = dayOf(known.to);
    if (day > this.#counted) this.#count(day);
    if (host !== undefined) this.#see(known, tenant, 0, host, first);
    if (user !== undefined) this.#see(known, tenant, 1, user, first);
    if (principal !== undefined) this.#see(known, tenant, 2, principal, first);
  }

  days(tenant: string): number {
    const known = this.#tenants.get(tenant);
    return known === undefined ? 0 : Math.floor((known.to - known.from) / DAY);
  }

  firstSeen(tenant: string, kind: EntityKind, value: string): number | undefined {
    const slot = this.#entities.find(keyHash(SEED, tenant, kind, value));
    return slot === -1 ? undefined : (this.#entities.column('first')[slot] ?? 0) * MINUTE;
  }

  known(tenant: string, kind: EntityKind): number {
    return this.#tenants.get(tenant)?.known[kinds.indexOf(kind)] ?? 0;
  }

  *pages(prefix: string): Generator<readonly [string, Uint8Array]> {
    const tenants = [...this.#tenants].map(([name, { from, to, known }]) => [name, from, to, known]);
    yield [`${prefix}|tenants`, Buffer.from(JSON.stringify({ counted: this.#counted, tenants }))];
    yield* this.#entities.pages(`${prefix}|entities`);
  }

  restore(prefix: string, pages: ReadonlyMap<string, Uint8Array>): void {
    const head = pages.get(`${prefix}|tenants`);
    if (head === undefined) return;
    const { counted, tenants } = JSON.parse(Buffer.from(head).toString()) as {
      counted: number;
      tenants: [string, number, number, [number, number, number]][];
    };
    this.#counted = counted;
    this.#tenants.clear();
    for (const [index, [name, from, to, known]] of tenants.entries())
      this.#tenants.set(name, { index, from, to, known });
    this.#entities.restore(`${prefix}|entities`, pages);
  }

  #tenant(name: string, from: number): Tenant | undefined {
    let tenant = this.#tenants.get(name);
    if (tenant === undefined && this.#tenants.size < TENANTS) {
      tenant = { index: this.#tenants.size, from, to: from, known: [0, 0, 0] };
      this.#tenants.set(name, tenant);
    }
    return tenant;
  }

  #see(tenant: Tenant, name: string, kind: 0 | 1 | 2, value: string, at: number): void {
    const key = keyHash(SEED, name, kinds[kind], value);
    const day = dayOf(at);
    const slot = this.#entities.find(key);
    if (slot === -1) {
      const made = this.#entities.take(key, day);
      this.#entities.column('first')[made] = Math.floor(at / MINUTE);
      this.#entities.column('group')[made] = tenant.index * kinds.length + kind;
      tenant.known[kind] += 1;
      return;
    }
    const before = this.#entities.day(slot);
    if (day <= before) return;
    if (before < dayOf(tenant.to) - ACTIVE) tenant.known[kind] += 1;
    this.#entities.take(key, day);
  }

  /** Once a day of event time, over all: who was not seen for long is no longer known. */
  #count(day: number): void {
    this.#counted = day;
    const byIndex = [...this.#tenants.values()];
    for (const tenant of byIndex) tenant.known.fill(0);
    const groups = this.#entities.column('group');
    for (const slot of this.#entities.slots()) {
      const group = groups[slot] ?? 0;
      const tenant = byIndex[Math.floor(group / kinds.length)];
      if (tenant === undefined || this.#entities.day(slot) < dayOf(tenant.to) - ACTIVE) continue;
      const kind = (group % kinds.length) as 0 | 1 | 2;
      tenant.known[kind] += 1;
    }
  }
}

function dayOf(time: number): number {
  return Math.max(0, Math.floor(time / DAY));
}
