import type { Detector } from '../../contracts/detection.ts';
import type { ActivityKind } from '../../contracts/event.ts';
import type { FoundAcross } from '../worker/second-stage.ts';
import type { Baseline, MakeBaseline, Surprise, Unlearned } from './baseline.ts';
import { Budget, type BudgetCounts, type BudgetOptions } from './budget.ts';
import type { Sighting } from './sighting.ts';
import { TablePast } from './table-past.ts';
import { baselineDetector, detectionOf, surpriseId } from './told.ts';

interface Tenant {
  readonly budget: Budget;
  /** Newest event time, epoch ms. */
  newest: number;
  /** Hours since the epoch up to which all are closed. */
  closed: number;
  /** Places of the baselines that had anything to look at. */
  readonly looking: Set<number>;
  /** Sightings that came a day late or more: not taken in. */
  late: number;
  /** Surprises about what was more than a day old when it was received: learned, not said. */
  history: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Milliseconds that an hour stays open after its end, for what comes late. */
const DISORDER = 600_000;
/** Sightings so much older than the newest are not taken in: baselines read events nearly in order. */
const LATE = DAY;
/** Received so much later than it happened, it is history. */
const PAST = DAY;
/** Hours closed one by one; of a longer gap in the telemetry the rest is passed over. */
const GAP = 24 * 40;
const TENANTS = 4096;

/** How the budget and the clocks of a tenant stand. */
export interface NormalCounts extends BudgetCounts {
  readonly late: number;
  readonly history: number;
}

/**
 * All baselines over all tenants, as a function of the sightings in their order: the past is fed first, then those that look at such acts;
 * hours close in event time, ten minutes after they end; each tenant's budget decides what of it is said.
 */
export class Normal {
  readonly past = new TablePast();
  readonly #baselines: readonly Baseline[];
  readonly #detectors: readonly Detector[];
  readonly #byName: ReadonlyMap<string, number>;
  readonly #byKind = new Map<ActivityKind, readonly number[]>();
  readonly #tenants = new Map<string, Tenant>();
  readonly #options: BudgetOptions | undefined;

  constructor(makes: readonly MakeBaseline[], options?: BudgetOptions) {
    this.#baselines = makes.map((make) => make(this.past));
    this.#detectors = this.#baselines.map(baselineDetector);
    this.#byName = new Map(this.#baselines.map(({ name }, place) => [name, place]));
    this.#options = options;
    const kinds = new Set(this.#baselines.flatMap((baseline) => [...baseline.kinds]));
    for (const kind of kinds)
      this.#byKind.set(
        kind,
        this.#baselines.flatMap((baseline, place) => (baseline.kinds.has(kind) ? [place] : [])),
      );
  }

  get bytes(): number {
    return this.#baselines.reduce((sum, { bytes }) => sum + bytes, this.past.bytes);
  }

  get baselines(): readonly Baseline[] {
    return this.#baselines;
  }

