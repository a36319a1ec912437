import { all } from '../../src/detect/baselines/all.ts';
import type { Baseline } from '../../src/detect/baselines/baseline.ts';
import type { Sighting } from '../../src/detect/baselines/sighting.ts';
import { TablePast } from '../../src/detect/baselines/table-past.ts';

export interface Flood {
  readonly baseline: string;
  readonly sightings: number;
  /** CPU microseconds a sighting, over all of them and over the last tenth. */
  readonly microseconds: number;
  readonly atTheEnd: number;
  readonly mebibytes: number;
}

const BATCH = 10_000;

/**
 * The worst that can be sent: names that nobody has used, in every field, without end. Each baseline alone, with its real limits; where a table
 * is full, each name pushes out another.
 */
export function* flood(sightings: number, only?: string): Generator<Flood> {
  for (const make of all) {
    const past = new TablePast(1000);
    const baseline = make(past);
    if (only !== undefined && baseline.name !== only) continue;
    let [whole, end] = [0, 0];
    for (let from = 0; from < sightings; from += BATCH) {
      const batch = Array.from({ length: BATCH }, (_, n) => anew(baseline, from + n));
      const before = process.cpuUsage();
      for (const one of batch) baseline.see(one);
      const { user, system } = process.cpuUsage(before);
      whole += user + system;
      if (from >= sightings * 0.9) end += user + system;
    }
    yield {
      baseline: baseline.name,
      sightings,
      microseconds: round(whole / sightings),
      atTheEnd: round(end / (sightings / 10)),
      mebibytes: Math.round(baseline.bytes / 2 ** 20),
    };
  }
}

function anew({ kinds }: Baseline, n: number): Sighting {
  const of = [...kinds];
  const at = Date.UTC(2026, 0, 5) + Math.floor(n / 1000) * 1000;
  return {
    tenant: 'acme',
    source: 'endpoints',
    kind: of[n % of.length] ?? 'logon',
    host: `host${n}`,
    user: `user${n}`,
    targetUser: `target${n}`,
    principal: `principal${n}`,
    image: `image${n}.exe`,
    parent: `parent${n}.exe`,
    commandLine: `image${n}.exe /do this and that to number ${n}`,
    sourceAddress: `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`,
    remoteAddress: `11.${n >> 16}.${(n >> 8) & 255}.${n & 255}`,
    remotePort: n & 65_535,
    domain: `name${n}.example`,
    object: `object${n}`,
    action: `action${n}`,
    outcome: undefined,
    userAgent: `Agent${n}/1.0`,
    whence: { country: `c${n}`, network: `n${n}`, latitude: n % 90, longitude: n % 180 },
    first: at,
    last: at,
    count: 1,
    times: [at],
    event: `event-${n}`,
    raw: undefined,
    lens: 'winlogbeat7',
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
