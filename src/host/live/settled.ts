import type { WorkStore } from '../../ports/work-store.ts';

const SETTLED = 'settled-detections';

/** Number of the detection up to which all have been weighed and what came of them is visible; 0 where none was. */
export function settledDetections(work: Pick<WorkStore, 'snapshot'>): number {
  const bytes = work.snapshot(SETTLED);
  return bytes === undefined ? 0 : Number(Buffer.from(bytes).toString());
}

export function saveSettled(work: Pick<WorkStore, 'commit'>, sequence: number): void {
  work.commit({ snapshots: new Map([[SETTLED, Buffer.from(String(sequence))]]) });
}
