import type { Model } from '../../src/contracts/model.ts';
import { seeded } from '../../src/kernel/seeded.ts';
import { givenBy, weigh } from '../../src/score/index.ts';
import type { Capacity } from '../../src/triage/index.ts';
import { exampleOf, lossOf, taught } from './models.ts';
import { aboveLine, dayOf, type Judged } from './truth.ts';

/** Stories a day that a person takes from the top, whether above the line or not. */
const TAKEN_A_DAY = 5;
const DRAWS = 2000;

export interface AfterVerdicts {
  readonly verdicts: number;
  readonly later: number;
  /** Mean log-loss on later candidates, after minus before; 95 % interval by paired bootstrap over candidates. */
  readonly change: number;
  readonly low: number;
  readonly high: number;
  readonly phasesLost: readonly string[];
}

/** The stories a person looks at first: the best of each day by the champion, day after day. */
export function firstVerdicts(
  champion: Model,
  judged: readonly Judged[],
  many: number,
  aDay = TAKEN_A_DAY,
): readonly Judged[] {
  const days = [...Map.groupBy(judged, ({ finding }) => dayOf(finding.firstEventAt))].sort(([a], [b]) => a - b);
  const taken: Judged[] = [];
  for (const [, ofDay] of days)
    taken.push(...ofDay.toSorted((a, b) => likelihood(champion, b) - likelihood(champion, a)).slice(0, aDay));
  return taken.slice(0, many);
}

function likelihood(model: Model, { finding }: Judged): number {
  return finding.features === undefined ? 0 : weigh(model, finding.features).logOdds;
}

/** What a few verdicts on a new network change for what comes later there. */
export function afterVerdicts(
  network: string,
  champion: Model,
  judged: readonly Judged[],
  capacity: Capacity,
  many = 10,
): AfterVerdicts {
  const verdicts = firstVerdicts(champion, judged, many);
  const lastDay = Math.max(...verdicts.map(({ finding }) => dayOf(finding.firstEventAt)));
  const later = judged.filter((one) => dayOf(one.finding.firstEventAt) > lastDay);
  const model = taught(
    champion,
    network,
    verdicts.map(({ finding, isTrue }) => exampleOf(network, finding, isTrue)),
  );
  const changes = later.map(({ finding, isTrue }) => {
    const example = exampleOf(network, finding, isTrue);
    return lossOf(givenBy(model, example)) - lossOf(givenBy(champion, example));
  });
  const random = seeded(10);
  const means = Array.from({ length: DRAWS }, () => {
    let sum = 0;
    for (let at = 0; at < changes.length; at += 1) sum += changes[Math.floor(random() * changes.length)] ?? 0;
    return sum / changes.length;
  }).sort((a, b) => a - b);
  const phasesOf = (by: Model): ReadonlySet<string> =>
    new Set(
      aboveLine(by, later, capacity)
        .filter(({ isTrue }) => isTrue)
        .flatMap(({ phases }) => [...phases]),
    );
  const after = phasesOf(model);
  return {
    verdicts: verdicts.length,
    later: later.length,
    change: changes.reduce((sum, change) => sum + change, 0) / changes.length,
    low: means[Math.floor(0.025 * DRAWS)] ?? 0,
    high: means[Math.floor(0.975 * DRAWS)] ?? 0,
    phasesLost: [...phasesOf(champion)].filter((phase) => !after.has(phase)),
  };
}
