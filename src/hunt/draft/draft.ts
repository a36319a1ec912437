import { randomUUID } from 'node:crypto';
import { stringify } from 'yaml';
import type { EventOrigin, SourceEvent } from '../../contracts/event.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { LakeQueries } from '../../ports/lake.ts';
import { type Hunt, rowsOf } from '../ask.ts';
import { detectionOf } from './detection.ts';
import type { Sample } from './native-fields.ts';

/** Reads an event of the lake again; undefined where its raw record was given up. */
export type ReadEvent = (kept: {
  readonly id: string;
  readonly time: number;
  readonly source: string;
  readonly raw: string;
}) => SourceEvent | undefined;

export interface LogSource {
  readonly product?: string;
  readonly category?: string;
  readonly service?: string;
}

/** A rule as text: nothing is live by it. */
export interface RuleDraft {
  readonly text: string;
  readonly logsource: LogSource;
  readonly notes: readonly string[];
  /** Events whose fields were looked at. */
  readonly sampled: number;
}

const SAMPLES = 200;

/**
 * Makes a Sigma rule of a search: the logsource of the events it finds, and its terms in the names of their own fields.
 *
 * @throws BridgewatchError `HUNT_DRAFT_EMPTY` (422) where the search finds nothing to learn from, `HUNT_DRAFT_IMPOSSIBLE` (422)
 */
export async function draftRule(
  queries: LakeQueries,
  hunt: Hunt,
  said: { readonly title: string; readonly description: string; readonly date: string },
  read: ReadEvent,
): Promise<RuleDraft> {
  const scope = { ...hunt.scope, limits: { ...hunt.scope.limits, rows: SAMPLES } };
  const { rows } = await rowsOf(queries, { ...hunt, scope }, null);
  const samples = rows.flatMap(({ id, time, columns }): Sample[] => {
    const { source, raw } = columns;
    if (typeof source !== 'string' || typeof raw !== 'string') return [];
    const event = read({ id, time, source, raw });
    return event === undefined ? [] : [{ event, columns }];
  });
  const [logsource, covered] = commonest(samples);
  if (logsource === undefined)
    throw new BridgewatchError(
      'HUNT_DRAFT_EMPTY',
      'the search finds no record to take field names from; widen its time or its terms',
      422,
    );
  const own = samples.filter(({ event }) => keyOf(event.origin) === keyOf(originOf(logsource)));
  const { detection, notes } = detectionOf(hunt.search, own);
  const apart = samples.length - covered;
  const text = stringify(
    {
      title: said.title,
      id: randomUUID(),
      status: 'experimental',
      description: said.description,
      date: said.date,
      logsource,
      detection,
      level: 'medium',
    },
    { lineWidth: 0 },
  );
  return {
    text,
    logsource,
    notes: [
      ...(apart > 0
        ? [`${apart} of ${samples.length} sampled events come from another logsource and are not covered`]
        : []),
      ...notes,
    ],
    sampled: samples.length,
  };
}

function commonest(samples: readonly Sample[]): readonly [LogSource | undefined, number] {
  const counts = new Map<string, { readonly logsource: LogSource; count: number }>();
  for (const { event } of samples) {
    const key = keyOf(event.origin);
    const counted = counts.get(key) ?? { logsource: logsourceOf(event.origin), count: 0 };
    counted.count += 1;
    counts.set(key, counted);
  }
  const [most] = [...counts.values()].toSorted((a, b) => b.count - a.count);
  return [most?.logsource, most?.count ?? 0];
}

function logsourceOf({ product, service, categories: [category] }: EventOrigin): LogSource {
  // A category is where an event comes from in one word; a service beside it would narrow the rule to one channel.
  const where = category === undefined ? (service === undefined ? {} : { service }) : { category };
  return { ...(product === undefined ? {} : { product }), ...where };
}

function originOf({ product, service, category }: LogSource): EventOrigin {
  return { product, service, categories: category === undefined ? [] : [category] };
}

function keyOf(origin: EventOrigin): string {
  const { product, service, category } = logsourceOf(origin);
  return JSON.stringify([product, service, category]);
}
