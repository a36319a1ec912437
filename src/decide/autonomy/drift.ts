/** What a class's findings of one week look like, beside its record. */
export interface Week {
  /** Detectors of each finding. */
  readonly findings: readonly (readonly string[])[];
  /** Of these, those with an entity that the record has not seen. */
  readonly unknownEntities: number;
}

/** Below this many findings a week says nothing. */
const ENOUGH = 20;
/** A quarter of what fires is something else than in the record. */
const MOST_DISTANCE = 0.25;
/** Half of the findings are about somebody or something the record does not know. */
const MOST_UNKNOWN = 0.5;
/** Chance that an unchanged mix looks changed in a given week. */
const FALSE_ALARM = 0.001;

/**
 * Whether what comes in is not what the record was made of any more; says how, or null. Two tests, each simple enough to be checked by hand:
 *
 * - the mix of detectors. Total variation distance between the week's shares and the record's: more than a quarter, and more than chance
 *   explains at 1 in 1,000. For k categories and n draws the L1 distance of an empirical from its true distribution exceeds
 *   sqrt(2/n (k ln 2 + ln(1/a))) with a probability of at most a (Weissman et al., HPL-2003-97R1); both mixes are empirical, so both bounds add up.
 * - entities: more than half of the week's findings, at least 20, have one that is absent from the record.
 */
export function driftOf(
  record: { readonly mix: Readonly<Record<string, number>>; readonly cases: number },
  week: Week,
): string | null {
  const n = week.findings.length;
  if (n < ENOUGH || record.cases === 0) return null;
  if (week.unknownEntities / n > MOST_UNKNOWN) {
    return `${week.unknownEntities} of the last week's ${n} findings have an entity that the record does not know`;
  }
  const fired = week.findings.flat();
  const shares = new Map([...Map.groupBy(fired, (id) => id)].map(([id, own]) => [id, own.length / fired.length]));
  const ids = new Set([...shares.keys(), ...Object.keys(record.mix)]);
  const l1 = [...ids].reduce((sum, id) => sum + Math.abs((shares.get(id) ?? 0) - (record.mix[id] ?? 0)), 0);
  const chance = bound(ids.size, n) + bound(ids.size, record.cases);
  if (l1 / 2 <= MOST_DISTANCE || l1 <= chance) return null;
  const [most = ''] = [...ids].toSorted((a, b) => gap(b) - gap(a));
  return `the detectors of the last week differ from the record by ${Math.round((l1 / 2) * 100)} %, ${most} most`;

  function gap(id: string): number {
    return Math.abs((shares.get(id) ?? 0) - (record.mix[id] ?? 0));
  }
}

/** Findings are the draws, not what fired in them: several detectors of one finding are not independent. */
function bound(categories: number, draws: number): number {
  return Math.sqrt((2 / draws) * (categories * Math.LN2 + Math.log(2 / FALSE_ALARM)));
}
