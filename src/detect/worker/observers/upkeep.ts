import type { Detection } from '../../../contracts/detection.ts';
import type { EventOrigin } from '../../../contracts/event.ts';
import type { StoredObservation, WorkStore } from '../../../ports/work-store.ts';
import { type FoundAcross, type Observer, savedState } from '../second-stage.ts';
import { UPKEEP, type UpkeepBody } from '../watch.ts';
import { baselineVersion } from './baseline.ts';
import { type FieldFill, Fill } from './fill.ts';
import { Silence, type SourceActivity } from './silence.ts';

/** Whether what we live by still comes: sources, and the fields in what they send. */
export class Upkeep implements Observer {
  readonly kind = UPKEEP;
  readonly silence = new Silence();
  readonly fill: Fill;

  /** @param fieldsFor fields that the loaded rules look at in events of an origin -> how many do */
  constructor(fieldsFor: (origin: EventOrigin) => ReadonlyMap<string, number>) {
    this.fill = new Fill(fieldsFor);
  }

  take({ tenant, body }: StoredObservation): void {
    this.silence.take(tenant, body as UpkeepBody);
    this.fill.take(tenant, body as UpkeepBody);
  }

  advance(receivedAt: number): readonly FoundAcross[] {
    const silences = this.silence.advance(receivedAt).map((detection) => this.#withBlindRules(detection));
    return [...silences, ...this.fill.advance(receivedAt)].map((detection) => ({
      detection,
      events: [],
    }));
  }

  #withBlindRules(detection: Detection): Detection {
    const [named] = detection.fields;
    if (named === undefined || named.field === 'sources') return detection;
    const [source = '', lens] = named.value.split(' ');
    return { ...detection, fields: [...detection.fields, ...this.fill.blindTo(detection.tenant, source, lens)] };
  }

  snapshot(): unknown {
    return { version: baselineVersion, silence: this.silence.snapshot(), fill: this.fill.snapshot() };
  }

  restore(snapshot: unknown): void {
    const { version, silence, fill } = snapshot as { version: string; silence: unknown; fill: unknown };
    // What another edition kept has another meaning: the watch begins anew, and says that its sources are young.
    if (version !== baselineVersion) return;
    this.silence.restore(silence);
    this.fill.restore(fill);
  }
}

export interface SourceHealth extends SourceActivity {
  readonly source: string;
  readonly fields: readonly FieldFill[];
}

/** How a tenant's sources are, as the second stage last kept it (every ten seconds); those that have never sent are not among them. */
export function sourceHealth(work: Pick<WorkStore, 'snapshot'>, tenant: string): readonly SourceHealth[] {
  const saved = savedState(work, UPKEEP);
  if (saved === undefined) return [];
  const upkeep = new Upkeep(() => new Map());
  upkeep.restore(saved);
  return upkeep.silence.sourcesOf(tenant).flatMap((source) => {
    const activity = upkeep.silence.activity(tenant, source);
    return activity === undefined ? [] : [{ source, ...activity, fields: upkeep.fill.fieldsOf(tenant, source) }];
  });
}
