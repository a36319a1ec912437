import type { SourceEvent } from '../../../contracts/event.ts';
import type { DetectedEvent, StoredObservation } from '../../../ports/work-store.ts';
import type { CorrelationHit, Correlator, Engine, SigmaRule } from '../../../sigma/index.ts';
import { correlationDetections } from '../../correlating.ts';
import { CORRELATED } from '../correlated.ts';
import type { CorrelatedBody } from '../outcome.ts';
import type { FoundAcross, Observer } from '../second-stage.ts';
import { LATENESS, PAST, type Pace, Past, Present } from './pace.ts';

/** Reads a kept event again; undefined where its record cannot be read any more. */
export type ReadEvent = (kept: {
  readonly id: string;
  readonly time: number;
  readonly source: string;
  readonly raw: string;
}) => SourceEvent | undefined;

/** Events kept with a detection, from each end. */
const KEPT_AT_EACH_END = 25;
/** Groups remembered for each correlation of a stream. */
const GROUPS = 10_000;
/** Bytes of raw records in one snapshot; beyond it events are kept by id and time, which is what windows count by. */
const SNAPSHOT_RAW = 32 * 1024 * 1024;

interface Stream {
  readonly tenant: string;
  readonly age: Age;
  correlator: Correlator<SourceEvent>;
  readonly pace: Pace;
}
type Age = 'present' | 'past';

interface Encoded {
  readonly id: string;
  readonly time: number;
  readonly source: string;
  readonly raw?: string;
}

interface Saved {
  readonly tenant: string;
  readonly age: Age;
  readonly correlator: unknown;
  readonly pace: unknown;
}

/**
 * Correlations over all workers' events: one run for each tenant's present and one for its past, each in event time. Events count
 * at most once, in whatever order workers hand them over.
 */
export class Correlations implements Observer {
  readonly kind = CORRELATED;
  readonly #engine: Pick<Engine, 'correlator' | 'rules'>;
  readonly #read: ReadEvent;
  readonly #rules: ReadonlyMap<string, readonly SigmaRule[]>;
  readonly #streams = new Map<string, Stream>();
  readonly #describe = new Map<string, ReturnType<typeof correlationDetections>>();
  #found: FoundAcross[] = [];

  constructor(engine: Pick<Engine, 'correlator' | 'rules'>, read: ReadEvent) {
    this.#engine = engine;
    this.#read = read;
    this.#rules = Map.groupBy(engine.rules, ({ id }) => id);
  }

  take({ tenant, body }: StoredObservation): void {
    const { receivedAt, source, event: id, time: own, raw, rules } = body as CorrelatedBody;
    // A clock that is ahead says nothing about order beyond what lateness allows.
    const time = own > receivedAt + LATENESS ? receivedAt : own;
    const event = this.#read({ id, time, source, raw });
    if (event === undefined) return;
    const stream = this.#stream(tenant, receivedAt - time > PAST ? 'past' : 'present');
    if (stream.pace instanceof Past && stream.pace.isJudged && time < stream.pace.newest)
      stream.correlator = this.#correlator();
    stream.pace.saw(time, receivedAt);
    const matched = rules.flatMap((rule) => this.#rules.get(rule) ?? []);
    this.#keep(tenant, stream.correlator.push(event, matched));
  }

  advance(receivedAt: number): readonly FoundAcross[] {
    for (const { tenant, correlator, pace } of this.#streams.values()) {
      const watermark = pace.watermark(receivedAt);
      if (watermark !== undefined) this.#keep(tenant, correlator.advance(watermark));
    }
    const found = this.#found;
    this.#found = [];
    return found;
  }

  snapshot(): unknown {
    let room = SNAPSHOT_RAW;
    const encode = ({ id, time, file: source, raw = '' }: SourceEvent): Encoded => {
      room -= raw.length;
      return room < 0 ? { id, time, source } : { id, time, source, raw };
    };
    return [...this.#streams.values()].map(
      ({ tenant, age, correlator, pace }): Saved => ({
        tenant,
        age,
        correlator: correlator.snapshot(encode),
        pace: pace.snapshot(),
      }),
    );
  }

  restore(snapshot: unknown): void {
    for (const { tenant, age, correlator, pace } of snapshot as readonly Saved[]) {
      const stream = this.#stream(tenant, age);
      stream.correlator.restore(correlator, (encoded) => this.#decode(encoded as Encoded));
      stream.pace.restore(pace);
    }
  }

  #decode({ id, time, source, raw }: Encoded): SourceEvent {
    const read = raw === undefined ? undefined : this.#read({ id, time, source, raw });
    if (read !== undefined) return read;
    const nothing = this.#read({ id, time, source, raw: '{}' });
    if (nothing === undefined) throw new Error('an empty record cannot be read');
    return { ...nothing, raw: '' };
  }

  #stream(tenant: string, age: Age): Stream {
    const key = `${age}|${tenant}`;
    let stream = this.#streams.get(key);
    if (stream === undefined) {
      stream = { tenant, age, correlator: this.#correlator(), pace: age === 'past' ? new Past() : new Present() };
      this.#streams.set(key, stream);
    }
    return stream;
  }

  /** Its watermark is moved by the pace alone. */
  #correlator(): Correlator<SourceEvent> {
    return this.#engine.correlator<SourceEvent>({ lateness: Number.POSITIVE_INFINITY, maxGroups: GROUPS });
  }

  #keep(tenant: string, hits: readonly CorrelationHit<SourceEvent>[]): void {
    if (hits.length === 0) return;
    let describe = this.#describe.get(tenant);
    if (describe === undefined) {
      describe = correlationDetections(tenant);
      this.#describe.set(tenant, describe);
    }
    for (const hit of hits) this.#found.push({ detection: describe(hit), events: keptOf(hit.events) });
  }
}

function keptOf(events: readonly SourceEvent[]): DetectedEvent[] {
  const both =
    events.length <= 2 * KEPT_AT_EACH_END
      ? events
      : [...events.slice(0, KEPT_AT_EACH_END), ...events.slice(-KEPT_AT_EACH_END)];
  return both.flatMap(({ id, time, file, lens, raw = '' }) =>
    raw === '' ? [] : [{ id, time, source: file, lens: lens.name, raw }],
  );
}
