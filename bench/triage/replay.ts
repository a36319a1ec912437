import { MemoryLake } from '../../src/adapters/memory-lake/lake.ts';
import { loadPlaybooks } from '../../src/cli/load.ts';
import type { Finding } from '../../src/contracts/finding.ts';
import type { Model } from '../../src/contracts/model.ts';
import { compileRules } from '../../src/sigma/index.ts';
import { createPipeline } from '../../src/topology.ts';
import { DetectorHistory, KnownFindings, Repeats } from '../../src/triage/index.ts';
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

/** Replays a network in time order: settles once a minute of event time in which something new came, as a server does. */
export function replay(
  tenant: string,
  alerts: Iterable<LabelledAlert>,
  model: () => Model,
  onSettled?: (at: number, surfaced: readonly Finding[]) => void,
): Replayed {
  const lake = new MemoryLake();
  const history = new DetectorHistory();
  const repeats = new Repeats();
  const known = new KnownFindings();
  const pipeline = createPipeline({
    tenant,
    engine: compileRules([]).engine,
    lake,
    playbooks: loadPlaybooks(),
    history,
    model,
    investigationsADay: 0,
  });
  const owner = new Map<string, Finding>();
  const visibleAt = new Map<string, number>();
  const shownAt = new Map<string, number>();
  let count = 0;
  let settlings = 0;
  let minute = -1;
  let isNew = false;
  const settle = (now: number): void => {
    settlings += 1;
    const { surfaced, below } = pipeline.settle(known);
    for (const finding of [...surfaced, ...below])
      if (finding.lastEventAt >= now - JUDGED) for (const { id } of finding.detections) owner.set(id, finding);
    for (const finding of surfaced) {
      const { id, aliases } = known.identify(finding);
      known.add(id, now);
      for (const alias of aliases) known.merge(alias, id);
      if (!visibleAt.has(id)) visibleAt.set(id, Math.min(now, ...aliases.map((alias) => visibleAt.get(alias) ?? now)));
      for (const alias of aliases) visibleAt.delete(alias);
    }
    for (const finding of [...surfaced, ...below]) {
      const { id } = known.identify(finding);
      if (visibleAt.has(id))
        for (const detection of finding.detections) if (!shownAt.has(detection.id)) shownAt.set(detection.id, now);
      if (finding.lastEventAt < now - OVER) pipeline.forget(finding.detections.map((detection) => detection.id));
    }
    onSettled?.(now, surfaced);
  };
  for (const { event, detection } of alerts) {
    const now = Math.floor(detection.at / MINUTE);
    if (now !== minute) {
      if (isNew) settle((minute + 1) * MINUTE);
      minute = now;
      isNew = false;
    }
    count += 1;
    history.learn(detection);
    if (repeats.isRepeat(detection)) continue;
    lake.add([event]);
    pipeline.take([detection]);
    isNew = true;
  }
  settle((minute + 1) * MINUTE);
  const candidates = [...new Set(owner.values())].map((finding) => ({ ...finding, id: known.identify(finding).id }));
  return { candidates, visibleAt, shownAt, alerts: count, settlings };
}
