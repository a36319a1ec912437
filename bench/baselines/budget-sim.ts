import type { Surprise } from '../../src/detect/baselines/baseline.ts';
import { Budget } from '../../src/detect/baselines/budget.ts';

export interface SimulatedBudget {
  readonly days: number;
  /** After the first fortnight, in which baselines that claim too much are found out. */
  readonly daysJudged: number;
  readonly claimsADay: number;
  readonly saidADay: number;
  readonly mostInADay: number;
  /** Mean over days of the share of what was said that was chance (0 where nothing was said). */
  readonly falseShare: number;
  readonly falseADay: number;
  /** Of the true ones. */
  readonly trueSaid: number;
}

export interface BudgetWorld {
  readonly days: number;
  readonly baselines: number;
  readonly entities: number;
  /** Factor between what a baseline claims and what is so, of each in turn: 0.01 claims a hundredth of the true p. */
  readonly wrongBy: readonly number[];
  /** Of each in turn, the share of what a talkative one speaks of that it does: baselines that hardly ever speak are 0.001. */
  readonly spokenBy?: readonly number[];
  /** True surprises on each day that has any, and the share of such days. */
  readonly attackSize: number;
  readonly attackDays: number;
  readonly random: () => number;
}

/** A baseline speaks of what is less likely than this. */
const SPOKEN = 0.01;
const LEARNING = 14;

/** A tenant whose baselines draw p by chance for each entity's day, and now and then something true among it. */
export function simulateBudget({
  days,
  baselines,
  entities,
  wrongBy,
  spokenBy = [1],
  attackSize,
  attackDays,
  random,
}: BudgetWorld): SimulatedBudget {
  const budget = new Budget();
  const names = Array.from({ length: baselines }, (_, at) => `b${at}`);
  let [claims, said, most, shares, wrong, right, truly] = [0, 0, 0, 0, 0, 0, 0];
  budget.begin(1, []);
  for (let day = 1; day <= days; day += 1) {
    const today: { readonly id: string; readonly baseline: string; readonly p: number }[] = [];
    for (const [at, baseline] of names.entries())
      for (let entity = 0; entity < entities; entity += 1) {
        const p = random();
        if (p < SPOKEN * (spokenBy[at % spokenBy.length] ?? 1))
          today.push({ id: `${day} ${baseline} ${entity}`, baseline, p: p * (wrongBy[at % wrongBy.length] ?? 1) });
      }
    const isAttacked = random() < attackDays;
    for (let n = 0; isAttacked && n < attackSize; n += 1)
      today.push({
        id: `${day} true ${n}`,
        baseline: names[Math.floor(random() * baselines)] ?? '',
        p: 10 ** (-4 - 4 * random()),
      });
    shuffle(today, random);
    const told = today.flatMap(({ id, baseline, p }) =>
      budget.consider(id, surprise(id, baseline, p), entities, names),
    );
    budget.begin(day + 1, names);
    if (day <= LEARNING) continue;
    const falsely = told.filter(({ id }) => !id.includes('true')).length;
    claims += today.length;
    said += told.length;
    most = Math.max(most, told.length);
    shares += told.length === 0 ? 0 : falsely / told.length;
    wrong += falsely;
    right += told.length - falsely;
    truly += isAttacked ? attackSize : 0;
  }
  const judged = days - LEARNING;
  return {
    days,
    daysJudged: judged,
    claimsADay: claims / judged,
    saidADay: said / judged,
    mostInADay: most,
    falseShare: shares / judged,
    falseADay: wrong / judged,
    trueSaid: truly === 0 ? 1 : right / truly,
  };
}

function surprise(key: string, baseline: string, p: number): Surprise {
  return { baseline, tenant: 'acme', key, at: 0, p, text: '', numbers: {}, entities: [], sightings: [] };
}

function shuffle(list: unknown[], random: () => number): void {
  for (let at = list.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [list[at], list[other]] = [list[other], list[at]];
  }
}
