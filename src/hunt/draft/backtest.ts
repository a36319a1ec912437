import type { SourceEvent } from '../../contracts/event.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LakeQueries } from '../../ports/lake.ts';
import type { Hunt } from '../ask.ts';
import { replay } from '../replay.ts';
import type { LogSource, ReadEvent } from './draft.ts';

/** Whether a compiled rule matches an event. */
export type Matches = (event: SourceEvent) => boolean;

/** What a rule would have done over the past, beside what the hunt finds there. */
export interface Backtest {
  /** Events the rule was tried on. */
  readonly events: number;
  readonly fired: number;
  readonly hunted: number;
  readonly both: number;
  /** Ids of events, at most ten each, where they differ. */
  readonly onlyRule: readonly string[];
  readonly onlyHunt: readonly string[];
  /** Most first, at most 50; null for events that name no host. */
  readonly hosts: readonly { readonly host: string | null; readonly fired: number }[];
  /** By UTC day, those on which it fired. */
  readonly days: readonly { readonly day: string; readonly fired: number }[];
  /** Events whose raw record was given up: the rule cannot be tried on them. */
  readonly unreadable: number;
  /** False where time or events ran out; then the past was tried up to `until`. */
  readonly complete: boolean;
  readonly until: number | null;
}

export interface BacktestLimits {
  readonly events: number;
  readonly milliseconds: number;
}

export const backtestLimits: BacktestLimits = { events: 1_000_000, milliseconds: 40_000 };
const SHOWN = 10;
const HOSTS = 50;
const MOST_HOSTS = 20_000;

/** Tries a rule on the lake in order of time, within limits. */
export async function backtest(
  { queries, clock, read }: { readonly queries: LakeQueries; readonly clock: Clock; readonly read: ReadEvent },
  hunt: Hunt,
  { product }: LogSource,
  matches: Matches,
  limits: BacktestLimits = backtestLimits,
): Promise<Backtest> {
  const end = clock.now() + limits.milliseconds;
  const counts = { events: 0, fired: 0, hunted: 0, both: 0, unreadable: 0 };
  const [onlyRule, onlyHunt]: [string[], string[]] = [[], []];
  const hosts = new Map<string | null, number>();
  const days = new Map<string, number>();
  let until: number | null = null;
  let complete = true;
  for await (const page of replay(queries, around(hunt, product), hunt.sql.where)) {
    for (const { id, time, source, host, raw, extra } of page) {
      const hunted = extra === true;
      if (hunted) counts.hunted += 1;
      const event = raw === null ? undefined : read({ id, time, source, raw });
      if (event === undefined) counts.unreadable += 1;
      const fired = event !== undefined && matches(event);
      counts.events += 1;
      if (fired) {
        counts.fired += 1;
        if (hosts.size < MOST_HOSTS || hosts.has(host)) hosts.set(host, (hosts.get(host) ?? 0) + 1);
        const day = new Date(time).toISOString().slice(0, 10);
        days.set(day, (days.get(day) ?? 0) + 1);
      }
      if (fired && hunted) counts.both += 1;
      else if (fired && onlyRule.length < SHOWN) onlyRule.push(id);
      else if (hunted && !fired && onlyHunt.length < SHOWN) onlyHunt.push(id);
    }
    until = page.at(-1)?.time ?? until;
    complete = counts.events < limits.events && clock.now() < end;
    if (!complete) break;
  }
  return {
    ...counts,
    onlyRule,
    onlyHunt,
    hosts: [...hosts]
      .map(([host, fired]) => ({ host, fired }))
      .toSorted((a, b) => b.fired - a.fired || ((a.host ?? '') < (b.host ?? '') ? -1 : 1))
      .slice(0, HOSTS),
    days: [...days].map(([day, fired]) => ({ day, fired })),
    complete,
    until,
  };
}

/** All that the rule could match, and all that the hunt finds: each may have what the other has not. */
function around({ scope, sql, search }: Hunt, product: string | undefined): Hunt {
  const parameters = [...sql.parameters, ...(product === undefined ? [] : [product])];
  const where = product === undefined ? 'true' : `(product = $${parameters.length} OR ${sql.where})`;
  return { scope, search, sql: { where, parameters, words: [] } };
}
