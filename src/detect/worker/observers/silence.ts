import type { Detection } from '../../../contracts/detection.ts';
import type { UpkeepBody } from '../watch.ts';
import { Rhythm } from './rhythm.ts';
import { allSilent, shapeSilent, sourceSilent } from './silence-detection.ts';

const MINUTE = 60_000;
/** What workers saw is told some seconds later: a minute is judged when it is so long over. */
const TOLD_WITHIN = 30_000;
/** Minutes between two looks after which we were not looking: the machine slept, or the workers stood. */
const NOT_LOOKING = 5;
/** Minutes whose counts are kept, for the rate. */
const COUNTED = 60;
const SOURCES = 5000;
/** Shapes of records watched in one source. */
const SHAPES = 8;

interface Source {
  readonly rhythm: Rhythm;
  /** Minute -> events. */
  readonly minutes: Map<number, number>;
  /** By lens. Its records that come in another shape from now on are read by another lens, and by none of the rules that read these. */
  readonly shapes: Map<string, Shape>;
  lastSeenAt: number;
}

interface Shape {
  readonly rhythm: Rhythm;
  /** Minutes not yet taken in. */
  fresh: number[];
}

interface Tenant {
  readonly sources: Map<string, Source>;
  /** All its sources as one. */
  readonly together: Rhythm;
}

/** What is known of one source, for whoever asks. */
export interface SourceActivity {
  /** Epoch ms of receipt. */
  readonly lastSeenAt: number;
  /** Over the last hour. */
  readonly eventsPerMinute: number;
  /** Not known long enough to be missed: under a week. */
  readonly isYoung: boolean;
  /** Its silence was said to be out of character, and it has not come back. */
  readonly isSilent: boolean;
}

interface Saved {
  readonly minute: number;
  readonly tenants: readonly (readonly [string, unknown, readonly SavedSource[]])[];
}
type SavedSource = readonly [
  string,
  number,
  readonly (readonly [number, number])[],
  unknown,
  readonly (readonly [string, number[], unknown])[],
];

/**
 * Watches each source against its own rhythm: one that falls silent is a detection, once for each silence; and so is one that goes on
 * without a shape of records that it used to send.
 */
export class Silence {
  readonly #tenants = new Map<string, Tenant>();
  #minute = 0;
  #count = 0;

  take(tenantId: string, { source: id, lens, receivedAt, minutes }: Omit<UpkeepBody, 'samples'>): void {
    const source = this.#source(this.#tenant(tenantId), id);
    if (source === undefined) return;
    source.lastSeenAt = Math.max(source.lastSeenAt, receivedAt);
    for (const [minute, events] of minutes) source.minutes.set(minute, (source.minutes.get(minute) ?? 0) + events);
    shapeOf(source, lens)?.fresh.push(...minutes.map(([minute]) => minute));
  }

  /** Everything received until `receivedAt` has been given: what is silent now. */
  advance(receivedAt: number): readonly Detection[] {
    const minute = Math.floor((receivedAt - TOLD_WITHIN) / MINUTE);
    if (minute <= this.#minute) return [];
    const wasLooking = this.#minute > 0 && minute - this.#minute <= NOT_LOOKING;
    this.#minute = minute;
    return [...this.#tenants].flatMap(([id, tenant]) => {
      listen(tenant, minute, !wasLooking);
      if (wasLooking) return judge(id, tenant, minute);
      tenant.together.excuse(minute);
      for (const rhythm of rhythmsOf(tenant)) rhythm.excuse(minute);
      return [];
    });
  }

