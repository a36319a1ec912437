import type { Detection } from '../contracts/detection.ts';
import type { Reason } from '../contracts/finding.ts';
import { plainText } from '../contracts/plain-text.ts';
import { weights } from '../score/index.ts';
import type { Before, DetectorHistory } from './history.ts';
import type { Witness } from './witness.ts';

const CELL_A_DAY = 144;
const NAME_LIMIT = 100;
const EVIDENCE = 10;

/**
 * How surprising it is that a detector speaks in a given ten minutes, going by how often it did: -log10 of the probability that a Poisson
 * process of that rate does, the rate being half a cell more than seen in a day more than known (Jeffreys' prior for a Poisson rate). 3 is once in a
 * thousand.
 */
export function surprise({ cells, days }: Before): number {
  const aCell = (cells + 0.5) / (days + 1) / CELL_A_DAY;
  return -Math.log10(1 - Math.exp(-aCell));
}

interface Rare {
  readonly witness: Witness;
  readonly place: string | undefined;
  readonly before: Before;
  readonly surprise: number;
}

/** Terms for detectors that hardly ever speak, at this place and anywhere. None while too little is known to tell. */
export function rarityReasons(
  witnesses: readonly Witness[],
  history: DetectorHistory,
  from: number,
): readonly Reason[] {
  if (history.days(from) < weights.rarity.youngDays) return youngReason(history.days(from));
  const here = witnesses.map((witness) => rarestHere(witness, history, from));
  const anywhere = witnesses.map((witness): Rare => {
    const before = history.before(witness.detector.id, undefined, from);
    return { witness, place: undefined, before, surprise: surprise(before) };
  });
  return [reasonOf('rare-here', here), reasonOf('rare-anywhere', anywhere)].filter((reason) => reason !== undefined);
}

function youngReason(days: number): readonly Reason[] {
  return [
    {
      term: 'young',
      text: `Only ${days < 1 ? `${Math.round(days * 24)} hours` : `${days.toFixed(1)} days`} of detections are known: what is usual cannot be told yet`,
      logOdds: weights.rarity.young,
      evidence: [],
    },
  ];
}

function rarestHere(witness: Witness, history: DetectorHistory, from: number): Rare {
  let rarest: Rare | undefined;
  for (const place of placesOf(witness.detections)) {
    const before = history.before(witness.detector.id, place, from);
    const rare = { witness, place, before, surprise: surprise(before) };
    if (rarest === undefined || rare.surprise > rarest.surprise) rarest = rare;
  }
  const nowhere = { cells: 0, days: 0 };
  return rarest ?? { witness, place: undefined, before: nowhere, surprise: surprise(nowhere) };
}

/** The rarest says most, the next ones less: each on its own scale above or below what is neither usual nor rare. */
function reasonOf(term: string, rares: readonly Rare[]): Reason | undefined {
  const ranked = rares.toSorted(
    (a, b) => b.surprise - a.surprise || (a.witness.detector.id < b.witness.detector.id ? -1 : 1),
  );
  const [first] = ranked;
  if (first === undefined) return undefined;
  let logOdds = 0;
  for (const [rank, share] of weights.rarity.shares.entries())
    logOdds +=
      share * weights.rarity.each * ((ranked[rank]?.surprise ?? weights.rarity.neutral) - weights.rarity.neutral);
  const { witness, place, before } = first;
  const title = plainText(witness.detector.title, NAME_LIMIT);
  const where = place === undefined ? 'anywhere here' : `on ${plainText(place, NAME_LIMIT)}`;
  const seen = before.cells < 1 ? 'had never fired' : `had fired in ${Math.round(before.cells)} ten-minute spans`;
  const others = ranked.slice(1).filter((rare) => rare.surprise > weights.rarity.neutral).length;
  return {
    term,
    text: `"${title}" ${seen} ${where} in the ${before.days.toFixed(1)} days before${others > 0 ? `; ${others} more detectors of this story are as good as new there` : ''}`,
    logOdds,
    evidence: witness.detections.flatMap(({ events }) => events).slice(0, EVIDENCE),
  };
}

function placesOf(detections: readonly Detection[]): ReadonlySet<string> {
  const places = new Set<string>();
  for (const { entities } of detections)
    for (const { kind, value } of entities) if (kind === 'host' || kind === 'cloud_principal') places.add(value);
  return places;
}
