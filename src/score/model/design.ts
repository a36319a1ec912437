import type { Example, Model } from '../../contracts/model.ts';
import { rankedEffects, witnessShare } from './weigh.ts';

/** Names of parameters: `base`, `gain|<term>`, `family|<f>`, `detector|<id>`, `here|<tenant>|<id>`, `analyst|<tenant>|<who>`. */
export type Row = readonly { readonly parameter: string; readonly x: number }[];

/**
 * How an example's log-odds depend on the parameters, given the order of its detectors under `model`. The analyst's own leaning is part of
 * how a verdict comes about and no part of the score: who always says benign leans, and teaches the detectors little by it.
 */
export function rowOf(example: Example, model: Model, hereOf: (id: string) => number): Row {
  const { features, tenant, analyst } = example;
  const byId = new Map(features.detectors.map((detector) => [detector.id, detector]));
  const row: { parameter: string; x: number }[] = [{ parameter: 'base', x: 1 }];
  let levels = 0;
  const families = new Map<string, number>();
  const seen = { ...model, here: {} };
  const ranked = rankedEffects(seen, features.detectors)
    .map(({ id, effect }) => ({ id, effect: effect + hereOf(id) }))
    .sort((a, b) => b.effect - a.effect || (a.id < b.id ? -1 : 1));
  for (const [rank, { id }] of ranked.entries()) {
    const detector = byId.get(id);
    if (detector === undefined) continue;
    const share = witnessShare(rank);
    levels += share * detector.weight;
    families.set(detector.family, (families.get(detector.family) ?? 0) + share);
    row.push({ parameter: `detector|${id}`, x: share }, { parameter: `here|${tenant}|${id}`, x: share });
  }
  row.push({ parameter: 'gain|detector', x: levels });
  for (const [family, x] of families) row.push({ parameter: `family|${family}`, x });
  for (const [term, x] of Object.entries(features.terms)) row.push({ parameter: `gain|${term}`, x });
  row.push({ parameter: `analyst|${tenant}|${analyst}`, x: 1 });
  return row;
}
