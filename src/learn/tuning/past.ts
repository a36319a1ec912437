import type { SourceEvent } from '../../contracts/event.ts';
import type { HiddenEvent, TuningProof } from '../../contracts/tuning.ts';
import type { PastEvent, ReadKept } from '../../contracts/tuning-parts.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FilteredRule } from './filtered-rule.ts';

type Past = NonNullable<TuningProof['past']>;

export interface PastLimits {
  readonly events: number;
  readonly milliseconds: number;
}

export const pastLimits: PastLimits = { events: 1_000_000, milliseconds: 40_000 };
const SAMPLES = 20;

interface Tally {
  hidden: number;
  hiddenElse: number;
  readonly samples: HiddenEvent[];
  readonly days: Map<string, number>;
  readonly threats: Set<string>;
}

/** What a filter would have hidden of the past, and the findings determined `threat` that this would have taken from. */
export interface Tried {
  readonly past: Past;
  readonly threats: ReadonlySet<string>;
}

/** Whose a stored event is. */
export interface Holder {
  readonly id: string;
  readonly isOfRun: boolean;
  readonly isThreat: boolean;
}

/**
 * What filters of one rule would have hidden of stored events, read once for all of them, within limits.
 *
 * @param fires the rule without any of them
 * @param findingAt the finding that holds a detection of the rule on an event
 * @returns one for each filter, in their order
 */
export async function tryOnPast(
  pages: AsyncIterable<readonly PastEvent[]>,
  span: { readonly from: number; readonly to: number },
  fires: (event: SourceEvent) => boolean,
  filters: readonly FilteredRule[],
  findingAt: (event: string) => Holder | undefined,
  {
    read,
    clock,
    limits = pastLimits,
  }: { readonly read: ReadKept; readonly clock: Clock; readonly limits?: PastLimits },
): Promise<readonly Tried[]> {
  const end = clock.now() + limits.milliseconds;
  const counts = { events: 0, fired: 0, unreadable: 0 };
  const firedOn = new Map<string, number>();
  const tallies = filters.map(
    (): Tally => ({ hidden: 0, hiddenElse: 0, samples: [], days: new Map(), threats: new Set() }),
  );
  let until: number | null = null;
  let complete = true;
  for await (const page of pages) {
    for (const { id, time, source, host, raw } of page) {
      counts.events += 1;
      const event = raw === null ? undefined : read({ id, time, source, raw });
      if (event === undefined) counts.unreadable += 1;
      if (event === undefined || !fires(event)) continue;
      counts.fired += 1;
      const day = new Date(time).toISOString().slice(0, 10);
      firedOn.set(day, (firedOn.get(day) ?? 0) + 1);
      const finding = findingAt(id);
      filters.forEach((filter, at) => {
        const tally = tallies[at];
        if (tally === undefined || !filter.hides(event)) return;
        tally.hidden += 1;
        tally.days.set(day, (tally.days.get(day) ?? 0) + 1);
        if (finding?.isThreat === true) tally.threats.add(finding.id);
        if (finding?.isOfRun === true) return;
        tally.hiddenElse += 1;
        if (tally.samples.length < SAMPLES)
          tally.samples.push({ event: id, at: time, host, finding: finding?.id ?? null });
      });
    }
    until = page.at(-1)?.time ?? until;
    complete = counts.events < limits.events && clock.now() < end;
    if (!complete) break;
  }
  return tallies.map(({ days, threats, ...tally }) => ({
    past: {
      ...span,
      ...counts,
      ...tally,
      days: [...firedOn].map(([day, fired]) => ({ day, fired, hidden: days.get(day) ?? 0 })),
      complete,
      until,
    },
    threats,
  }));
}
