import type { Detection } from '../contracts/detection.ts';
import type { Finding } from '../contracts/finding.ts';
import type { Actor } from '../contracts/ledger-entry.ts';
import { type Reject, readEvents } from '../ingest/index.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventFact } from '../ports/event-lake.ts';
import type { FindingListener } from '../ports/listeners.ts';
import type { EvidenceEvent, StateStore } from '../ports/state-store.ts';
import type { Pipeline } from '../topology.ts';
import { type BelowLine, KnownFindings, publish } from '../triage/index.ts';
import { reasonOf } from './live/reason.ts';

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
  /** Keeps what is below the line; absent, nothing is kept of it. */
  readonly below?: { readonly line: BelowLine; readonly set: () => Parameters<BelowLine['settled']>[2] };
  /** Told of findings in the transaction that makes them visible. */
  readonly listeners?: readonly FindingListener[];
  /** Told of findings that could not be made visible. */
  readonly warn: (message: string) => void;
}

export interface ReadOptions {
  readonly onReject: (reject: Reject) => void;
  /** Ends the read after the batch at hand; what was read until then is settled and published. */
  readonly signal?: AbortSignal;
  /** Milliseconds between publications during the read; Infinity publishes at the end only. */
  readonly settleEvery?: number;
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
  /** One settling after another: two at once would both open what neither knows yet. */
  #settling: Promise<unknown> = Promise.resolve();

  constructor(parts: TelemetryParts) {
    this.#parts = parts;
  }

  get reading(): ReadingState {
    return this.#reading;
  }

  /** Reads files to their end. Counts are stored as they grow, so that a console sees progress. */
  async read(files: readonly string[], { onReject, signal, settleEvery = SETTLE_EVERY }: ReadOptions): Promise<Replay> {
    const { pipeline, tenant, clock } = this.#parts;
    const source = readEvents(files, { tenant, clock, dedupe: true, onReject });
    const count = this.#counting(source.counters);
    let settledAt = clock.now();
    try {
      for await (const batch of source.batches) {
        if (signal?.aborted === true) break;
        this.#reading = { state: 'running', file: batch[0]?.file ?? '' };
        pipeline.push(batch);
        if (clock.now() - settledAt < settleEvery) continue;
        await count();
        await this.#settle();
        settledAt = clock.now();
      }
      pipeline.end();
      await count();
      const findings = await this.#settle();
      const { events, malformed } = source.counters;
      return { events, malformed, detections: pipeline.detections.length, findings };
    } finally {
      this.#reading = { state: 'idle' };
    }
  }

  /** Takes in what workers have detected, and makes visible what comes of it. */
  async take(detections: readonly Detection[]): Promise<readonly Finding[]> {
    this.#parts.pipeline.take(detections);
    return await this.#settle();
  }

  /** What people say has changed, and nothing else: weighs what is at hand again. */
  async weighAgain(): Promise<void> {
    if (this.#parts.pipeline.detections.length > 0) await this.#settle();
  }

  /** Adds to the stored counts. */
  async count(grown: { events: number; malformed: number; detections: number }): Promise<void> {
    const { store, tenant } = this.#parts;
    await store.withTenants([tenant], (tx) => tx.counters.add(tenant, grown));
  }

  /** Adds to the stored counts what has come since the last call. */
  #counting(counters: { readonly malformed: number }): () => Promise<void> {
    const { pipeline } = this.#parts;
    const now = () => ({
      events: pipeline.events,
      malformed: counters.malformed,
      detections: pipeline.detections.length,
    });
    let counted = now();
    return async () => {
      const current = now();
      const grown = {
        events: current.events - counted.events,
        malformed: current.malformed - counted.malformed,
        detections: current.detections - counted.detections,
      };
      counted = current;
      await this.count(grown);
    };
  }

  /** Publishes what is above the line, and of what is below it whatever people can already see: its claim has changed too. */
  #settle(): Promise<readonly Finding[]> {
    const settled = this.#settling.then(() => this.#settleNow());
    this.#settling = settled.catch(() => undefined);
    return settled;
  }

  async #settleNow(): Promise<readonly Finding[]> {
    const { store, clock, actor, tenant, pipeline, warn, listeners = [] } = this.#parts;
    this.#known ??= await KnownFindings.load(store, tenant);
    const known = this.#known;
    known.learn(await store.withTenants([tenant], (tx) => tx.review.splits(tenant)), clock.now());
    const { surfaced, below } = pipeline.settle(known);
    const seen = below.filter(({ detections }) =>
      detections.some((detection) => known.foundedBy(detection) !== undefined),
    );
    const evidenceOf = (ids: readonly string[]) => this.evidence(ids);
    const drawn = await this.#below(below, seen, surfaced);
    const { failed } = await publish([...surfaced, ...seen, ...drawn], {
      store,
      clock,
      actor,
      known,
      evidenceOf,
      listeners,
    });
    for (const { id, error } of failed) warn(`finding ${id} could not be made visible: ${reasonOf(error)}`);
    return surfaced;
  }

  /** What nobody can see is kept in a list; of it, those that were drawn for a person. */
  async #below(
    below: readonly Finding[],
    seen: readonly Finding[],
    surfaced: readonly Finding[],
  ): Promise<readonly Finding[]> {
    const { below: kept, warn } = this.#parts;
    if (kept === undefined) return [];
    const visible = new Set(seen);
    try {
      const unseen = below.filter((finding) => !visible.has(finding));
      return await kept.line.settled(unseen, [...surfaced, ...seen], kept.set());
    } catch (error) {
      // A list that is behind keeps no finding waiting.
      warn(`what is below the line was not kept: ${reasonOf(error)}`);
      return [];
    }
  }

  /** Raw events at hand, as they are kept with a finding; those that are not at hand are left out. */
  evidence(ids: readonly string[]): readonly EvidenceEvent[] {
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
