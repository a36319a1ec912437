import type { Detection } from '../../contracts/detection.ts';
import type { SourceEvent } from '../../contracts/event.ts';
import type { SetAside } from '../../contracts/tuning.ts';
import { TuningGate, type TuningParts } from '../../learn/index.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StateStore } from '../../ports/state-store.ts';
import type { StoredDetection, WorkStore } from '../../ports/work-store.ts';

export interface SetAsideParts {
  readonly tenant: string;
  readonly store: Pick<StateStore, 'withTenants' | 'onChange'>;
  readonly work: Pick<WorkStore, 'detections'>;
  readonly ruleOf: TuningParts['ruleOf'];
  readonly clock: Clock;
  readonly eventsOf: (stored: StoredDetection) => readonly SourceEvent[];
  readonly warn: (message: string) => void;
}

/**
 * Keeps from triage what an accepted filter hides, on record first, and counts what a proposal in shadow would. What was set aside stays so
 * until its filter is lifted, after a restart too; what was weighed before a filter was accepted is weighed as before.
 */
export class SettingAside {
  readonly #parts: SetAsideParts;
  #gate: TuningGate | undefined;
  #inForce: ReadonlySet<string> = new Set();
  readonly #givenBack: number[] = [];
  readonly #forget: () => void;

  constructor(parts: SetAsideParts) {
    this.#parts = parts;
    this.#forget = parts.store.onChange(({ tenant, kind }) => {
      if (tenant === parts.tenant && kind === 'tuning') this.#gate = undefined;
    });
  }

  close(): void {
    this.#forget();
  }

  /** Those to be weighed. @param isNew false for what was weighed before this process began */
  async sift(due: readonly StoredDetection[], isNew: (stored: StoredDetection) => boolean): Promise<StoredDetection[]> {
    const gate = await this.#current();
    const { tenant, store, clock, eventsOf } = this.#parts;
    const spoken = due.filter(({ detection }) => detection.detector.kind === 'sigma');
    // Nothing was ever set aside, and nothing is: most tenants, most of the time.
    if (this.#inForce.size === 0 && spoken.every(({ detection }) => gate.isSilentOn(detection))) return [...due];
    const now = clock.now();
    return await store.withTenants([tenant], async (tx) => {
      const ids = spoken.map(({ detection }) => detection.id);
      const before = new Set((await tx.tuning.suppressedAmong(tenant, ids)).map(({ detection }) => detection));
      const rows: SetAside[] = [];
      const kept = due.filter((stored) => {
        const { detection } = stored;
        if (before.has(detection.id)) return false;
        if (!isNew(stored) || gate.isSilentOn(detection)) return true;
        const { suppressedBy, shadowOf } = gate.sift(detection, eventsOf(stored), now);
        for (const proposal of shadowOf) rows.push(asideOf(stored, proposal, 'shadow', now));
        if (suppressedBy !== undefined) rows.push(asideOf(stored, suppressedBy, 'suppressed', now));
        return suppressedBy === undefined;
      });
      await tx.tuning.setAside(tenant, rows);
      return kept;
    });
  }

  /** Detections whose filter was lifted since the last call: they are weighed after all. Those the work store no longer has are left out. */
  async givenBack(): Promise<readonly StoredDetection[]> {
    await this.#current();
    return this.#givenBack
      .splice(0)
      .flatMap((sequence) =>
        this.#parts.work.detections(sequence - 1, 1).filter((stored) => stored.sequence === sequence),
      );
  }

  async #current(): Promise<TuningGate> {
    if (this.#gate !== undefined) return this.#gate;
    const { tenant, store, ruleOf, warn } = this.#parts;
    const { live, lifted } = await store.withTenants([tenant], async (tx) => {
      const found = await tx.tuning.live(tenant);
      const accepted = new Set(found.filter(({ state }) => state === 'accepted').map(({ id }) => id));
      const gone = [...this.#inForce].filter((id) => !accepted.has(id));
      const aside = await Promise.all(gone.map((id) => tx.tuning.asideOf(tenant, id, MOST_GIVEN_BACK)));
      return { live: found, lifted: aside.flat() };
    });
    this.#givenBack.push(...lifted.filter(({ mode }) => mode === 'suppressed').map(({ sequence }) => sequence));
    this.#inForce = new Set(live.filter(({ state }) => state === 'accepted').map(({ id }) => id));
    const gate = new TuningGate(live, ruleOf, ({ id }, error) =>
      warn(`tuning filter ${id} hides nothing: ${error instanceof Error ? error.message : String(error)}`),
    );
    this.#gate = gate;
    return gate;
  }
}

const MOST_GIVEN_BACK = 10_000;

function asideOf(
  { detection, sequence }: StoredDetection,
  proposal: string,
  mode: SetAside['mode'],
  now: number,
): SetAside {
  return {
    proposal,
    detection: detection.id,
    mode,
    at: detection.at,
    seenAt: now,
    events: detection.events.slice(0, 10),
    host: hostOf(detection),
    sequence,
  };
}

function hostOf({ entities }: Detection): string | null {
  return entities.find(({ kind }) => kind === 'host')?.value ?? null;
}
