import { stableId } from '../../kernel/ids.ts';
import type { Observation, StoredObservation, WorkStore } from '../../ports/work-store.ts';
import type { FoundAcross, Observer } from '../worker/second-stage.ts';
import { all } from './all.ts';
import type { MakeBaseline, Unlearned } from './baseline.ts';
import type { BudgetOptions } from './budget.ts';
import { type KeySecret, keysOf } from './key-hash.ts';
import { Normal, type NormalCounts } from './normal.ts';
import { type SightingsBody, unpackSightings } from './sighting-rows.ts';
import { BASELINES } from './sightings.ts';

interface UnlearnBody {
  readonly receivedAt: number;
  readonly unlearn: Omit<Unlearned, 'tenant'>;
}

/** Page that holds the counts of each tenant, as JSON. */
const COUNTS = 'counts';
/** Page that holds what the keys of the state are of. */
const SECRET = 'secret';

/** The second stage of the baselines: takes the workers' sightings in, in their order, and says what is strange. */
export class Baselines implements Observer {
  readonly kind = BASELINES;
  readonly #normal: Normal;
  #found: FoundAcross[] = [];

  #secret: KeySecret;

  /** @param options.secret drawn by the deployment; that of a state that is given back holds instead */
  constructor(
    options: {
      readonly makes?: readonly MakeBaseline[];
      readonly budget?: BudgetOptions;
      readonly secret?: KeySecret;
    } = {},
  ) {
    this.#secret = options.secret ?? { a: 0, b: 0 };
    keysOf(this.#secret);
    this.#normal = new Normal(options.makes ?? all, options.budget);
  }

  get bytes(): number {
    return this.#normal.bytes;
  }

  /** Bytes by baseline, and of the past they share. */
  get byBaseline(): Readonly<Record<string, number>> {
    const { baselines, past } = this.#normal;
    return Object.fromEntries([['past', past.bytes], ...baselines.map(({ name, bytes }) => [name, bytes] as const)]);
  }

  take({ tenant, body }: StoredObservation): void {
    const said = body as SightingsBody | UnlearnBody;
    if ('unlearn' in said) {
      this.#normal.unlearn({ tenant, ...said.unlearn });
      return;
    }
    for (const sighting of unpackSightings(tenant, said)) {
      const found = this.#normal.see(sighting, said.receivedAt);
      if (found.length > 0) this.#found.push(...found);
    }
  }

  /** Whatever is received, time passes by the events alone: so the answer does not hang on when it is asked for. */
  advance(): readonly FoundAcross[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }

  snapshot(): unknown {
    return null;
  }

  restore(): void {}

  *pages(): Generator<readonly [string, Uint8Array]> {
    yield [SECRET, Buffer.from(JSON.stringify(this.#secret))];
    yield [COUNTS, Buffer.from(JSON.stringify([...this.#normal.counts()]))];
    yield* this.#normal.pages();
  }

  restorePages(pages: ReadonlyMap<string, Uint8Array>): void {
    const secret = pages.get(SECRET);
    // A state that was written before there were secrets has keys of none.
    if (pages.size > 0)
      this.#secret = secret === undefined ? { a: 0, b: 0 } : (JSON.parse(Buffer.from(secret).toString()) as KeySecret);
    keysOf(this.#secret);
    this.#normal.restore(pages);
  }
}

/** What a tenant's baselines said and what they kept back, since they began, as of some minutes ago. */
export function baselineCounts(work: Pick<WorkStore, 'snapshot'>, tenant: string): NormalCounts | undefined {
  const page = work.snapshot(`${BASELINES}|${COUNTS}`);
  if (page === undefined || page.length === 0) return undefined;
  return new Map(JSON.parse(Buffer.from(page).toString()) as [string, NormalCounts][]).get(tenant);
}

/**
 * What a person's `threat` asks of the baselines, for the work store: what those entities did in that time is taken out of what is usual.
 *
 * @param determination its id: said twice, it is one
 * @param receivedAt epoch ms, now: it is done after everything received before
 */
export function unlearnObservation(what: Unlearned, determination: string, receivedAt: number): Observation {
  const { tenant, entities, from, to } = what;
  const body: UnlearnBody = { receivedAt, unlearn: { entities, from, to } };
  return { id: stableId(BASELINES, 'unlearn', tenant, determination), kind: BASELINES, tenant, body };
}
