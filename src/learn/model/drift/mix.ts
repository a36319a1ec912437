import { seeded } from '../../../kernel/seeded.ts';

const PERMUTATIONS = 400;

/** What each finding of a window shows: its detectors, say. */
export type Window = readonly (readonly string[])[];

export interface MixDrift {
  /** Findings in each window. */
  readonly recent: number;
  readonly earlier: number;
  /** Jensen-Shannon divergence of the two mixes, in bits: 0 the same, 1 nothing in common. Null where a window is too small. */
  readonly divergence: number | null;
  /** Share of divisions at random of the same findings that differ at least as much. */
  readonly p: number | null;
  /** Names whose share changed most. */
  readonly moved: readonly { readonly name: string; readonly before: number; readonly after: number }[];
}

/**
 * Whether two windows of findings show different things: Jensen-Shannon divergence (Lin 1991) against permutations of which finding belongs to
 * which window. What one finding shows stays together, for it does not come about independently.
 */
export function mixDrift(recent: Window, earlier: Window, fewest: number): MixDrift {
  const few = { recent: recent.length, earlier: earlier.length, divergence: null, p: null, moved: [] };
  if (recent.length < fewest || earlier.length < fewest) return few;
  const index = new Map<string, number>();
  const all = [...recent, ...earlier].map((names) =>
    Int32Array.from(names, (name) => index.get(name) ?? index.set(name, index.size).size - 1),
  );
  const order = Int32Array.from(all, (_, i) => i);
  const seen = divergence(all, order, recent.length, index.size);
  const random = seeded(all.length);
  let asFar = 0;
  for (let round = 0; round < PERMUTATIONS; round += 1) {
    for (let i = order.length - 1; i > 0; i -= 1) {
      const j = Math.floor(random() * (i + 1));
      const kept = order[i] ?? 0;
      order[i] = order[j] ?? 0;
      order[j] = kept;
    }
    if (divergence(all, order, recent.length, index.size) >= seen - 1e-12) asFar += 1;
  }
  return { ...few, divergence: seen, p: (asFar + 1) / (PERMUTATIONS + 1), moved: movedMost(recent, earlier) };
}

function divergence(all: readonly Int32Array[], order: Int32Array, cut: number, names: number): number {
  const counts = [new Float64Array(names), new Float64Array(names)] as const;
  const totals = [0, 0];
  for (let i = 0; i < order.length; i += 1) {
    const side = i < cut ? 0 : 1;
    for (const name of all[order[i] ?? 0] ?? []) {
      counts[side][name] = (counts[side][name] ?? 0) + 1;
      totals[side] = (totals[side] ?? 0) + 1;
    }
  }
  let bits = 0;
  for (let name = 0; name < names; name += 1) {
    const p = (counts[0][name] ?? 0) / Math.max(1, totals[0] ?? 0);
    const q = (counts[1][name] ?? 0) / Math.max(1, totals[1] ?? 0);
    const m = (p + q) / 2;
    if (p > 0) bits += (p / 2) * Math.log2(p / m);
    if (q > 0) bits += (q / 2) * Math.log2(q / m);
  }
  return bits;
}

function movedMost(recent: Window, earlier: Window): MixDrift['moved'] {
  const share = (window: Window) => {
    const counts = new Map<string, number>();
    for (const names of window) for (const name of new Set(names)) counts.set(name, (counts.get(name) ?? 0) + 1);
    return (name: string): number => (counts.get(name) ?? 0) / window.length;
  };
  const [after, before] = [share(recent), share(earlier)];
  return [...new Set([...recent, ...earlier].flat())]
    .map((name) => ({ name, before: before(name), after: after(name) }))
    .toSorted((a, b) => Math.abs(b.after - b.before) - Math.abs(a.after - a.before))
    .slice(0, 5);
}
