import type { BelowTheLine, DrawnBelow } from '../contracts/below-the-line.ts';
import type { Finding } from '../contracts/finding.ts';
import type { Actor } from '../contracts/ledger-entry.ts';
import type { Clock } from '../ports/clock.ts';
import type { StateStore } from '../ports/state-store.ts';
import { expectedLoss } from '../score/index.ts';
import { drawBelow } from './draw-below.ts';

const DAY = 86_400_000;
const KEPT_DAYS = 30;
/** Days whose draw is made up for where nobody ran. */
const DAYS_BACK = 7;
/** Rows written after one settling; the rest wait for the next, so that a flood of weak stories keeps no finding waiting. */
const MOST_WRITTEN = 5_000;
const ENTITIES_LISTED = 12;
const DETECTORS_LISTED = 8;

interface BelowParts {
  readonly tenant: string;
  readonly store: StateStore;
  readonly clock: Clock;
  readonly actor: Actor;
  /** In [0, 1), the same for the same parts and unforeseeable. */
  readonly draw: (...parts: readonly string[]) => number;
}

/** What the tenant has set. */
interface Line {
  readonly floor: number;
  readonly sampledPerDay: number;
}

/**
 * Keeps what is below the line in sight: a row each, for a month, and of each day some drawn at random, which become findings for a person
 * to look at. Bounded by what triage holds.
 */
export class BelowLine {
  readonly #parts: BelowParts;
  /** Id -> what was written of it. */
  readonly #written = new Map<string, string>();
  /** Drawn, and to be put before a person. */
  #pending: Map<string, DrawnBelow> | undefined;
  #drawnOn = -1;

  constructor(parts: BelowParts) {
    this.#parts = parts;
  }

  /**
   * Takes in a settling: `below` is what nobody can see, `visible` what people can. Returns those of `below` that were drawn, marked so, to
   * be made visible.
   */
  async settled(below: readonly Finding[], visible: readonly Finding[], line: Line): Promise<readonly Finding[]> {
    await this.#record(below, visible, line.floor);
    await this.#drawDays(below, line.sampledPerDay);
    const pending = this.#pending ?? new Map<string, DrawnBelow>();
    return below.flatMap((finding) => {
      const drawn = pending.get(finding.id);
      return drawn === undefined ? [] : [{ ...finding, sampled: { share: drawn.share, at: drawn.at } }];
    });
  }

  async #record(below: readonly Finding[], visible: readonly Finding[], floor: number): Promise<void> {
    const { store, tenant, clock } = this.#parts;
    const now = clock.now();
    const rows: BelowTheLine[] = [];
    const said: string[] = [];
    for (const finding of below) {
      const row = rowOf(finding, floor, now);
      const digest = `${row.title}|${row.probability}|${row.expectedLoss}|${row.why}|${row.lastEventAt}`;
      if (this.#written.get(finding.id) === digest) continue;
      rows.push(row);
      said.push(digest);
      if (rows.length === MOST_WRITTEN) break;
    }
    const gone = visible.filter(({ id }) => this.#written.has(id)).map(({ id }) => id);
    if (rows.length + gone.length === 0) return;
    await store.withTenants([tenant], async (tx) => {
      await tx.below.put(rows);
      await tx.below.surfaced(tenant, gone, now);
    });
    for (const [place, { id }] of rows.entries()) this.#written.set(id, said[place] ?? '');
    for (const id of gone) this.#written.delete(id);
    const held = new Set(below.map(({ id }) => id));
    for (const id of this.#written.keys()) if (!held.has(id)) this.#written.delete(id);
  }

  /** Once a day of the clock, of the days that have ended: who is in does not change any more. */
  async #drawDays(below: readonly Finding[], count: number): Promise<void> {
    const { store, tenant, clock } = this.#parts;
    const now = clock.now();
    const today = Math.floor(now / DAY);
    if (this.#drawnOn === today) return;
    const atHand = new Set(below.map(({ id }) => id));
    for (let day = today - DAYS_BACK; day < today; day += 1) await this.#drawDay(day * DAY, atHand, count);
    this.#pending = await store.withTenants([tenant], async (tx) => {
      await tx.below.forget(tenant, now - KEPT_DAYS * DAY);
      const drawn = await tx.below.drawn(tenant);
      return new Map(drawn.filter(({ at, lost }) => !lost && at > now - DAYS_BACK * DAY).map((one) => [one.id, one]));
    });
    this.#drawnOn = today;
  }

  async #drawDay(day: number, atHand: ReadonlySet<string>, count: number): Promise<void> {
    const { store, tenant, clock, draw, actor } = this.#parts;
    await store.withTenants([tenant], async (tx) => {
      const population = await tx.below.drawable(tenant, day, day + DAY);
      if (population.length === 0) return;
      const at = clock.now();
      const drawn = drawBelow(population, count, draw('below-the-line', tenant, String(day))).map(
        ({ id, share }): DrawnBelow => ({ id, at, share, lost: !atHand.has(id) }),
      );
      if (await tx.below.wasDrawn(tenant, day)) return;
      await tx.ledger.append(tenant, {
        actor,
        onBehalfOf: null,
        type: 'below_the_line.drawn',
        subject: { kind: 'tenant', id: tenant, revision: null },
        payload: { day, population: population.length, drawn },
      });
      await tx.below.draw(tenant, { day, at, population: population.length, drawn });
    });
  }
}

function rowOf(finding: Finding, floor: number, now: number): BelowTheLine {
  const { id, tenant, title, family, threatProbability, rank, firstEventAt, lastEventAt } = finding;
  const detectors = new Map(finding.detections.map(({ detector }) => [detector.id, detector.title]));
  return {
    id,
    tenant,
    title,
    family,
    probability: threatProbability,
    expectedLoss: expectedLoss(threatProbability, rank),
    why: threatProbability < floor ? 'floor' : 'capacity',
    entities: finding.entities.slice(0, ENTITIES_LISTED),
    detectors: [...detectors]
      .slice(0, DETECTORS_LISTED)
      .map(([detector, name]) => ({ id: detector, title: name.slice(0, 300) })),
    firstEventAt,
    lastEventAt,
    addedAt: now,
    updatedAt: now,
  };
}
