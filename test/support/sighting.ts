import type { Past } from '../../src/detect/baselines/baseline.ts';
import type { Sighting } from '../../src/detect/baselines/sighting.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** A Monday, midnight UTC. */
export const MONDAY = Date.UTC(2026, 0, 5);

let events = 0;

/** One sighting of one event at a time; everything not given is absent. */
export function sighting(kind: Sighting['kind'], at: number, given: Partial<Sighting> = {}): Sighting {
  events += 1;
  return {
    tenant: 'acme',
    source: 'endpoints',
    kind,
    host: undefined,
    user: undefined,
    targetUser: undefined,
    principal: undefined,
    image: undefined,
    parent: undefined,
    commandLine: undefined,
    sourceAddress: undefined,
    remoteAddress: undefined,
    remotePort: undefined,
    domain: undefined,
    object: undefined,
    action: undefined,
    outcome: undefined,
    userAgent: undefined,
    whence: undefined,
    first: at,
    last: at,
    count: 1,
    times: kind === 'network' ? [at] : [],
    event: `event-${events}`,
    raw: undefined,
    lens: 'winlogbeat7',
    ...given,
  };
}

/** A tenant's past as a table: what every baseline may ask, kept exactly and without a bound. */
export class PlainPast implements Past {
  readonly #first = new Map<string, number>();
  readonly #tenants = new Map<string, { from: number; to: number }>();

  see({ tenant, host, user, principal, first, last }: Sighting): void {
    const days = this.#tenants.get(tenant) ?? { from: first, to: last };
    this.#tenants.set(tenant, { from: Math.min(days.from, first), to: Math.max(days.to, last) });
    for (const [kind, value] of [
      ['host', host],
      ['user', user],
      ['cloud_principal', principal],
    ] as const) {
      const key = `${tenant}|${kind}|${value}`;
      if (value !== undefined && !this.#first.has(key)) this.#first.set(key, first);
    }
  }

  days(tenant: string): number {
    const { from, to } = this.#tenants.get(tenant) ?? { from: 0, to: 0 };
    return Math.floor((to - from) / DAY);
  }

  firstSeen(tenant: string, kind: 'host' | 'user' | 'cloud_principal', value: string): number | undefined {
    return this.#first.get(`${tenant}|${kind}|${value}`);
  }

  known(tenant: string, kind: 'host' | 'user' | 'cloud_principal'): number {
    let known = 0;
    for (const key of this.#first.keys()) if (key.startsWith(`${tenant}|${kind}|`)) known += 1;
    return known;
  }
}
