import { MemoryLake } from '../../src/adapters/memory-lake/lake.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { loadPlaybooks } from '../../src/cli/load.ts';
import type { JsonObject, SourceEvent } from '../../src/contracts/event.ts';
import type { Finding } from '../../src/contracts/finding.ts';
import { readEvents } from '../../src/ingest/index.ts';
import { createPipeline, defaultCapacity, type RuleEngine } from '../../src/topology.ts';
import type { Capture } from './captures.ts';

export interface MixedRun {
  readonly captures: readonly string[];
  readonly detections: number;
  /** Share of all detections that lie in surfaced findings of which at least 90 % come from one capture. */
  readonly inPureFindings: number;
  /** The same over every group, those below the line as well. */
  readonly inPureGroups: number;
  readonly findings: number;
}

/**
 * Several captures as if they had happened at one time in one estate: each capture's hosts renamed (so that equal lab names
 * do not tie them), its clock moved so that all begin together. Users, addresses and tools stay as they were.
 */
export async function mixedRun(captures: readonly Capture[], engine: RuleEngine, start: number): Promise<MixedRun> {
  const lake = new MemoryLake();
  const pipeline = createPipeline({
    tenant: 'mixed',
    engine,
    lake,
    playbooks: loadPlaybooks(),
    capacity: () => ({ ...defaultCapacity, findingsPerDay: Number.POSITIVE_INFINITY }),
  });
  const captureOf = new Map<string, number>();
  for (const [index, capture] of captures.entries()) {
    const rename = renamer(capture, index);
    let shift: number | undefined;
    for await (const batch of readEvents([capture.file], {
      tenant: 'mixed',
      source: `capture-${index}`,
      clock: systemClock,
      dedupe: true,
      onReject: () => undefined,
    }).batches) {
      shift ??= start - Math.min(...batch.map(({ time }) => time));
      const moved = batch.map((event) => ({ ...event, record: rename(event), time: event.time + (shift ?? 0) }));
      for (const { id } of moved) captureOf.set(id, index);
      pipeline.push(moved);
    }
  }
  pipeline.end();
  const { surfaced, below } = pipeline.settle();
  const total = pipeline.detections.length;
  return {
    captures: captures.map(({ scenario }) => scenario),
    detections: total,
    inPureFindings: inPure(surfaced, captureOf) / total,
    inPureGroups: inPure([...surfaced, ...below], captureOf) / total,
    findings: surfaced.length,
  };
}

function renamer(capture: Capture, index: number): (event: SourceEvent) => JsonObject {
  const names = [...new Set(capture.hosts.map((host) => host.split('.')[0] ?? host))].filter((name) => name.length > 2);
  if (names.length === 0) return ({ record }) => record;
  const pattern = new RegExp(
    `(?<![A-Za-z0-9-])(${names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})(?![A-Za-z0-9-])`,
    'gi',
  );
  return ({ record }) => JSON.parse(JSON.stringify(record).replace(pattern, `c${index}-$1`)) as JsonObject;
}

function inPure(findings: readonly Finding[], captureOf: ReadonlyMap<string, number>): number {
  let count = 0;
  for (const { detections } of findings) {
    const byCapture = new Map<number, number>();
    for (const { events } of detections) {
      const capture = captureOf.get(events[0] ?? '') ?? -1;
      byCapture.set(capture, (byCapture.get(capture) ?? 0) + 1);
    }
    if (Math.max(...byCapture.values()) >= 0.9 * detections.length) count += detections.length;
  }
  return count;
}