  counts(): ReadonlyMap<string, NormalCounts> {
    return new Map(
      [...this.#tenants].map(([name, { budget, late, history }]) => [name, { ...budget.counts, late, history }]),
    );
  }

  /** @param receivedAt epoch ms; where there is none, the time of the event itself */
  see(sighting: Sighting, receivedAt: number): readonly FoundAcross[] {
    const tenant = this.#tenant(sighting);
    if (tenant === undefined) return [];
    if (sighting.last < tenant.newest - LATE) {
      tenant.late += 1;
      return [];
    }
    const found: FoundAcross[] = [];
    if (sighting.last > tenant.newest) {
      tenant.newest = sighting.last;
      this.#close(sighting.tenant, tenant, receivedAt, found);
    }
    this.past.see(sighting);
    for (const place of this.#byKind.get(sighting.kind) ?? []) {
      tenant.looking.add(place);
      const surprises = this.#baselines[place]?.see(sighting) ?? [];
      if (surprises.length > 0) this.#consider(tenant, surprises, receivedAt, found);
    }
    return found;
  }

  /** Nothing more comes: the hour that is open is closed, for files that are read as a whole. */
  end(): readonly FoundAcross[] {
    const found: FoundAcross[] = [];
    for (const [name, tenant] of this.#tenants) {
      const last = Math.floor(tenant.newest / HOUR);
      for (let hour = tenant.closed + 1; hour <= last; hour += 1)
        this.#closeHour(name, tenant, hour, tenant.newest, found);
    }
    return found;
  }

  unlearn(what: Unlearned): void {
    this.#tenants.get(what.tenant)?.budget.unlearn(what);
    for (const baseline of this.#baselines) baseline.unlearn(what);
  }

  *pages(): Generator<readonly [string, Uint8Array]> {
    const tenants = [...this.#tenants].map(([name, { budget, newest, closed, looking, late, history }]) => ({
      name,
      budget: budget.save(),
      newest,
      closed,
      looking: [...looking].map((place) => this.#baselines[place]?.name),
      late,
      history,
    }));
    yield ['normal', Buffer.from(JSON.stringify(tenants))];
    yield* this.past.pages('past');
    for (const baseline of this.#baselines)
      for (const [name, page] of baseline.pages()) yield [`of|${baseline.name}|${name}`, page];
  }

  restore(pages: ReadonlyMap<string, Uint8Array>): void {
    const head = pages.get('normal');
    if (head === undefined) return;
    const tenants = JSON.parse(Buffer.from(head).toString()) as {
      name: string;
      budget: unknown;
      newest: number;
      closed: number;
      looking: string[];
      late: number;
      history: number;
    }[];
    this.#tenants.clear();
    for (const { name, budget, newest, closed, looking, late, history } of tenants) {
      const places = looking.flatMap((baseline) => this.#byName.get(baseline) ?? []);
      const kept: Tenant = {
        budget: new Budget(this.#options),
        newest,
        closed,
        looking: new Set(places),
        late,
        history,
      };
      kept.budget.restore(budget);
      this.#tenants.set(name, kept);
    }
    this.past.restore('past', pages);
    for (const baseline of this.#baselines) {
      const prefix = `of|${baseline.name}|`;
      const own = [...pages].flatMap(([name, page]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), page] as const] : [],
      );
      if (own.length > 0) baseline.restore(new Map(own));
    }
  }

  #tenant({ tenant: name, first }: Sighting): Tenant | undefined {
    let tenant = this.#tenants.get(name);
    if (tenant === undefined && this.#tenants.size < TENANTS) {
      const closed = Math.floor(first / HOUR) - 1;
      tenant = { budget: new Budget(this.#options), newest: first, closed, looking: new Set(), late: 0, history: 0 };
      tenant.budget.begin(Math.floor(first / DAY), []);
      this.#tenants.set(name, tenant);
    }
    return tenant;
  }

  #close(name: string, tenant: Tenant, receivedAt: number, found: FoundAcross[]): void {
    const over = Math.floor((tenant.newest - DISORDER) / HOUR) - 1;
    if (over <= tenant.closed) return;
    tenant.closed = Math.max(tenant.closed, over - GAP);
    while (tenant.closed < over) this.#closeHour(name, tenant, tenant.closed + 1, receivedAt, found);
  }

  #closeHour(name: string, tenant: Tenant, hour: number, receivedAt: number, found: FoundAcross[]): void {
    tenant.closed = hour;
    for (const baseline of this.#baselines) {
      const surprises = baseline.close?.(name, hour) ?? [];
      if (surprises.length > 0) this.#consider(tenant, surprises, receivedAt, found);
    }
    // What an hour is found out to be at its close is of its own day.
    tenant.budget.begin(Math.floor(((hour + 1) * HOUR) / DAY), this.#adult(name, tenant));
  }

  /** Names of those that look at the tenant and have seen enough of it. */
  #adult(name: string, { looking }: Tenant): readonly string[] {
    const days = this.past.days(name);
    return this.#baselines
      .filter(({ youngDays }, place) => looking.has(place) && days >= youngDays)
      .map((baseline) => baseline.name);
  }

  #consider(tenant: Tenant, surprises: readonly Surprise[], receivedAt: number, found: FoundAcross[]): void {
    for (const surprise of surprises) {
      const place = this.#byName.get(surprise.baseline) ?? -1;
      const baseline = this.#baselines[place];
      const detector = this.#detectors[place];
      if (baseline === undefined || detector === undefined || this.past.days(surprise.tenant) < baseline.youngDays)
        continue;
      if (receivedAt - surprise.at > PAST) {
        tenant.history += 1;
        continue;
      }
      const entities = this.#entities(surprise.tenant, baseline.kinds);
      const adult = this.#adult(surprise.tenant, tenant);
      const told = tenant.budget.consider(surpriseId(detector, surprise), surprise, entities, adult);
      for (const say of told) {
        const by = this.#detectors[this.#byName.get(say.surprise.baseline) ?? -1];
        if (by !== undefined) found.push(detectionOf(by, say));
      }
    }
  }

  /** Whose days such a baseline looks at. */
  #entities(tenant: string, kinds: ReadonlySet<ActivityKind>): number {
    const inCloud = [...kinds].every((kind) => cloudKinds.has(kind));
    const users = this.past.known(tenant, 'user') + this.past.known(tenant, 'cloud_principal');
    return inCloud ? users : users + this.past.known(tenant, 'host');
  }
}

const cloudKinds: ReadonlySet<ActivityKind> = new Set(['sign_in', 'sign_in_failure', 'api_call']);
