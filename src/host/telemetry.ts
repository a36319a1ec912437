import type { Finding } from '../contracts/finding.ts';
import type { Actor } from '../contracts/ledger-entry.ts';
import { type Reject, readEvents } from '../ingest/index.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventFact } from '../ports/event-lake.ts';
import type { EvidenceEvent, StateStore } from '../ports/state-store.ts';
import type { Pipeline } from '../topology.ts';
import { KnownFindings, publish } from '../triage/index.ts';

/** While a long read goes on, what has been found so far becomes visible this often (milliseconds). */
const SETTLE_EVERY = 30_000;

export interface TelemetryParts {
  readonly tenant: string;
  readonly store: StateStore;
  readonly clock: Clock;
  readonly pipeline: Pipeline;
  /** The event and its raw record, while at hand. */
  readonly lookUp: (id: string) => { fact: EventFact; raw: string } | undefined;
  readonly actor: Actor;
}

export interface Replay {
  readonly events: number;
  readonly malformed: number;
  readonly detections: number;
  readonly findings: readonly Finding[];
}

/** What the console shows of reading. */
export interface ReadingState {
  readonly state: 'idle' | 'running';
  readonly file?: string;
}

/** Reads telemetry into the pipeline and makes what it finds visible, one read at a time. */
export class Telemetry {
  readonly #parts: TelemetryParts;
  #known: KnownFindings | undefined;
  #reading: ReadingState = { state: 'idle' };

  constructor(parts: TelemetryParts) {
    this.#parts = parts;
  }

  get reading(): ReadingState {
    return this.#reading;
  }

  /** Reads files to their end. Counts are stored as they grow, so that a console sees progress. */
  async read(files: readonly string[], onReject: (reject: Reject) => void): Promise<Replay> {
    const { pipeline, tenant, clock } = this.#parts;
    const source = readEvents(files, { tenant, clock, dedupe: true, onReject });
    let settledAt = clock.now();
    let counted = { events: 0, malformed: 0, detections: pipeline.detections.length };
    const count = async (): Promise<void> => {
      const now = {
        events: source.counters.events,
        malformed: source.counters.malformed,
        detections: pipeline.detections.length,
      };
      const grown = {
        events: now.events - counted.events,
        malformed: now.malformed - counted.malformed,
        detections: now.detections - counted.detections,
      };
      counted = now;
      await this.#parts.store.withTenants([tenant], (tx) => tx.counters.add(tenant, grown));
    };
    try {
      for await (const batch of source.batches) {
        this.#reading = { state: 'running', file: batch[0]?.file ?? '' };
        pipeline.push(batch);
        if (clock.now() - settledAt < SETTLE_EVERY) continue;
        await count();
        await this.#publish(pipeline.settle().surfaced);
        settledAt = clock.now();
      }
      pipeline.end();
      await count();
      const { surfaced } = pipeline.settle();
      await this.#publish(surfaced);
      return {
        events: source.counters.events,
        malformed: source.counters.malformed,
        detections: pipeline.detections.length,
        findings: surfaced,
      };
    } finally {
      this.#reading = { state: 'idle' };
    }
  }

  async #publish(findings: readonly Finding[]): Promise<void> {
    const { store, clock, actor, tenant } = this.#parts;
    this.#known ??= await KnownFindings.load(store, tenant);
    await publish(findings, { store, clock, actor, known: this.#known, evidenceOf: (ids) => this.#evidence(ids) });
  }

  #evidence(ids: readonly string[]): readonly EvidenceEvent[] {
    const events: EvidenceEvent[] = [];
    for (const id of ids) {
      const found = this.#parts.lookUp(id);
      if (found === undefined) continue;
      const { time, lens, file, line } = found.fact;
      events.push({ id, time, lens, file, line, raw: found.raw });
    }
    return events;
  }
}
