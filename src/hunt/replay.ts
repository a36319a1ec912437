import type { LakeQueries } from '../ports/lake.ts';
import { askHunt, type Hunt } from './ask.ts';

const HOUR = 3_600_000;
const SECOND = 1000;
const WIDEST = 4096 * HOUR;
/** Events read at a time. */
const PAGE = 10_000;

/** An event as it lies in the lake, enough to be read again. */
export interface Replayed {
  readonly id: string;
  readonly time: number;
  readonly source: string;
  readonly host: string | null;
  /** Null where the raw record was given up to save room. */
  readonly raw: string | null;
  /** What `extra` of the replay says of it. */
  readonly extra: unknown;
}

/**
 * The events of a hunt in order of time, each once, some thousands at a time. Memory is bounded by a page, however long the past is. What
 * comes into the lake meanwhile is seen where it is later than what was read.
 *
 * @param extra an SQL expression to have with each event; parameters of the hunt may be in it
 */
export async function* replay(
  queries: LakeQueries,
  hunt: Hunt,
  extra = 'NULL',
  pageSize = PAGE,
): AsyncGenerator<readonly Replayed[]> {
  const bounds = { first: hunt.scope.from ?? Number.MIN_SAFE_INTEGER, last: hunt.scope.to ?? Number.MAX_SAFE_INTEGER };
  let width = HOUR;
  let begin = await firstFrom(queries, hunt, bounds.first);
  while (begin !== null && begin <= bounds.last) {
    // Windows end at round hours, so that most of them read few partitions.
    const end = Math.min(bounds.last, (Math.floor(begin / width) + 1) * width - 1);
    let after = { time: begin, id: '' };
    let read = 0;
    for (let more = true; more; ) {
      const page = await pageOf(queries, hunt, { after, end, extra, pageSize });
      const last = page.events.at(-1);
      if (last !== undefined) yield page.events;
      read += page.events.length;
      more = page.more && last !== undefined;
      if (last !== undefined) after = { time: last.time, id: last.id };
    }
    // Each page looks through its window: crowded ones become narrower, thin ones wider.
    if (read > 2 * pageSize) width = Math.max(SECOND, width / 4);
    else if (read < pageSize / 8) width = Math.min(WIDEST, width * 8);
    begin = read > 0 ? end + 1 : await firstFrom(queries, hunt, end + 1);
  }
}

async function firstFrom(queries: LakeQueries, hunt: Hunt, from: number): Promise<number | null> {
  const within = Number.isSafeInteger(from) && from > Number.MIN_SAFE_INTEGER ? { ...hunt.scope, from } : hunt.scope;
  if (within.to !== undefined && from > within.to) return null;
  const { rows } = await askHunt(
    queries,
    { ...hunt, scope: within },
    (where) => `SELECT epoch_ms(min(time))::DOUBLE FROM events WHERE ${where}`,
  );
  const first = rows[0]?.[0];
  return typeof first === 'number' ? first : null;
}

interface Window {
  readonly after: { readonly time: number; readonly id: string };
  readonly end: number;
  readonly extra: string;
  readonly pageSize: number;
}

async function pageOf(
  queries: LakeQueries,
  hunt: Hunt,
  { after, end, extra, pageSize }: Window,
): Promise<{ readonly events: readonly Replayed[]; readonly more: boolean }> {
  const scope = { ...hunt.scope, from: after.time, to: end, limits: { ...hunt.scope.limits, rows: pageSize } };
  const { rows, truncated } = await askHunt(queries, { ...hunt, scope }, (where, put) => {
    const at = `make_timestamp_ms(${put(after.time)}::BIGINT)::TIMESTAMP_MS`;
    const beyond = `(time > ${at} OR (time = ${at} AND id > ${put(after.id)}::VARCHAR))`;
    return `SELECT id, epoch_ms(time)::DOUBLE, source, host, raw, ${extra} FROM events WHERE ${where} AND ${beyond} ORDER BY time, id LIMIT ${pageSize + 1}`;
  });
  const events = rows.map(([id, time, source, host, raw, said]) => ({
    id: String(id),
    time: Number(time),
    source: String(source),
    host: host === null ? null : String(host),
    raw: raw === null ? null : String(raw),
    extra: said,
  }));
  return { events, more: truncated };
}
