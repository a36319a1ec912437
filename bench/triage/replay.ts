import { MemoryLake } from '../../src/adapters/memory-lake/lake.ts';
import { loadPlaybooks } from '../../src/cli/load.ts';
import type { Detection } from '../../src/contracts/detection.ts';
import type { Finding } from '../../src/contracts/finding.ts';
import type { Model } from '../../src/contracts/model.ts';
import { compileRules } from '../../src/sigma/index.ts';
import { createPipeline } from '../../src/topology.ts';
import { type Capacity, DetectorHistory, KnownFindings, Repeats } from '../../src/triage/index.ts';
import type { LabelledAlert } from './network.ts';

const MINUTE = 60_000;
/** A story in which nothing has happened for so long is over. */
const OVER = 24 * 60 * MINUTE;
/** And is judged as it stood so long after its last event: what is let go of later must not change what it was. */
const JUDGED = 3 * 60 * MINUTE;

export interface Replayed {
  /** Every candidate as it stood in the end, by the id it is known under. */
  readonly candidates: readonly Finding[];
  /** Id -> event time at which it was first above the line; findings that were merged away are left out. */
  readonly visibleAt: ReadonlyMap<string, number>;
  /** Detection -> event time at which the finding it is in was visible with it. */
  readonly shownAt: ReadonlyMap<string, number>;
  readonly alerts: number;
  readonly settlings: number;
}

/** What nothing but a habit said since the last settling can wait so long for the next. */
const WAITS = 60;

export interface ReplayOptions {
  readonly model: () => Model;
  readonly capacity?: Capacity;
  /** Told after each settling which findings are above the line now, by the ids they are known under. */
  readonly onSettled?: (at: number, surfaced: readonly Finding[]) => void;
}

/**
 * Replays a network in time order, as a server would take it: settles once a minute of event time in which something came that is no known
 * habit, and once an hour.
 */
export function replay(
  tenant: string,
  alerts: Iterable<LabelledAlert>,
  { model, capacity, onSettled }: ReplayOptions,
): Replayed {
  const lake = new MemoryLake();
  const history = new DetectorHistory();
  const repeats = new Repeats();
  const known = new KnownFindings();
  const { engine } = compileRules([]);
  const pipeline = createPipeline({
    tenant,
    engine,
    lake,
    playbooks: loadPlaybooks(),
    history,
    model,
    // An alert table holds nothing to investigate with.
    investigationsADay: 0,
    ...(capacity === undefined ? {} : { capacity: () => capacity }),
  });
  const owner = new Map<string, Finding>();
  const visibleAt = new Map<string, number>();
  const shownAt = new Map<string, number>();
  let habitual = new Set<string>();
  let count = 0;
  let settlings = 0;
  let settled = 0;
  let minute = -1;
  let isNew = false;
  let isNews = false;

  const settle = (now: number): void => {
    settlings += 1;
    habitual = new Set();
    const { surfaced, below } = pipeline.settle(known);
    const all = [...surfaced, ...below];
    for (const finding of all) {
      if (finding.lastEventAt >= now - JUDGED) for (const { id } of finding.detections) owner.set(id, finding);
      if (finding.features?.terms.habit !== undefined)
        for (const detection of finding.detections) habitual.add(placeOf(detection));
    }
    for (const finding of surfaced) {
      const { id, aliases } = known.identify(finding);
      known.add(id, now);
      for (const alias of aliases) known.merge(alias, id);
      if (!visibleAt.has(id)) visibleAt.set(id, Math.min(now, ...aliases.map((alias) => visibleAt.get(alias) ?? now)));
      for (const alias of aliases) visibleAt.delete(alias);
    }
    for (const finding of all) {
      if (visibleAt.has(known.identify(finding).id))
        for (const { id } of finding.detections) if (!shownAt.has(id)) shownAt.set(id, now);
      if (finding.lastEventAt < now - OVER) pipeline.forget(finding.detections.map(({ id }) => id));
    }
    onSettled?.(
      now,
      surfaced.map((finding) => ({ ...finding, id: known.identify(finding).id })),
    );
  };

  for (const { event, detection } of alerts) {
    const now = Math.floor(detection.at / MINUTE);
    if (now !== minute) {
      if (isNews || (isNew && minute - settled >= WAITS)) {
        settle((minute + 1) * MINUTE);
        settled = minute;
        isNew = false;
      }
      minute = now;
      isNews = false;
    }
    count += 1;
    history.learn(detection);
    if (repeats.isRepeat(detection)) continue;
    lake.add([event]);
    pipeline.take([detection]);
    isNew = true;
    isNews ||= !habitual.has(placeOf(detection));
  }
  settle((minute + 1) * MINUTE);
  const candidates = [...new Set(owner.values())].map((finding) => ({ ...finding, id: known.identify(finding).id }));
  return { candidates, visibleAt, shownAt, alerts: count, settlings };
}

function placeOf({ detector, entities }: Detection): string {
  return `${detector.id}|${entities.find(({ kind }) => kind === 'host')?.value}`;
}
