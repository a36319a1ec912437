import type { Finding } from '../../src/contracts/finding.ts';
import type { Model } from '../../src/contracts/model.ts';
import { weigh } from '../../src/score/index.ts';
import type { Capacity } from '../../src/triage/index.ts';
import type { LabelledAlert } from './network.ts';
import type { Replayed } from './replay.ts';

const CELL = 600_000;
const DAY = 86_400_000;
/** The exfiltration that runs in the background, for days in one network: days with it alone are no attack days and no quiet ones. */
const BACKGROUND = 'dnsteal';

/** A candidate with what it really was. */
export interface Judged {
  readonly finding: Finding;
  /** At least half of its distinct (alert type, host, ten minutes) cells hold an alert of an attack event. */
  readonly isTrue: boolean;
  readonly phases: ReadonlySet<string>;
  readonly visibleAt: number | undefined;
}

export interface Phase {
  readonly name: string;
  /** Epoch ms of its first alert. */
  readonly firstAt: number;
  /** Ids of the detections at that moment: any of them is its first alert. */
  readonly first: readonly string[];
  readonly cells: ReadonlySet<string>;
}

/** The truth of one network, by the labels that the replay does not see. */
export class Truth {
  readonly phases: readonly Phase[];
  readonly #labels = new Map<string, Set<string>>();
  readonly #cellOf = new Map<string, string>();
  readonly #days = new Map<number, Set<string>>();

  constructor(alerts: readonly LabelledAlert[]) {
    const phases = new Map<string, { firstAt: number; first: string[]; cells: Set<string> }>();
    for (const { detection, phase, host, type } of alerts) {
      const cell = `${type}|${host}|${Math.floor(detection.at / CELL)}`;
      this.#cellOf.set(detection.id, cell);
      const day = Math.floor(detection.at / DAY);
      const ofDay = this.#days.get(day) ?? new Set();
      this.#days.set(day, ofDay);
      if (phase === undefined) continue;
      ofDay.add(phase);
      const labels = this.#labels.get(cell) ?? new Set();
      this.#labels.set(cell, labels.add(phase));
      const known = phases.get(phase) ?? { firstAt: detection.at, first: [], cells: new Set() };
      phases.set(phase, known);
      known.cells.add(cell);
      if (detection.at === known.firstAt) known.first.push(detection.id);
    }
    this.phases = [...phases].map(([name, phase]) => ({ name, ...phase }));
  }

  /** Days (since the epoch) by what was going on. */
  get days(): {
    readonly attack: readonly number[];
    readonly quiet: readonly number[];
    readonly background: readonly number[];
  } {
    const attack: number[] = [];
    const quiet: number[] = [];
    const background: number[] = [];
    for (const [day, phases] of this.#days) {
      if (phases.size === 0) quiet.push(day);
      else if (phases.size === 1 && phases.has(BACKGROUND)) background.push(day);
      else attack.push(day);
    }
    return { attack, quiet, background };
  }

  cellsOf(finding: Finding): ReadonlySet<string> {
    return new Set(finding.detections.map(({ id }) => this.#cellOf.get(id) ?? ''));
  }

  judge({ candidates, visibleAt }: Replayed): readonly Judged[] {
    return candidates.map((finding) => {
      const cells = this.cellsOf(finding);
      const phases = new Set<string>();
      let hits = 0;
      for (const cell of cells) {
        const labels = this.#labels.get(cell);
        if (labels === undefined) continue;
        hits += 1;
        for (const label of labels) phases.add(label);
      }
      return { finding, isTrue: 2 * hits >= cells.size, phases, visibleAt: visibleAt.get(finding.id) };
    });
  }
}

/** What a model would have put above the line, of stories as they stood in the end: the best of each day, above the floor. */
export function aboveLine(
  model: Model,
  judged: readonly Judged[],
  { findingsPerDay, floor }: Capacity,
): readonly Judged[] {
  const scored = judged
    .map((one) => ({ one, p: one.finding.features === undefined ? 0 : weigh(model, one.finding.features).probability }))
    .filter(({ p }) => p >= floor);
  return [...Map.groupBy(scored, ({ one }) => dayOf(one.finding.firstEventAt)).values()].flatMap((ofDay) =>
    ofDay
      .toSorted((a, b) => b.p - a.p)
      .slice(0, findingsPerDay)
      .map(({ one }) => one),
  );
}

export function dayOf(at: number): number {
  return Math.floor(at / DAY);
}