  /** Undefined for a source that has sent nothing. */
  activity(tenant: string, id: string): SourceActivity | undefined {
    const source = this.#tenants.get(tenant)?.sources.get(id);
    if (source === undefined) return undefined;
    const { rhythm, minutes, lastSeenAt } = source;
    let events = 0;
    for (const [minute, count] of minutes) if (minute >= this.#minute - COUNTED) events += count;
    return { lastSeenAt, eventsPerMinute: events / COUNTED, isYoung: rhythm.isYoung, isSilent: rhythm.isCalled };
  }

  sourcesOf(tenant: string): readonly string[] {
    return [...(this.#tenants.get(tenant)?.sources.keys() ?? [])];
  }

  snapshot(): unknown {
    const saved: Saved = {
      minute: this.#minute,
      tenants: [...this.#tenants].map(([id, { sources, together }]) => [
        id,
        together.save(),
        [...sources].map(([name, { rhythm, minutes, shapes, lastSeenAt }]) => [
          name,
          lastSeenAt,
          [...minutes],
          rhythm.save(),
          [...shapes].map(([lens, shape]) => [lens, shape.fresh, shape.rhythm.save()] as const),
        ]),
      ]),
    };
    return saved;
  }

  restore(snapshot: unknown): void {
    const { minute, tenants } = snapshot as Saved;
    this.#minute = minute;
    for (const [id, together, sources] of tenants) {
      const tenant = this.#tenant(id);
      tenant.together.load(together);
      for (const [name, lastSeenAt, minutes, rhythm, shapes] of sources) {
        const source = this.#source(tenant, name);
        if (source === undefined) continue;
        source.lastSeenAt = lastSeenAt;
        for (const [at, events] of minutes) source.minutes.set(at, events);
        source.rhythm.load(rhythm);
        for (const [lens, fresh, saved] of shapes) {
          const shape = shapeOf(source, lens);
          shape?.fresh.push(...fresh);
          shape?.rhythm.load(saved);
        }
      }
    }
  }

  #tenant(id: string): Tenant {
    let tenant = this.#tenants.get(id);
    if (tenant === undefined) {
      tenant = { sources: new Map(), together: new Rhythm() };
      this.#tenants.set(id, tenant);
    }
    return tenant;
  }

  #source(tenant: Tenant, id: string): Source | undefined {
    let source = tenant.sources.get(id);
    if (source === undefined && this.#count < SOURCES) {
      source = { rhythm: new Rhythm(), minutes: new Map(), shapes: new Map(), lastSeenAt: 0 };
      tenant.sources.set(id, source);
      this.#count += 1;
    }
    return source;
  }
}

function shapeOf({ shapes }: Source, lens: string): Shape | undefined {
  let shape = shapes.get(lens);
  if (shape === undefined && shapes.size < SHAPES) {
    shape = { rhythm: new Rhythm(), fresh: [] };
    shapes.set(lens, shape);
  }
  return shape;
}

function rhythmsOf({ sources }: Tenant): Rhythm[] {
  return [...sources.values()].flatMap(({ rhythm, shapes }) => [
    rhythm,
    ...[...shapes.values()].map((shape) => shape.rhythm),
  ]);
}

/** Takes in the minutes that are over. @param wasDeaf nobody could be heard until now, whoever sent */
function listen(tenant: Tenant, now: number, wasDeaf: boolean): void {
  const { sources, together } = tenant;
  const heard = new Set<number>();
  const heardOf = [...sources.values()].map(({ rhythm, minutes }) => {
    const fresh = [...minutes.keys()].filter((minute) => minute < now && minute > (rhythm.last ?? 0));
    for (const minute of fresh) heard.add(minute);
    return { rhythm, fresh: fresh.sort((a, b) => a - b) };
  });
  const inOrder = [...heard].sort((a, b) => a - b);
  const [back] = inOrder;
  // Where nobody could be heard, no source's absence says anything, and nothing is learned from it.
  if (back !== undefined && (wasDeaf || together.isCalled)) {
    for (const rhythm of rhythmsOf(tenant)) rhythm.excuse(back);
    if (wasDeaf) together.excuse(back);
  }
  for (const { rhythm, fresh } of heardOf) for (const minute of fresh) rhythm.active(minute);
  for (const minute of inOrder) together.active(minute);
  for (const { minutes, shapes } of sources.values()) {
    for (const minute of minutes.keys()) if (minute < now - COUNTED) minutes.delete(minute);
    for (const shape of shapes.values()) {
      for (const minute of shape.fresh.sort((a, b) => a - b)) if (minute < now) shape.rhythm.active(minute);
      shape.fresh = shape.fresh.filter((minute) => minute >= now);
    }
  }
}

function judge(tenant: string, { sources, together }: Tenant, now: number): Detection[] {
  const grown = [...sources].filter(([, { rhythm }]) => !rhythm.isYoung);
  const isAlone = grown.length < 2;
  if (!isAlone && together.fellSilent(now)) return [allSilent(tenant, grown.length, together.last ?? now, now)];
  if (!isAlone && together.isCalled) return [];
  // Silence counts while others are heard: what nobody breaks is everybody's, if it is one.
  const heardUntil = isAlone ? now : Math.min(now, (together.last ?? now) + 1);
  return grown.flatMap(([id, { rhythm, shapes }]) => {
    const { last = now } = rhythm;
    if (rhythm.fellSilent(heardUntil)) return [sourceSilent(tenant, id, last, now)];
    return [...shapes]
      .filter(([, shape]) => shape.rhythm.fellSilent(Math.min(now, last + 1)))
      .map(([lens, shape]) => shapeSilent(tenant, id, lens, shape.rhythm.last ?? now, now));
  });
}
