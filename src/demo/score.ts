import type { Finding } from '../contracts/finding.ts';
import type { EventLake } from '../ports/event-lake.ts';
import type { GroundTruth } from '../sample/index.ts';

/** What `demo --once --json` prints. */
export interface DemoSummary {
  readonly events: number;
  readonly detections: number;
  readonly findings: number;
  readonly planted: number;
  readonly plantedFound: number;
  readonly determinations: number;
  readonly ledgerEntries: number;
  readonly ledgerVerified: boolean;
  readonly seconds: number;
}

/** A finding is about an intrusion where at least half of its detections rest on that intrusion's own events. */
const SHARE_THAT_COUNTS = 0.5;

/** Tells which planted intrusion, if any, a finding is about. */
export class Planted {
  /** `file|line` -> intrusion id. */
  readonly #intrusionAt = new Map<string, string>();
  readonly #lake: Pick<EventLake, 'event'>;

  constructor(truth: GroundTruth, lake: Pick<EventLake, 'event'>) {
    this.#lake = lake;
    for (const { id, events } of truth.intrusions) {
      for (const { file, line } of events) this.#intrusionAt.set(`${file}|${line}`, id);
    }
  }

  /** The intrusion a finding is about, or undefined. */
  of(finding: Pick<Finding, 'detections'>): string | undefined {
    const counts = new Map<string, number>();
    for (const { events } of finding.detections) {
      for (const intrusion of new Set(events.map((id) => this.#at(id)))) {
        if (intrusion !== undefined) counts.set(intrusion, (counts.get(intrusion) ?? 0) + 1);
      }
    }
    const [best] = [...counts].sort((a, b) => b[1] - a[1]);
    return best !== undefined && best[1] >= SHARE_THAT_COUNTS * finding.detections.length ? best[0] : undefined;
  }

  #at(eventId: string): string | undefined {
    const fact = this.#lake.event(eventId);
    if (fact === undefined) return undefined;
    return this.#intrusionAt.get(`${fact.file.replace(/^.*[\\/]/, '')}|${fact.line}`);
  }
}

/** Ids of the planted intrusions that a surfaced finding is about. */
export function plantedFound(
  truth: GroundTruth,
  findings: readonly Finding[],
  lake: Pick<EventLake, 'event'>,
): readonly string[] {
  const planted = new Planted(truth, lake);
  return [...new Set(findings.map((finding) => planted.of(finding)).filter((id) => id !== undefined))];
}
